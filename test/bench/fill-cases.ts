import type { Client } from 'pg';
import { DRAWN, PROTECTIONS, RANKED, RARE_WORD, SAID, type Scale, putOffIndexes } from './fill-at-scale';

/** How many cases are generated, under how many protections. Three targets stand for each. */
export interface CaseScale extends Pick<Scale, 'protections' | 'policies'> {
  readonly cases: number;
}

/** A word that stands in every twentieth case; the rare one stands in forty. */
export const TWENTIETH = 'trireme';

const FILLED = ['release_case', 'sec.case_words', 'sec.case_target'];

/**
 * Fills a house with cases in SQL as the superuser, with triggers and indexes put off until the end: labels by Zipf's law, ten years of
 * dates, 32 nations and ten areas. Their documents are not there: no list of cases reads them. EXERCISE.
 */
export async function fillCases(client: Client, { cases, protections, policies }: CaseScale): Promise<void> {
  await client.query(PROTECTIONS, [protections, policies]);
  await client.query(
    `SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SELECT setseed(0.4774)`,
  );
  const indexes = await putOffIndexes(client, FILLED);
  await client.query(RANKED);
  await client.query(CASES(protections), [cases]);
  await client.query(
    `INSERT INTO sec.case_words (case_id, at, protection_id, document_id, requested_by, words)
     SELECT id, created_at, protection_id, document_id, requested_by, to_tsvector('pg_catalog.simple', title || ' ' || summary)
       FROM release_case ORDER BY created_at`,
  );
  await client.query(TARGETS);
  await client.query(
    'INSERT INTO sec.case_count SELECT protection_id, count(*) FROM release_case GROUP BY protection_id',
  );
  for (const index of indexes) await client.query(index);
  await client.query('DROP TABLE ranked; SET session_replication_role = DEFAULT');
  await client.query('VACUUM ANALYZE');
}

const CASES = (protections: number): string => `
  INSERT INTO release_case (id, protection_id, document_id, version_id, release, audience, title, summary, state, round, requested_by,
                            procedure_id, procedure_version, window_not_before, window_not_after, created_at, updated_at)
  SELECT gen_random_uuid(), r.id, gen_random_uuid(), gen_random_uuid(), gen_random_uuid()::text, '{"policy": "PUBLIC"}',
         'EXERCISE ' || ${SAID(6)} || CASE WHEN n % 20 = 3 THEN ' ${TWENTIETH}' ELSE '' END
                     || CASE WHEN n % ($1::int / 40) = 7 THEN ' ${RARE_WORD}' ELSE '' END,
         'EXERCISE ' || ${SAID(12)}, (ARRAY['published', 'published', 'returned', 'in-approval', 'draft'])[1 + n % 5], 1,
         ('00000000-0000-4000-8000-' || lpad((n % 500)::text, 12, '0'))::uuid, 'exercise', 1, at, at + interval '1 year', at, at
    FROM (SELECT n, timestamptz '2015-01-01' + date_trunc('milliseconds', n * (interval '3652 days' / $1::int)) AS at,
                 CASE WHEN n % ($1::int / 300) = 17 AND n <= $1::int / 10 THEN ${String(protections - 9)} + n % 10
                      ELSE ${DRAWN(protections)} END AS rank
            FROM generate_series(1, $1::int) AS n OFFSET 0) AS drawn JOIN ranked r USING (rank)`;

const TARGETS = `
  INSERT INTO sec.case_target (case_id, round, n, at, nation, area, protection_id, document_protection_id, case_protection_id)
  SELECT c.id, 1, t, c.created_at, 'N' || floor(random() * 32)::int, 'area ' || floor(random() * 10)::int, c.protection_id, c.protection_id,
         c.protection_id
    FROM release_case c, generate_series(1, 3) AS t ORDER BY c.created_at`;
