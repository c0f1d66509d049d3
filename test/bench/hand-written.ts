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
// Each statement is planned once, as those of the product are.
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

const planned = (raw: Client, text: string, values: unknown[]): Promise<unknown> =>
  raw.query({ name: createHash('sha256').update(text).digest('hex').slice(0, 32), text, values });

/** Down the dates, a bit for each row. */
const walk = (raw: Client, { bitmap }: HeldRights, deep?: Deep): Promise<unknown> =>
  planned(
    raw,
    TITLED(
      `SELECT ${COLUMNS} FROM document d WHERE get_bit($1::bytea, d.protection_id) <> 0 ${beyond(deep)} ORDER BY d.created_at DESC, d.id DESC LIMIT 51`,
    ),
    [bitmap],
  );

/** The newest of each label from the index alone, put together. */
const merge = (raw: Client, { ids }: HeldRights, deep?: Deep): Promise<unknown> =>
  planned(
    raw,
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
export async function fasterPage(raw: Client, rights: HeldRights): Promise<Page> {
  const ways: Page[] = [(deep) => walk(raw, rights, deep), (deep) => merge(raw, rights, deep)];
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
export const rareWord = (raw: Client, { bitmap }: HeldRights): Promise<unknown> =>
  planned(
    raw,
    `SELECT p.id, p.document_id, p.kind, p.protection_id, p.document_protection_id, d.originator, p.body
       FROM (SELECT * FROM sec.current_words w
              WHERE w.words @@ websearch_to_tsquery('simple', $2)
                AND get_bit($1::bytea, w.protection_id) <> 0 AND get_bit($1::bytea, w.document_protection_id) <> 0
              ORDER BY w.at DESC, w.document_id DESC, w.ordinal LIMIT 51) AS w
       JOIN portion p ON p.id = w.portion_id JOIN document d ON d.id = w.document_id`,
    [bitmap, RARE_WORD],
  );

/** All that the reader may know of, counted row by row. */
export const countAll = (raw: Client, { bitmap }: HeldRights): Promise<unknown> =>
  planned(raw, 'SELECT count(*) FROM document d WHERE get_bit($1::bytea, d.protection_id) <> 0', [bitmap]);
