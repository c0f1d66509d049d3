import type { Client } from 'pg';

/** A target that is top secret, by what lists are narrowed by. */
export interface HiddenTarget {
  readonly portion: string;
  readonly nation: string;
  readonly area: string;
}

/**
 * Sets a target that only the highest read into the version that a case is about, and among what the case treats in its round, as
 * the database's owner would: no way over the api leads there, because a case stands under all that it speaks of.
 */
export async function hideTargetIn(
  sql: Pick<Client, 'query'>,
  caseId: string,
  { portion, nation, area }: HiddenTarget,
): Promise<void> {
  await sql.query(
    `WITH top AS (INSERT INTO protection (label, need_to_know) SELECT label, ARRAY['everyone'] FROM protection
                   WHERE label ->> 'classification' = 'TOP SECRET' ORDER BY id LIMIT 1
                   ON CONFLICT (label, need_to_know) DO UPDATE SET label = excluded.label RETURNING id)
     INSERT INTO portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body, body_digest,
                          nation, area, quantity_now, quantity_required, unit, due_year)
     SELECT $2::uuid, c.version_id, c.document_id, 1 + max(p.ordinal), 'target', top.id, p.document_protection_id, 'ACT',
            'EXERCISE ' || $3::text || ' ' || $4::text, sha256(convert_to($2::uuid::text, 'UTF8')), $3::text, $4::text, 3, 5, 'systems', 2032
       FROM release_case c JOIN portion p ON p.version_id = c.version_id CROSS JOIN top WHERE c.id = $1
      GROUP BY c.version_id, c.document_id, top.id, p.document_protection_id`,
    [caseId, portion, nation, area],
  );
  await sql.query(
    `INSERT INTO proposal_item (case_id, round, n, portion_id, treatment, reason_code, originator, protection_id, case_protection_id)
     SELECT c.id, c.round, 1000 + max(i.n), p.id, 'withhold', 'PLANS', p.originator, p.protection_id, c.protection_id
       FROM release_case c JOIN proposal_item i ON i.case_id = c.id AND i.round = c.round JOIN portion p ON p.id = $2
      WHERE c.id = $1 GROUP BY c.id, p.id`,
    [caseId, portion],
  );
}
