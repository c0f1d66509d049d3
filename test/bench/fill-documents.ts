import type { Client } from 'pg';

/** How many protections the generated documents are spread over. */
const PROTECTIONS = 600;

/**
 * Fills a house with documents in SQL: spread over protections of which each reader class holds a share. Community `C<n>`
 * opens one protection; the levels alternate. EXERCISE.
 */
export async function fillDocuments(client: Client, documents: number): Promise<void> {
  await client.query(
    `INSERT INTO protection (label, need_to_know)
     SELECT jsonb_build_object('policy', 'NATO', 'classification', (ARRAY['RESTRICTED', 'SECRET'])[1 + n % 2],
              'categories', '[{"tagSet":"Context","type":"PERMISSIVE","values":["NATO"]}]'::jsonb), ARRAY['community:C' || n]
       FROM generate_series(1, $1::int) AS n`,
    [PROTECTIONS],
  );
  await client.query(
    `WITH p AS (SELECT array_agg(id ORDER BY id) AS ids FROM protection WHERE need_to_know[1] LIKE 'community:C%')
     INSERT INTO document (id, protection_id, originator, subject, exercise, created_at, created_by)
     SELECT gen_random_uuid(), p.ids[1 + (n * 7919) % $2], 'ACT', NULL, true,
            timestamptz '2016-01-01' + n * interval '45 minutes', gen_random_uuid()
       FROM generate_series(1, $1::int) AS n, p`,
    [documents, PROTECTIONS],
  );
  await client.query(
    `INSERT INTO version (id, document_id, ordinal, protection_id, source_sha256, created_at, created_by)
     SELECT gen_random_uuid(), id, 1, protection_id, '', created_at, created_by FROM document`,
  );
  await client.query(
    `INSERT INTO portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body, body_digest)
     SELECT gen_random_uuid(), v.id, v.document_id, 1, 'title', v.protection_id, v.protection_id, 'ACT', 'EXERCISE ' || v.id, sha256(v.id::text::bytea)
       FROM version v`,
  );
  await client.query('VACUUM ANALYZE');
}
