import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Persons, clearances and the instruments that gave them.
 *
 * Only the registrar writes here, after verifying the officers' signatures. The api hands statements in
 * through `instrument_submission` and can read no clearance of anybody.
 */
export class CreatePeople1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
      CREATE SCHEMA sec;
      GRANT USAGE ON SCHEMA sec TO imprimatur_api, imprimatur_relay, imprimatur_registrar, imprimatur_guard, imprimatur_rights;
      GRANT CREATE ON SCHEMA sec TO imprimatur_rights;

      CREATE TABLE instrument (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        statement jsonb NOT NULL,
        accepted_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE instrument_submission (
        id uuid PRIMARY KEY,
        statement jsonb NOT NULL,
        submitted_by uuid,
        submitted_at timestamptz NOT NULL DEFAULT now(),
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'refused')),
        fault text,
        settled_at timestamptz
      );
      CREATE INDEX instrument_submission_pending ON instrument_submission (submitted_at) WHERE state = 'pending';

      CREATE TABLE person (
        id uuid PRIMARY KEY,
        identity text NOT NULL UNIQUE,
        office text NOT NULL,
        nation text,
        organisation text NOT NULL,
        roles text[] NOT NULL,
        communities text[] NOT NULL,
        instrument_id uuid NOT NULL REFERENCES instrument (id)
      );
      CREATE TABLE clearance (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person (id),
        policy text NOT NULL,
        classifications text[] NOT NULL,
        categories jsonb NOT NULL,
        valid_from timestamptz NOT NULL,
        valid_until timestamptz NOT NULL,
        withdrawn_at timestamptz,
        instrument_id uuid NOT NULL REFERENCES instrument (id),
        CHECK (valid_from < valid_until)
      );
      CREATE INDEX clearance_person ON clearance (person_id);

      ALTER TABLE instrument ENABLE ROW LEVEL SECURITY;
      ALTER TABLE instrument FORCE ROW LEVEL SECURITY;
      ALTER TABLE instrument_submission ENABLE ROW LEVEL SECURITY;
      ALTER TABLE instrument_submission FORCE ROW LEVEL SECURITY;
      ALTER TABLE person ENABLE ROW LEVEL SECURITY;
      ALTER TABLE person FORCE ROW LEVEL SECURITY;
      ALTER TABLE clearance ENABLE ROW LEVEL SECURITY;
      ALTER TABLE clearance FORCE ROW LEVEL SECURITY;

      CREATE POLICY registrar_all ON instrument TO imprimatur_registrar USING (true) WITH CHECK (true);
      CREATE POLICY guard_reads ON instrument FOR SELECT TO imprimatur_guard USING (true);
      CREATE POLICY authority_is_known ON instrument FOR SELECT TO imprimatur_api, imprimatur_relay
        USING (kind NOT IN ('clearance', 'clearance-withdrawal'));
      GRANT SELECT, INSERT ON instrument TO imprimatur_registrar;
      GRANT SELECT ON instrument TO imprimatur_guard, imprimatur_api, imprimatur_relay;

      CREATE POLICY registrar_all ON instrument_submission TO imprimatur_registrar USING (true) WITH CHECK (true);
      GRANT SELECT, UPDATE (state, fault, settled_at) ON instrument_submission TO imprimatur_registrar;
      GRANT INSERT ON instrument_submission TO imprimatur_api;

      CREATE POLICY registrar_all ON person TO imprimatur_registrar USING (true) WITH CHECK (true);
      CREATE POLICY rights_reads ON person FOR SELECT TO imprimatur_rights USING (true);
      CREATE POLICY offices_are_known ON person FOR SELECT TO imprimatur_api, imprimatur_relay USING (true);
      GRANT SELECT, INSERT, UPDATE ON person TO imprimatur_registrar;
      GRANT SELECT ON person TO imprimatur_rights;
      GRANT SELECT ON person TO imprimatur_relay;
      GRANT SELECT (id, office, nation, organisation) ON person TO imprimatur_api;

      CREATE POLICY registrar_all ON clearance TO imprimatur_registrar USING (true) WITH CHECK (true);
      CREATE POLICY rights_reads ON clearance FOR SELECT TO imprimatur_rights USING (true);
      GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON clearance TO imprimatur_registrar;
      GRANT SELECT ON clearance TO imprimatur_rights;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}
