import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A second way to cut a page out of a million documents: merge the newest of each protection that the session holds.
 *
 * Walking the dates from the newest skips what is hidden, row by row; for a reader who sees one document in ten thousand that
 * is most of the table. Which way is cheaper is worked out when the rights are: how many protections are held, and what share
 * of the documents stands under them. Both ways ask row-level security for every row, so the choice decides speed alone.
 */
export class ListByProtection1767225600020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COUNTS);
    await runner.query(CHOICE);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// The count's row is locked until the import commits. Only those who hold the protection wait for each other.
const COUNTS = `
  CREATE INDEX document_by_protection ON document (protection_id, created_at DESC, id DESC);
  CREATE TABLE sec.protection_count (protection_id int PRIMARY KEY REFERENCES protection (id), documents bigint NOT NULL);
  GRANT SELECT, INSERT, UPDATE ON sec.protection_count TO imprimatur_rights;
  ALTER TABLE sec.session ADD COLUMN merge_by int[];

  SET LOCAL ROLE imprimatur_rights;
  INSERT INTO sec.protection_count SELECT protection_id, count(*) FROM public.document GROUP BY protection_id;
  RESET ROLE;

  CREATE FUNCTION sec.count_documents() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO sec.protection_count AS c (protection_id, documents)
    SELECT protection_id, count(*) FROM added GROUP BY protection_id ORDER BY protection_id
    ON CONFLICT (protection_id) DO UPDATE SET documents = c.documents + excluded.documents;
    RETURN NULL;
  END $$;
  GRANT EXECUTE ON FUNCTION sec.count_documents() TO imprimatur_api;
  CREATE TRIGGER count_documents AFTER INSERT ON document REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION sec.count_documents();
  ALTER FUNCTION sec.count_documents() OWNER TO imprimatur_rights;
`;

// Milliseconds, measured: a merge costs 1.0 and 0.012 for each protection, a walk 0.0005 for each row that it passes.
const CHOICE = `
  CREATE FUNCTION sec.merge_by(held bytea, upto int) RETURNS int[] LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    ids int[] := (SELECT array_agg(id) FROM generate_series(1, upto) AS id WHERE get_bit(held, id) <> 0);
    everything bigint := (SELECT coalesce(sum(documents), 0) FROM sec.protection_count);
    visible bigint := (SELECT coalesce(sum(documents), 0) FROM sec.protection_count WHERE protection_id = ANY (ids));
  BEGIN
    IF ids IS NULL OR 1.0 + 0.012 * cardinality(ids) < 0.0005 * least(50.0 * everything / greatest(visible, 1), everything)
    THEN RETURN coalesce(ids, ARRAY[]::int[]); END IF;
    RETURN NULL;
  END $$;
  ALTER FUNCTION sec.merge_by(bytea, int) OWNER TO imprimatur_rights;

  SET LOCAL ROLE imprimatur_rights;
  CREATE OR REPLACE FUNCTION sec.refresh(wanted bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    newest int := coalesce((SELECT max(id) FROM public.protection), 0);
    holder uuid;
    held bytea;
  BEGIN
    SELECT person_id INTO holder FROM sec.session
     WHERE sid_hash = wanted AND (bitmap IS NULL OR bitmap_upto < newest OR bitmap_until <= now());
    IF holder IS NULL THEN RETURN; END IF;
    held := sec.bitmap_of(holder, newest);
    UPDATE sec.session s
       SET bitmap = held, bitmap_upto = newest, merge_by = sec.merge_by(held, newest),
           bitmap_until = (SELECT least(s.expires_at, min(moment)) FROM (
             SELECT valid_until AS moment FROM public.clearance WHERE person_id = holder AND valid_until > now()
             UNION ALL
             SELECT valid_from FROM public.clearance WHERE person_id = holder AND valid_from > now()) AS moments)
     WHERE s.sid_hash = wanted;
  END $$;
  RESET ROLE;

  -- The protections to merge by, for the session at hand; NULL where walking is cheaper. It says nothing that the session may not read.
  CREATE FUNCTION sec.session_merge_by() RETURNS int[] LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RETURN (SELECT s.merge_by FROM sec.session s
             WHERE s.sid_hash = sha256(convert_to(NULLIF(current_setting('app.sid', true), ''), 'UTF8'))
               AND s.expires_at > now() AND s.bitmap_until > now());
  END $$;
  GRANT EXECUTE ON FUNCTION sec.session_merge_by() TO imprimatur_api;
  ALTER FUNCTION sec.session_merge_by() OWNER TO imprimatur_rights;
`;
