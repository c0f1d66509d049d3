import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The audit events and the ledger that seals them (reference: RFC 6962).
 *
 * INVARIANT: no runtime role updates or deletes an event, a leaf, a node or a checkpoint. The event and its pending row
 * commit together; the sealer consumes a set, not a cursor, so a late commit is never lost. It reads commitments only.
 */
export class CreateAudit1767225600004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_event (
        id uuid PRIMARY KEY,
        at timestamptz NOT NULL,
        person_id uuid,
        action text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
        thing_kind text,
        thing_id uuid,
        document_id uuid,
        case_id uuid,
        request_id text,
        record text NOT NULL,
        salt bytea NOT NULL CHECK (length(salt) = 32),
        leaf_data bytea
      );
      CREATE INDEX audit_event_newest ON audit_event (at DESC, id DESC);
      CREATE INDEX audit_event_person ON audit_event (person_id, at DESC, id DESC);
      CREATE INDEX audit_event_document ON audit_event (document_id, at DESC, id DESC) WHERE document_id IS NOT NULL;
      CREATE INDEX audit_event_case ON audit_event (case_id, at DESC, id DESC) WHERE case_id IS NOT NULL;

      CREATE TABLE audit_pending (id uuid PRIMARY KEY REFERENCES audit_event (id), leaf_data bytea NOT NULL);
      CREATE TABLE ledger_leaf (
        leaf_index bigint PRIMARY KEY, event_id uuid NOT NULL UNIQUE, leaf_data bytea NOT NULL,
        sealed_at timestamptz NOT NULL DEFAULT now());
      CREATE TABLE ledger_node (level int NOT NULL, idx bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (level, idx));
      CREATE TABLE ledger_checkpoint (
        tree_size bigint PRIMARY KEY, root bytea NOT NULL, note text NOT NULL, at timestamptz NOT NULL DEFAULT now());
      CREATE TABLE ledger_tree (id int PRIMARY KEY CHECK (id = 1), size bigint NOT NULL, nodes bytea[] NOT NULL);
      INSERT INTO ledger_tree VALUES (1, 0, ARRAY[]::bytea[]);

      CREATE FUNCTION sec.commit_to_event() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        NEW.leaf_data := sha256(NEW.salt || convert_to(NEW.record, 'UTF8'));
        RETURN NEW;
      END $$;
      CREATE FUNCTION sec.event_is_pending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        INSERT INTO public.audit_pending (id, leaf_data) VALUES (NEW.id, NEW.leaf_data);
        RETURN NULL;
      END $$;
      GRANT INSERT ON audit_pending TO imprimatur_rights;
      GRANT EXECUTE ON FUNCTION sec.commit_to_event(), sec.event_is_pending()
        TO imprimatur_api, imprimatur_relay, imprimatur_registrar, imprimatur_guard;
      CREATE TRIGGER a_commitment BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION sec.commit_to_event();
      CREATE TRIGGER b_pending AFTER INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION sec.event_is_pending();
      ALTER FUNCTION sec.event_is_pending() OWNER TO imprimatur_rights;

      ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
      ALTER TABLE audit_event FORCE ROW LEVEL SECURITY;
      CREATE POLICY in_own_name ON audit_event FOR INSERT TO imprimatur_api
        WITH CHECK (person_id IS NULL OR person_id = (SELECT sec.session_person()));
      CREATE POLICY duties_record ON audit_event FOR INSERT TO imprimatur_relay, imprimatur_registrar, imprimatur_guard
        WITH CHECK (true);
      CREATE POLICY auditors_read ON audit_event FOR SELECT TO imprimatur_api USING ((SELECT sec.session_has_role('auditor')));

      GRANT INSERT ON audit_event TO imprimatur_api, imprimatur_relay, imprimatur_registrar, imprimatur_guard;
      GRANT SELECT ON audit_event TO imprimatur_api;
      GRANT SELECT, DELETE ON audit_pending TO imprimatur_sealer;
      GRANT SELECT, INSERT ON ledger_leaf, ledger_node, ledger_checkpoint TO imprimatur_sealer;
      GRANT SELECT, UPDATE ON ledger_tree TO imprimatur_sealer;
      GRANT SELECT ON ledger_leaf, ledger_node, ledger_checkpoint TO imprimatur_api;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}
