import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Documents, versions and portions. Rows are written whole, once, and never changed.
 *
 * INVARIANT: a portion answers only to a session that holds its own protection and its document's; who does not hold
 * the document's knows of no part of it. The policy has the one form whose plan keeps the ordered index.
 */
export class CreateRecords1767225600003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE document (
        id uuid PRIMARY KEY,
        protection_id int NOT NULL REFERENCES protection (id),
        originator text NOT NULL,
        subject text,
        exercise boolean NOT NULL,
        created_at timestamptz NOT NULL,
        created_by uuid NOT NULL
      );
      CREATE INDEX document_newest ON document (created_at DESC, id DESC);

      CREATE TABLE version (
        id uuid PRIMARY KEY,
        document_id uuid NOT NULL REFERENCES document (id),
        ordinal int NOT NULL,
        protection_id int NOT NULL REFERENCES protection (id),
        source_sha256 text NOT NULL,
        created_at timestamptz NOT NULL,
        created_by uuid NOT NULL,
        UNIQUE (document_id, ordinal)
      );

      CREATE TABLE portion (
        id uuid PRIMARY KEY,
        version_id uuid NOT NULL REFERENCES version (id),
        document_id uuid NOT NULL REFERENCES document (id),
        ordinal int NOT NULL,
        kind text NOT NULL CHECK (kind IN ('title', 'paragraph', 'target')),
        protection_id int NOT NULL REFERENCES protection (id),
        document_protection_id int NOT NULL REFERENCES protection (id),
        originator text NOT NULL,
        body text NOT NULL,
        body_digest bytea NOT NULL,
        nation text, area text, quantity_now bigint, quantity_required bigint, unit text, due_year int,
        UNIQUE (version_id, ordinal),
        CHECK ((kind = 'target') = (nation IS NOT NULL)),
        CHECK (kind <> 'target' OR num_nulls(area, quantity_now, quantity_required, unit, due_year) = 0)
      );
      CREATE INDEX portion_title ON portion (document_id, version_id) WHERE kind = 'title';
      CREATE INDEX portion_same_text ON portion (body_digest);

      ALTER TABLE document ENABLE ROW LEVEL SECURITY;
      ALTER TABLE document FORCE ROW LEVEL SECURITY;
      ALTER TABLE version ENABLE ROW LEVEL SECURITY;
      ALTER TABLE version FORCE ROW LEVEL SECURITY;
      ALTER TABLE portion ENABLE ROW LEVEL SECURITY;
      ALTER TABLE portion FORCE ROW LEVEL SECURITY;

      CREATE POLICY held ON document FOR SELECT TO imprimatur_api USING (get_bit((SELECT sec.vb()), protection_id) <> 0);
      CREATE POLICY no_marking_above_own ON document FOR INSERT TO imprimatur_api
        WITH CHECK (get_bit((SELECT sec.vb()), protection_id) <> 0 AND created_by = (SELECT sec.session_person()));
      CREATE POLICY held ON version FOR SELECT TO imprimatur_api USING (get_bit((SELECT sec.vb()), protection_id) <> 0);
      CREATE POLICY no_marking_above_own ON version FOR INSERT TO imprimatur_api
        WITH CHECK (get_bit((SELECT sec.vb()), protection_id) <> 0 AND created_by = (SELECT sec.session_person()));
      CREATE POLICY held ON portion FOR SELECT TO imprimatur_api
        USING (get_bit((SELECT sec.vb()), protection_id) <> 0 AND get_bit((SELECT sec.vb()), document_protection_id) <> 0);
      CREATE POLICY no_marking_above_own ON portion FOR INSERT TO imprimatur_api
        WITH CHECK (get_bit((SELECT sec.vb()), protection_id) <> 0 AND get_bit((SELECT sec.vb()), document_protection_id) <> 0);
      CREATE POLICY rights_reads ON portion FOR SELECT TO imprimatur_rights USING (true);
      CREATE POLICY rights_reads ON document FOR SELECT TO imprimatur_rights USING (true);
      CREATE POLICY rights_reads ON version FOR SELECT TO imprimatur_rights USING (true);

      GRANT SELECT, INSERT ON document, version, portion TO imprimatur_api;
      GRANT SELECT ON document, version, portion TO imprimatur_rights;
    `);
    await runner.query(WHOLE);
    await runner.query(SEES_WHOLE);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// A version and a portion stand under their document's own protection, whatever the writer says.
const WHOLE = `
  CREATE FUNCTION sec.under_its_document() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE owner_protection int;
  BEGIN
    SELECT protection_id INTO owner_protection FROM public.document WHERE id = NEW.document_id;
    IF TG_TABLE_NAME = 'version' THEN
      NEW.protection_id := owner_protection;
    ELSE
      NEW.document_protection_id := owner_protection;
      IF NOT EXISTS (SELECT 1 FROM public.version WHERE id = NEW.version_id AND document_id = NEW.document_id) THEN
        RAISE EXCEPTION 'a portion belongs to a version of its document' USING ERRCODE = 'foreign_key_violation';
      END IF;
    END IF;
    RETURN NEW;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.under_its_document() TO imprimatur_api;
  CREATE TRIGGER under_its_document BEFORE INSERT ON version FOR EACH ROW EXECUTE FUNCTION sec.under_its_document();
  CREATE TRIGGER under_its_document BEFORE INSERT ON portion FOR EACH ROW EXECUTE FUNCTION sec.under_its_document();
  ALTER FUNCTION sec.under_its_document() OWNER TO imprimatur_rights;
`;

// Asked before a new version is taken: nobody may replace what they cannot see.
const SEES_WHOLE = `
  CREATE FUNCTION sec.session_sees_whole(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT sec.session_holds(array_agg(DISTINCT p.protection_id) || array_agg(DISTINCT p.document_protection_id))
                       FROM public.portion p WHERE p.version_id = wanted), false);
  $$;
  GRANT EXECUTE ON FUNCTION sec.session_sees_whole(uuid) TO imprimatur_api;
  ALTER FUNCTION sec.session_sees_whole(uuid) OWNER TO imprimatur_rights;
`;
