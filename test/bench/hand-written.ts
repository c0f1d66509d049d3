import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { RARE_WORD } from './fill-at-scale';
import type { HeldRights } from './scale-house';

/** Where a page begins that is not the first. */
export interface Deep {
  readonly at: string;
  readonly id: string;
}

// The lists as an expert writes them who needs no security and has the reader's rights at hand: no session, no policy, no function.
const TITLED = (rows: string): string => `
  SELECT d.*, t.body AS title, t.protection_id AS title_protection_id FROM (${rows}) AS d
    LEFT JOIN LATERAL (
           SELECT p.body, p.protection_id FROM portion p
            WHERE p.document_id = d.id AND p.kind = 'title'
              AND p.version_id = (SELECT v.id FROM version v WHERE v.document_id = d.id ORDER BY v.ordinal DESC LIMIT 1) LIMIT 1) AS t ON true
   ORDER BY d.created_at DESC, d.id DESC`;
const COLUMNS = 'd.id, d.protection_id, d.originator, d.exercise, d.created_at';
const beyond = (deep: Deep | undefined): string =>
  deep === undefined ? '' : `AND (d.created_at, d.id) < ('${deep.at}', '${deep.id}')`;

/** How a statement is sent. */
export type Asking = (text: string, values: unknown[]) => Promise<unknown>;

/** As the driver sends it by itself: read, planned and run each time. */
export const plainly =
  (raw: Client): Asking =>
  (text, values) =>
    raw.query(text, values);

/** Planned once, and then run. */
export const prepared =
  (raw: Client): Asking =>
  (text, values) =>
    raw.query({ name: createHash('sha256').update(text).digest('hex').slice(0, 32), text, values });

/** Down the dates, a bit for each row. */
const walk = (ask: Asking, { bitmap }: HeldRights, deep?: Deep): Promise<unknown> =>
  ask(
    TITLED(
      `SELECT ${COLUMNS} FROM document d WHERE get_bit($1::bytea, d.protection_id) <> 0 ${beyond(deep)} ORDER BY d.created_at DESC, d.id DESC LIMIT 51`,
    ),
    [bitmap],
  );

/** The newest of each label from the index alone, put together. */
const merge = (ask: Asking, { ids }: HeldRights, deep?: Deep): Promise<unknown> =>
  ask(
    TITLED(
      `SELECT ${COLUMNS} FROM (
         SELECT k.id FROM unnest($1::int[]) AS held (id) CROSS JOIN LATERAL (
             SELECT d.created_at AS at, d.id FROM document d WHERE d.protection_id = held.id ${beyond(deep)}
              ORDER BY d.created_at DESC, d.id DESC LIMIT 51) AS k
          ORDER BY k.at DESC, k.id DESC LIMIT 51) AS k JOIN document d ON d.id = k.id`,
    ),
    [ids],
  );

export type Page = (deep?: Deep) => Promise<unknown>;

/** The same in a transaction of its own. */
export async function inTransaction(raw: Client, work: () => Promise<unknown>): Promise<void> {
  await raw.query('BEGIN');
  await work();
  await raw.query('COMMIT');
}

/** The way of the two that is faster for this reader: who writes by hand tries both. */
export async function fasterPage(ask: Asking, rights: HeldRights): Promise<Page> {
  const ways: Page[] = [(deep) => walk(ask, rights, deep), (deep) => merge(ask, rights, deep)];
  const times: number[] = [];
  for (const way of ways) {
    await way();
    const began = performance.now();
    await way();
    times.push(performance.now() - began);
  }
  return ways[(times[0] ?? 0) <= (times[1] ?? 0) ? 0 : 1] as Page;
}

/** The newest portions with the rare word that the reader holds, and their text. */
export const rareWord = (ask: Asking, { bitmap }: HeldRights): Promise<unknown> =>
  ask(
    `SELECT p.id, p.document_id, p.kind, p.protection_id, p.document_protection_id, d.originator, p.body
       FROM (SELECT * FROM sec.current_words w
              WHERE w.words @@ websearch_to_tsquery('simple', $2)
                AND get_bit($1::bytea, w.protection_id) <> 0 AND get_bit($1::bytea, w.document_protection_id) <> 0
              ORDER BY w.at DESC, w.document_id DESC, w.ordinal LIMIT 51) AS w
       JOIN portion p ON p.id = w.portion_id JOIN document d ON d.id = w.document_id`,
    [bitmap, RARE_WORD],
  );

/** All that the reader may know of, counted row by row. */
export const countAll = (ask: Asking, { bitmap }: HeldRights): Promise<unknown> =>
  ask('SELECT count(*) FROM document d WHERE get_bit($1::bytea, d.protection_id) <> 0', [bitmap]);
