import type { Client } from 'pg';

/** What one class of readers sees of the generated documents: the tokens of its own that open their protections. */
export const READER_CLASSES = ['all', 'broad', 'medium', 'narrow', 'selective', 'old-only'] as const;

export type ReaderClass = (typeof READER_CLASSES)[number];

/** How much is generated. Two portions stand for each document: its title and a paragraph or a target. */
export interface Scale {
  readonly documents: number;
  readonly protections: number;
  /** The first is a policy that the house knows; labels of the others have categories of their own. */
  readonly policies: readonly string[];
}

/** A word that stands in forty portions, whatever the scale, and one that stands in every second. */
export const RARE_WORD = 'quadrireme';
export const COMMON_WORD = 'exercise';

const CONTEXT = `'[{"tagSet": "Context", "type": "PERMISSIVE", "values": ["NATO"]}]'::jsonb`;

const FILLED = ['document', 'version', 'portion', 'sec.current_target', 'sec.current_words', 'sec.protection_count'];

/**
 * Fills a house in SQL as the superuser, with triggers and indexes put off until the end: labels by Zipf's law over three
 * policies, five levels, forty nations and twelve categories; ten years of dates. EXERCISE.
 */
export async function fillAtScale(client: Client, { documents, protections, policies }: Scale): Promise<void> {
  await client.query(PROTECTIONS, [protections, policies]);
  await client.query(
    `SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SELECT setseed(0.4774)`,
  );
  const indexes = await putOffIndexes(client, FILLED);
  await client.query(RANKED);
  await client.query(DOCUMENTS(protections), [documents]);
  await client.query(
    `INSERT INTO version (id, document_id, ordinal, protection_id, source_sha256, created_at, created_by)
     SELECT gen_random_uuid(), id, 1, protection_id, '', created_at, created_by FROM document`,
  );
  await client.query(TITLES);
  await client.query(SECONDS(protections));
  await client.query(CURRENT_TARGETS);
  await client.query(CURRENT_WORDS);
  await client.query(COUNTERS);
  await client.query(
    'INSERT INTO sec.originator_count SELECT originator, protection_id, count(*) FROM document GROUP BY originator, protection_id',
  );
  for (const index of indexes) await client.query(index);
  await client.query('DROP TABLE ranked; SET session_replication_role = DEFAULT');
  await client.query('VACUUM ANALYZE');
}

