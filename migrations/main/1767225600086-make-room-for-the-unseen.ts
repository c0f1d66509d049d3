import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * More room between the portions of a later version: what is carried over in one place must fit there, or the version is refused.
 *
 * INVARIANT (noninterference): how much there is that a writer cannot see changes nothing about the answer. In steps of 4,096 a run of
 * as many unseen portions, which one import may bring, made every version of theirs a conflict.
 */
export class MakeRoomForTheUnseen1767225600086 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The function belongs to the role that answers for rights; whoever replaces it must act as it.
    await runner.query('SET LOCAL ROLE imprimatur_rights');
    await runner.query(KEEP);
    await runner.query('RESET ROLE');
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// As before (079), in steps of 65,536 (libs/records/src/import-document.ts): 5,000 portions of a version stay within an integer.
const KEEP = `
  CREATE OR REPLACE FUNCTION sec.unseen_stays() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE held bytea := sec.vb();
  BEGIN
    IF held IS NULL THEN RETURN NULL; END IF;
    INSERT INTO public.portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body,
                                body_digest, nation, area, quantity_now, quantity_required, unit, due_year)
    SELECT gen_random_uuid(), p.added, p.document_id, p.before * 65536 + row_number() OVER (PARTITION BY p.added, p.before ORDER BY p.ordinal),
           p.kind, p.protection_id, p.document_protection_id, p.originator, p.body,
           p.body_digest, p.nation, p.area, p.quantity_now, p.quantity_required, p.unit, p.due_year
      FROM (SELECT o.*, a.id AS added, get_bit(held, o.protection_id) <> 0 AS seen,
                   count(*) FILTER (WHERE get_bit(held, o.protection_id) <> 0) OVER (PARTITION BY a.id ORDER BY o.ordinal) AS before
              FROM added a JOIN public.version v ON v.document_id = a.document_id AND v.ordinal = a.ordinal - 1
              JOIN public.portion o ON o.version_id = v.id) AS p
     WHERE NOT p.seen;
    RETURN NULL;
  END $$;
`;
