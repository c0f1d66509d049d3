import type { Client } from 'pg';
import { putOffIndexes } from './fill-at-scale';

/** Whose events they are, and what they are about. */
const PERSONS = 1_000;
const DOCUMENTS = 5_000;

/** One of them; every one of them has the same share of the events. */
export const A_PERSON = '00000000-0000-4000-8000-000000000007';
export const A_DOCUMENT = '00000000-0000-4000-9000-000000000011';

/**
 * Fills the record with events in SQL as the superuser, with triggers and indexes put off until the end: ten years of them, sealed; one
 * in a hundred is a refusal. EXERCISE.
 */
export async function fillEvents(client: Client, events: number): Promise<void> {
  await client.query(
    `SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SELECT setseed(0.4774)`,
  );
  const indexes = await putOffIndexes(client, ['audit_event']);
  await client.query(EVENTS, [events]);
  await client.query(`INSERT INTO ledger_leaf (leaf_index, event_id, leaf_data)
    SELECT row_number() OVER (ORDER BY at) - 1, id, ''::bytea FROM audit_event`);
  for (const index of indexes) await client.query(index);
  await client.query('SET session_replication_role = DEFAULT');
  await client.query('VACUUM ANALYZE audit_event');
  await client.query('VACUUM ANALYZE ledger_leaf');
}

const id = (kind: string, from: number): string =>
  `('00000000-0000-4000-${kind}-' || lpad(floor(random() * ${String(from)})::int::text, 12, '0'))::uuid`;

const EVENTS = `
  INSERT INTO audit_event (id, at, person_id, action, outcome, thing_kind, thing_id, document_id, request_id, record, salt, leaf_data)
  SELECT gen_random_uuid(), at, ${id('8000', PERSONS)}, (ARRAY['document.read', 'document.list', 'document.search', 'case.read'])[1 + n % 4],
         CASE WHEN n % 100 = 17 THEN 'refused' ELSE 'done' END, 'Document', document, document, n::text,
         '{"details": {"portions": "' || repeat(md5(n::text), 8) || '"}, "exercise": true}', decode(repeat('00', 32), 'hex'), ''
    FROM (SELECT n, timestamptz '2015-01-01' + date_trunc('milliseconds', n * (interval '3652 days' / $1::int)) AS at, ${id('9000', DOCUMENTS)} AS document
            FROM generate_series(1, $1::int) AS n OFFSET 0) AS drawn`;
