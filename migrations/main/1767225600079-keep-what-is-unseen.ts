import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A new version takes the place of what its writer saw. What they could not see stays where it stood: the database carries it over
 * as the version comes in.
 *
 * INVARIANT (noninterference): whether a document holds more than its writer sees changes nothing about the answer to a new version.
 * Were it refused, everybody who may write could ask by one request whether there is more.
 */
export class KeepWhatIsUnseen1767225600079 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(KEEP);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// The portions of a later version are numbered in steps of 4,096 (libs/records/src/import-document.ts); the unseen ones stand between,
// after as many seen ones as before. The trigger comes after "supersede", which makes room in what is searched. Rows that no session
// brings in are an owner's own, and are whole.
const KEEP = `
  GRANT INSERT ON portion TO imprimatur_rights;
  CREATE POLICY rights_keep ON portion FOR INSERT TO imprimatur_rights WITH CHECK (true);

  CREATE FUNCTION sec.unseen_stays() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE held bytea := sec.vb();
  BEGIN
    IF held IS NULL THEN RETURN NULL; END IF;
    INSERT INTO public.portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body,
                                body_digest, nation, area, quantity_now, quantity_required, unit, due_year)
    SELECT gen_random_uuid(), p.added, p.document_id, p.before * 4096 + row_number() OVER (PARTITION BY p.added, p.before ORDER BY p.ordinal),
           p.kind, p.protection_id, p.document_protection_id, p.originator, p.body,
           p.body_digest, p.nation, p.area, p.quantity_now, p.quantity_required, p.unit, p.due_year
      FROM (SELECT o.*, a.id AS added, get_bit(held, o.protection_id) <> 0 AS seen,
                   count(*) FILTER (WHERE get_bit(held, o.protection_id) <> 0) OVER (PARTITION BY a.id ORDER BY o.ordinal) AS before
              FROM added a JOIN public.version v ON v.document_id = a.document_id AND v.ordinal = a.ordinal - 1
              JOIN public.portion o ON o.version_id = v.id) AS p
     WHERE NOT p.seen;
    RETURN NULL;
  END $$;
  CREATE TRIGGER unseen_stays AFTER INSERT ON version REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION sec.unseen_stays();
  ALTER FUNCTION sec.unseen_stays() OWNER TO imprimatur_rights;
`;