/** Drops the indexes of the tables that are filled, and answers how they are made. */
export async function putOffIndexes(client: Client, filled: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; made_by: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made_by
       FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
      WHERE i.indrelid = ANY (SELECT t::regclass FROM unnest($1::text[]) AS t) AND c.oid IS NULL`,
    [filled],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows.map((row) => row.made_by);
}

// Which classes hold a protection is part of its need-to-know, as a named list would be.
export const PROTECTIONS = `
  INSERT INTO protection (label, need_to_know)
  SELECT jsonb_build_object('policy', ($2::text[])[1 + n % cardinality($2::text[])],
           'classification', (ARRAY['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'SECRET'])[1 + n % 5],
           'categories', CASE WHEN n % cardinality($2::text[]) = 0 THEN ${CONTEXT} ELSE jsonb_build_array(
             jsonb_build_object('tagSet', 'Releasable To', 'type', 'PERMISSIVE', 'values', jsonb_build_array('N' || n % 40, 'N' || n / 40 % 40)),
             jsonb_build_object('tagSet', 'Special', 'type', 'RESTRICTIVE', 'values', jsonb_build_array('K' || n % 12))) END),
         array_remove(ARRAY['community:B' || n / 200, 'community:C' || n % 200,
           CASE WHEN abs(hashint4(n)) % 10 < 8 AND n <= $1::int - 10 THEN 'community:ALL' END,
           CASE WHEN abs(hashint4(n + 7)) % 10 < 3 AND n <= $1::int - 10 THEN 'community:BROAD' END,
           CASE WHEN abs(hashint4(n + 77)) % 100 < 7 AND n <= $1::int - 10 THEN 'community:MEDIUM' END,
           CASE WHEN abs(hashint4(n + 777)) % 100 < 2 AND n > $1::int / 200 AND n <= $1::int - 10 THEN 'community:NARROW' END,
           CASE WHEN n % 240 = 239 AND n > $1::int / 20 AND n <= $1::int - 10 THEN 'community:SELECTIVE' END,
           CASE WHEN n > $1::int - 10 THEN 'community:OLD-ONLY' END], NULL)
    FROM generate_series(1, $1::int) AS n`;

// Protections by their place in Zipf's law; the last ten hold a few documents only, all of them old.
export const RANKED = `
  CREATE TEMPORARY TABLE ranked AS
  SELECT id, row_number() OVER (ORDER BY id)::int AS rank FROM protection WHERE need_to_know[1] LIKE 'community:B%'`;

/** A rank drawn by Zipf's law. */
export const DRAWN = (protections: number): string =>
  `floor(exp(ln(4.0) + random() * ln(${String((protections - 7) / 4)})) - 3)::int`;

const DOCUMENTS = (protections: number): string => `
  INSERT INTO document (id, protection_id, originator, subject, exercise, created_at, created_by)
  SELECT gen_random_uuid(), r.id, (ARRAY['ACT', 'ACO', 'IMS', 'N1', 'N2', 'N3'])[1 + n % 6], NULL, true,
         timestamptz '2015-01-01' + date_trunc('milliseconds', n * (interval '3652 days' / $1::int)), gen_random_uuid()
    FROM (SELECT n, CASE WHEN n % ($1::int / 300) = 17 AND n <= $1::int / 10 THEN ${String(protections - 9)} + n % 10
                         ELSE ${DRAWN(protections)} END AS rank
            FROM generate_series(1, $1::int) AS n OFFSET 0) AS drawn JOIN ranked r USING (rank)`;

/** So many words of a vocabulary of ten thousand, the first ones often. */
export const SAID = (words: number): string =>
  Array.from({ length: words }, () => `'w' || floor(exp(random() * 9.2))::int`).join(` || ' ' || `);

const TITLES = `
  INSERT INTO portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body, body_digest)
  SELECT gen_random_uuid(), v.id, v.document_id, 1, 'title', v.protection_id, v.protection_id, 'ACT',
         'EXERCISE ' || ${SAID(6)}, '' 
    FROM version v`;

// Every fifth stands under another protection than its document.
const SECONDS = (protections: number): string => `
  INSERT INTO portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body, body_digest,
                       nation, area, quantity_now, quantity_required, unit, due_year)
  SELECT gen_random_uuid(), v.id, v.document_id, 2, CASE WHEN n % 2 = 0 THEN 'target' ELSE 'paragraph' END,
         CASE WHEN n % 5 = 0 THEN r.id ELSE v.protection_id END, v.protection_id, 'ACT',
         CASE WHEN n % (count / 40) = 3 THEN 'EXERCISE ${RARE_WORD} ' ELSE '' END || ${SAID(12)}, '',
         CASE WHEN n % 2 = 0 THEN 'N' || n / 2 % 40 END, CASE WHEN n % 2 = 0 THEN 'area ' || n / 80 % 25 END,
         CASE WHEN n % 2 = 0 THEN 10 END, CASE WHEN n % 2 = 0 THEN 13 END, CASE WHEN n % 2 = 0 THEN 'units' END,
         CASE WHEN n % 2 = 0 THEN 2027 + n / 2 % 8 END
    FROM (SELECT *, row_number() OVER () AS n, count(*) OVER () AS count, ${DRAWN(protections)} AS rank FROM version OFFSET 0) AS v
    JOIN ranked r USING (rank)`;

const CURRENT_TARGETS = `
  INSERT INTO sec.current_target (portion_id, version_id, document_id, at, ordinal, protection_id, document_protection_id, originator, nation, area, due_year)
  SELECT p.id, p.version_id, p.document_id, d.created_at, p.ordinal, p.protection_id, p.document_protection_id, p.originator, p.nation, p.area, p.due_year
    FROM portion p JOIN document d ON d.id = p.document_id WHERE p.kind = 'target' ORDER BY d.created_at`;

const CURRENT_WORDS = `
  INSERT INTO sec.current_words (portion_id, version_id, document_id, at, ordinal, protection_id, document_protection_id, originator, nation, area, words)
  SELECT p.id, p.version_id, p.document_id, d.created_at, p.ordinal, p.protection_id, p.document_protection_id, p.originator, p.nation, p.area,
         to_tsvector('pg_catalog.simple', p.body)
    FROM portion p JOIN document d ON d.id = p.document_id ORDER BY d.created_at`;

const COUNTERS = `
  INSERT INTO sec.protection_count (protection_id, documents, portions, targets)
  SELECT id, coalesce(d.n, 0), coalesce(p.n, 0), coalesce(t.n, 0) FROM protection
    LEFT JOIN (SELECT protection_id, count(*) AS n FROM document GROUP BY 1) AS d ON d.protection_id = id
    LEFT JOIN (SELECT protection_id, count(*) AS n FROM sec.current_words GROUP BY 1) AS p ON p.protection_id = id
    LEFT JOIN (SELECT protection_id, count(*) AS n FROM sec.current_target GROUP BY 1) AS t ON t.protection_id = id
   WHERE d.n > 0 OR p.n > 0`;
