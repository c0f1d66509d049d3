import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Cases, what they propose, the frozen proposals with their renditions, and the signed decisions.
 *
 * The outgoing part asks every source protection of a reader (`source_protections`), because it is made of several portions;
 * the closed part asks those of every withheld portion as well. The guard reads the outgoing part and the signatures, never the closed part.
 */
export class CreateCases1767225600006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(POLICIES);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

const TABLES = `
  CREATE TABLE release_case (
    id uuid PRIMARY KEY,
    protection_id int NOT NULL REFERENCES protection (id),
    document_id uuid NOT NULL REFERENCES document (id),
    version_id uuid NOT NULL REFERENCES version (id),
    release text NOT NULL UNIQUE,
    audience jsonb NOT NULL,
    title text NOT NULL,
    summary text NOT NULL,
    state text NOT NULL,
    round int NOT NULL,
    requested_by uuid NOT NULL REFERENCES person (id),
    procedure_id text NOT NULL,
    procedure_version int NOT NULL,
    window_not_before timestamptz NOT NULL,
    window_not_after timestamptz NOT NULL,
    publish_at timestamptz,
    proposal_id uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (window_not_before < window_not_after)
  );
  CREATE INDEX release_case_newest ON release_case (created_at DESC, id DESC);
  CREATE INDEX release_case_due ON release_case (publish_at) WHERE state = 'scheduled';
  CREATE INDEX release_case_open ON release_case (window_not_after) WHERE state IN ('draft', 'in-approval', 'returned', 'objected', 'approved', 'scheduled');

  CREATE TABLE proposal_item (
    case_id uuid NOT NULL REFERENCES release_case (id),
    round int NOT NULL,
    n int NOT NULL,
    portion_id uuid NOT NULL REFERENCES portion (id),
    treatment text NOT NULL CHECK (treatment IN ('include', 'withhold', 'substitute')),
    reason_code text,
    substitute text,
    originator text NOT NULL,
    protection_id int NOT NULL REFERENCES protection (id),
    case_protection_id int NOT NULL REFERENCES protection (id),
    PRIMARY KEY (case_id, round, n),
    CHECK ((treatment = 'substitute') = (substitute IS NOT NULL)),
    CHECK (treatment <> 'withhold' OR reason_code IS NOT NULL)
  );

  CREATE TABLE proposal (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES release_case (id),
    round int NOT NULL,
    protection_id int NOT NULL REFERENCES protection (id),
    source_protections int[] NOT NULL CHECK (cardinality(source_protections) > 0),
    outgoing jsonb NOT NULL,
    closed_commitment text NOT NULL,
    digest text NOT NULL,
    frozen_at timestamptz NOT NULL,
    frozen_by uuid NOT NULL,
    UNIQUE (case_id, round)
  );
  CREATE TABLE proposal_closed (
    proposal_id uuid PRIMARY KEY REFERENCES proposal (id),
    protections int[] NOT NULL CHECK (cardinality(protections) > 0),
    salt text NOT NULL,
    closed jsonb NOT NULL
  );
  CREATE TABLE rendition (
    proposal_id uuid NOT NULL REFERENCES proposal (id),
    name text NOT NULL,
    media_type text NOT NULL,
    sha256 text NOT NULL,
    bytes bytea NOT NULL,
    readback text NOT NULL,
    protection_id int NOT NULL REFERENCES protection (id),
    source_protections int[] NOT NULL CHECK (cardinality(source_protections) > 0),
    PRIMARY KEY (proposal_id, name)
  );
  CREATE TABLE decision (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES release_case (id),
    proposal_id uuid NOT NULL REFERENCES proposal (id),
    stage text NOT NULL,
    person_id uuid NOT NULL REFERENCES person (id),
    identity text NOT NULL,
    body text,
    seat text,
    verdict text NOT NULL CHECK (verdict IN ('approve', 'object', 'return')),
    reason text,
    statement jsonb NOT NULL,
    protection_id int NOT NULL REFERENCES protection (id),
    received_at timestamptz NOT NULL,
    UNIQUE (proposal_id, identity)
  );
  CREATE TABLE case_remark (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES release_case (id),
    round int NOT NULL,
    person_id uuid NOT NULL REFERENCES person (id),
    kind text NOT NULL CHECK (kind IN ('return', 'withdraw')),
    body text NOT NULL,
    protection_id int NOT NULL REFERENCES protection (id),
    at timestamptz NOT NULL
  );
  CREATE TABLE publication (
    case_id uuid PRIMARY KEY REFERENCES release_case (id),
    proposal_id uuid NOT NULL REFERENCES proposal (id),
    release text NOT NULL,
    published_at timestamptz NOT NULL,
    certificate_sha256 text NOT NULL
  );
  CREATE TABLE guard_refusal (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES release_case (id),
    proposal_id uuid NOT NULL,
    at timestamptz NOT NULL,
    findings jsonb NOT NULL
  );
`;

