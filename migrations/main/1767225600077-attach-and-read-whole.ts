import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Documents that may be read only whole, and files that are attached to documents.
 *
 * INVARIANT (no_read_up): an attachment answers only to a session that holds its own protection and its document's, its name and
 * its size included, as a portion does.
 */
export class AttachAndReadWhole1767225600077 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const made of [WHOLE, TABLE, GUARDED, PRINTS, SAME_BYTES]) await runner.query(made);
    // The view belongs to the role that answers for rights; whoever replaces it must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(COMPARED);
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// What a document says of itself holds for all that it is made of, whatever the writer says of a part.
const WHOLE = `
  ALTER TABLE document ADD COLUMN extractable boolean NOT NULL DEFAULT true;
  ALTER TABLE portion ADD COLUMN extractable boolean NOT NULL DEFAULT true;
  ALTER TABLE document ALTER COLUMN extractable SET STATISTICS 0;
  ALTER TABLE portion ALTER COLUMN extractable SET STATISTICS 0;

  CREATE FUNCTION sec.extractable_as_its_document() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    NEW.extractable := coalesce((SELECT d.extractable FROM public.document d WHERE d.id = NEW.document_id), false);
    RETURN NEW;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.extractable_as_its_document() TO imprimatur_api;
  CREATE TRIGGER extractable_as_its_document BEFORE INSERT ON portion FOR EACH ROW EXECUTE FUNCTION sec.extractable_as_its_document();
  ALTER FUNCTION sec.extractable_as_its_document() OWNER TO imprimatur_rights;
`;

const TABLE = `
  CREATE TABLE attachment (
    id uuid PRIMARY KEY,
    document_id uuid NOT NULL REFERENCES document (id),
    protection_id int NOT NULL REFERENCES protection (id),
    document_protection_id int NOT NULL REFERENCES protection (id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    media_type text NOT NULL CHECK (media_type IN ('text/plain', 'text/csv', 'text/markdown', 'application/pdf', 'image/png', 'image/jpeg')),
    bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 8388608),
    sha256 bytea GENERATED ALWAYS AS (sha256(bytes)) STORED,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    fingerprints bigint[] NOT NULL DEFAULT '{}',
    figures bigint[] NOT NULL DEFAULT '{}'
  );
  CREATE INDEX attachment_of_document ON attachment (document_id, created_at, id);
  CREATE INDEX attachment_fingerprints ON attachment USING gin (fingerprints) WITH (fastupdate = off);
  CREATE INDEX attachment_figures ON attachment USING gin (figures) WITH (fastupdate = off);
`;

// The flags of what the session holds come before every comparison (075). No sample is taken of what could be guessed.
const GUARDED = `
  ALTER TABLE attachment ENABLE ROW LEVEL SECURITY;
  ALTER TABLE attachment FORCE ROW LEVEL SECURITY;
  CREATE POLICY held ON attachment FOR SELECT TO imprimatur_api
    USING ((CASE WHEN ((SELECT sec.held()))[protection_id] THEN true END IS NOT NULL)
       AND (CASE WHEN ((SELECT sec.held()))[document_protection_id] THEN true END IS NOT NULL));
  CREATE POLICY no_marking_above_own ON attachment FOR INSERT TO imprimatur_api
    WITH CHECK ((CASE WHEN ((SELECT sec.held()))[protection_id] THEN true END IS NOT NULL)
       AND (CASE WHEN ((SELECT sec.held()))[document_protection_id] THEN true END IS NOT NULL)
       AND created_by = (SELECT sec.session_person())
       AND EXISTS (SELECT 1 FROM document d WHERE d.id = attachment.document_id));
  CREATE POLICY rights_reads ON attachment FOR SELECT TO imprimatur_rights USING (true);
  GRANT SELECT (id, document_id, protection_id, document_protection_id, name, media_type, bytes, sha256, created_at), INSERT
    ON attachment TO imprimatur_api;
  GRANT SELECT ON attachment TO imprimatur_rights;
  ALTER TABLE attachment
    ALTER COLUMN id SET STATISTICS 0, ALTER COLUMN document_id SET STATISTICS 0, ALTER COLUMN name SET STATISTICS 0,
    ALTER COLUMN media_type SET STATISTICS 0, ALTER COLUMN bytes SET STATISTICS 0, ALTER COLUMN sha256 SET STATISTICS 0,
    ALTER COLUMN created_at SET STATISTICS 0, ALTER COLUMN created_by SET STATISTICS 0;
`;

// An attachment stands under its document's protection as well, whatever the writer says; of a text the words are compared too. What is
// made of bytes knows the letters of ASCII alone, until it is said otherwise ("C").
const PRINTS = `
  CREATE FUNCTION sec.attach_to_its_document() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    NEW.document_protection_id := (SELECT d.protection_id FROM public.document d WHERE d.id = NEW.document_id);
    NEW.fingerprints := '{}';
    NEW.figures := '{}';
    IF NEW.media_type LIKE 'text/%' THEN
      NEW.fingerprints := sec.winnowed(sec.shingles(convert_from(NEW.bytes, 'UTF8') COLLATE "default"));
      NEW.figures := sec.figure_pairs(convert_from(NEW.bytes, 'UTF8') COLLATE "default");
    END IF;
    RETURN NEW;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.attach_to_its_document() TO imprimatur_api;
  CREATE TRIGGER attach_to_its_document BEFORE INSERT ON attachment FOR EACH ROW EXECUTE FUNCTION sec.attach_to_its_document();
  ALTER FUNCTION sec.attach_to_its_document() OWNER TO imprimatur_rights;
`;

const COMPARED = `
  CREATE OR REPLACE VIEW sec.comparable AS
    SELECT id, kind, body, nation, area, protection_id, document_protection_id, fingerprints, figures FROM public.portion
     UNION ALL
    SELECT id, 'attachment', CASE WHEN media_type LIKE 'text/%' THEN convert_from(bytes, 'UTF8') COLLATE "default" END, NULL, NULL,
           protection_id, document_protection_id, fingerprints, figures FROM public.attachment;
`;

// Under what the very bytes stand, among the attachments that the session holds. Found by an expression that is no index of a
// reader's own comparison, as the same text is (075).
const SAME_BYTES = `
  CREATE INDEX attachment_same_bytes ON attachment (encode(sha256, 'hex'));
  ALTER INDEX attachment_same_bytes ALTER COLUMN 1 SET STATISTICS 0;
  CREATE FUNCTION sec.same_bytes(digest text) RETURNS TABLE (protection_id int, document_protection_id int)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  #variable_conflict use_column
  DECLARE held bytea := sec.vb() || ''::bytea;
  BEGIN
    IF held IS NULL THEN RETURN; END IF;
    RETURN QUERY
    SELECT DISTINCT a.protection_id, a.document_protection_id FROM public.attachment a
     WHERE encode(a.sha256, 'hex') = digest AND get_bit(held, a.protection_id) <> 0 AND get_bit(held, a.document_protection_id) <> 0;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.same_bytes(text) TO imprimatur_api;
  ALTER FUNCTION sec.same_bytes(text) OWNER TO imprimatur_rights;
`;