const POLICIES = `
  ALTER TABLE release_case ENABLE ROW LEVEL SECURITY;
  ALTER TABLE release_case FORCE ROW LEVEL SECURITY;
  CREATE POLICY held ON release_case FOR SELECT TO imprimatur_api USING (get_bit((SELECT sec.vb()), protection_id) <> 0);
  CREATE POLICY own_request ON release_case FOR INSERT TO imprimatur_api
    WITH CHECK (get_bit((SELECT sec.vb()), protection_id) <> 0 AND requested_by = (SELECT sec.session_person()));
  CREATE POLICY held_change ON release_case FOR UPDATE TO imprimatur_api USING (get_bit((SELECT sec.vb()), protection_id) <> 0);
  CREATE POLICY duty ON release_case TO imprimatur_relay, imprimatur_guard USING (true) WITH CHECK (true);
  CREATE POLICY rights_reads ON release_case FOR SELECT TO imprimatur_rights USING (true);
  GRANT SELECT, INSERT, UPDATE (title, summary, state, round, window_not_before, window_not_after, publish_at, proposal_id, updated_at)
    ON release_case TO imprimatur_api;
  GRANT SELECT (id, protection_id, release, state, round, requested_by, procedure_id, procedure_version, window_not_before, window_not_after, publish_at, proposal_id),
        UPDATE (state, updated_at) ON release_case TO imprimatur_relay, imprimatur_guard;
  GRANT SELECT ON release_case TO imprimatur_rights;

  ALTER TABLE proposal_item ENABLE ROW LEVEL SECURITY;
  ALTER TABLE proposal_item FORCE ROW LEVEL SECURITY;
  CREATE POLICY held ON proposal_item FOR SELECT TO imprimatur_api
    USING (get_bit((SELECT sec.vb()), protection_id) <> 0 AND get_bit((SELECT sec.vb()), case_protection_id) <> 0);
  CREATE POLICY held_write ON proposal_item FOR INSERT TO imprimatur_api
    WITH CHECK (get_bit((SELECT sec.vb()), protection_id) <> 0 AND get_bit((SELECT sec.vb()), case_protection_id) <> 0);
  CREATE POLICY rights_reads ON proposal_item FOR SELECT TO imprimatur_rights USING (true);
  GRANT SELECT, INSERT ON proposal_item TO imprimatur_api;
  GRANT SELECT ON proposal_item TO imprimatur_rights;

  ALTER TABLE proposal ENABLE ROW LEVEL SECURITY;
  ALTER TABLE proposal FORCE ROW LEVEL SECURITY;
  CREATE POLICY held ON proposal FOR SELECT TO imprimatur_api
    USING (get_bit((SELECT sec.vb()), protection_id) <> 0 AND sec.session_holds(source_protections));
  CREATE POLICY held_write ON proposal FOR INSERT TO imprimatur_api
    WITH CHECK (get_bit((SELECT sec.vb()), protection_id) <> 0 AND sec.session_holds(source_protections));
  CREATE POLICY guard_reads ON proposal FOR SELECT TO imprimatur_guard, imprimatur_rights, imprimatur_relay USING (true);
  GRANT SELECT, INSERT ON proposal TO imprimatur_api;
  GRANT SELECT ON proposal TO imprimatur_guard, imprimatur_rights;
  GRANT SELECT (id, case_id, source_protections) ON proposal TO imprimatur_relay;

  ALTER TABLE proposal_closed ENABLE ROW LEVEL SECURITY;
  ALTER TABLE proposal_closed FORCE ROW LEVEL SECURITY;
  CREATE POLICY held ON proposal_closed FOR SELECT TO imprimatur_api USING (sec.session_holds(protections));
  CREATE POLICY held_write ON proposal_closed FOR INSERT TO imprimatur_api WITH CHECK (sec.session_holds(protections));
  GRANT SELECT, INSERT ON proposal_closed TO imprimatur_api;

  ALTER TABLE rendition ENABLE ROW LEVEL SECURITY;
  ALTER TABLE rendition FORCE ROW LEVEL SECURITY;
  CREATE POLICY held ON rendition FOR SELECT TO imprimatur_api
    USING (get_bit((SELECT sec.vb()), protection_id) <> 0 AND sec.session_holds(source_protections));
  CREATE POLICY held_write ON rendition FOR INSERT TO imprimatur_api
    WITH CHECK (get_bit((SELECT sec.vb()), protection_id) <> 0 AND sec.session_holds(source_protections));
  CREATE POLICY guard_reads ON rendition FOR SELECT TO imprimatur_guard, imprimatur_rights USING (true);
  GRANT SELECT, INSERT ON rendition TO imprimatur_api;
  GRANT SELECT ON rendition TO imprimatur_guard, imprimatur_rights;

  ALTER TABLE decision ENABLE ROW LEVEL SECURITY;
  ALTER TABLE decision FORCE ROW LEVEL SECURITY;
  CREATE POLICY held ON decision FOR SELECT TO imprimatur_api USING (get_bit((SELECT sec.vb()), protection_id) <> 0);
  CREATE POLICY own_decision ON decision FOR INSERT TO imprimatur_api
    WITH CHECK (get_bit((SELECT sec.vb()), protection_id) <> 0 AND person_id = (SELECT sec.session_person()));
  CREATE POLICY guard_reads ON decision FOR SELECT TO imprimatur_guard, imprimatur_relay USING (true);
  GRANT SELECT, INSERT ON decision TO imprimatur_api;
  GRANT SELECT (id, case_id, proposal_id, stage, person_id, identity, body, seat, verdict, statement, received_at) ON decision TO imprimatur_guard;
  GRANT SELECT (id, case_id, proposal_id, stage, person_id, identity, body, seat, verdict) ON decision TO imprimatur_relay;

  ALTER TABLE case_remark ENABLE ROW LEVEL SECURITY;
  ALTER TABLE case_remark FORCE ROW LEVEL SECURITY;
  CREATE POLICY held ON case_remark FOR SELECT TO imprimatur_api USING (get_bit((SELECT sec.vb()), protection_id) <> 0);
  CREATE POLICY own_remark ON case_remark FOR INSERT TO imprimatur_api
    WITH CHECK (get_bit((SELECT sec.vb()), protection_id) <> 0 AND person_id = (SELECT sec.session_person()));
  GRANT SELECT, INSERT ON case_remark TO imprimatur_api;

  ALTER TABLE publication ENABLE ROW LEVEL SECURITY;
  ALTER TABLE publication FORCE ROW LEVEL SECURITY;
  CREATE POLICY guard_notes ON publication TO imprimatur_guard USING (true) WITH CHECK (true);
  CREATE POLICY known_with_its_case ON publication FOR SELECT TO imprimatur_api
    USING (EXISTS (SELECT 1 FROM release_case c WHERE c.id = case_id));
  GRANT SELECT, INSERT ON publication TO imprimatur_guard;
  GRANT SELECT ON publication TO imprimatur_api;

  ALTER TABLE guard_refusal ENABLE ROW LEVEL SECURITY;
  ALTER TABLE guard_refusal FORCE ROW LEVEL SECURITY;
  CREATE POLICY guard_notes ON guard_refusal TO imprimatur_guard USING (true) WITH CHECK (true);
  CREATE POLICY known_with_its_case ON guard_refusal FOR SELECT TO imprimatur_api
    USING (EXISTS (SELECT 1 FROM release_case c WHERE c.id = case_id));
  GRANT SELECT, INSERT ON guard_refusal TO imprimatur_guard;
  GRANT SELECT ON guard_refusal TO imprimatur_api;
`;
