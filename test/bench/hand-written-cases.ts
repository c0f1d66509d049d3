import { RARE_WORD } from './fill-at-scale';
import { TWENTIETH } from './fill-cases';
import type { Asking, Deep } from './hand-written';
import type { HeldRights } from './scale-house';

// The lists as an expert writes them who needs no security and has the reader's rights at hand: no session, no policy, no function.
const COLUMNS = `c.id, c.protection_id, c.document_id, c.version_id, c.release, c.audience, c.title, c.summary, c.state, c.round,
  c.requested_by, c.procedure_id, c.procedure_version, c.window_not_before, c.window_not_after, c.publish_at, c.proposal_id,
  c.created_at, c.updated_at`;
const beyond = (deep: Deep | undefined, key = 'c.created_at, c.id'): string =>
  deep === undefined ? '' : `AND (${key}) < ('${deep.at}', '${deep.id}')`;

/** One question put by hand, of the ways that there are. */
export interface ByHand {
  readonly ways: readonly ((ask: Asking, rights: HeldRights, deep?: Deep) => Promise<unknown>)[];
}

const walk =
  (where: string) =>
  (ask: Asking, { bitmap }: HeldRights, deep?: Deep): Promise<unknown> =>
    ask(
      `SELECT ${COLUMNS} FROM release_case c WHERE get_bit($1::bytea, c.protection_id) <> 0 ${where} ${beyond(deep)}
        ORDER BY c.created_at DESC, c.id DESC LIMIT 51`,
      [bitmap],
    );

/** Cases whose keys a table beside them gives, down the dates. */
const keyed =
  (keys: string) =>
  (ask: Asking, { bitmap }: HeldRights, deep?: Deep): Promise<unknown> =>
    ask(
      `SELECT ${COLUMNS} FROM (${keys} ${beyond(deep, 'k.at, k.case_id')} ORDER BY k.at DESC, k.case_id DESC LIMIT 51) AS k
         JOIN release_case c ON c.id = k.case_id ORDER BY c.created_at DESC, c.id DESC`,
      [bitmap],
    );

/** The newest under each label, put together. */
const merge =
  (keys: string) =>
  (ask: Asking, { ids }: HeldRights, deep?: Deep): Promise<unknown> =>
    ask(
      `SELECT ${COLUMNS} FROM (
         SELECT k.* FROM unnest($1::int[]) AS held (id) CROSS JOIN LATERAL (
             ${keys} ${beyond(deep, 'k.at, k.case_id')} ORDER BY k.at DESC, k.case_id DESC LIMIT 51) AS k
          ORDER BY k.at DESC, k.case_id DESC LIMIT 51) AS k
         JOIN release_case c ON c.id = k.case_id ORDER BY c.created_at DESC, c.id DESC`,
      [ids],
    );

const NEWEST = `SELECT * FROM (SELECT c.created_at AS at, c.id AS case_id FROM release_case c WHERE c.protection_id = held.id) AS k WHERE true`;
const WITH = (word: string): string => `words @@ websearch_to_tsquery('simple', '${word}')`;
const BIT = 'get_bit($1::bytea, k.protection_id) <> 0';

export const BY_HAND: Readonly<Record<'newest' | 'nation' | 'rare' | 'common', ByHand>> = {
  newest: { ways: [walk(''), merge(NEWEST)] },
  nation: {
    ways: [
      keyed(
        `SELECT DISTINCT k.at, k.case_id FROM sec.case_target k
          WHERE k.nation = 'N7' AND ${BIT} AND get_bit($1::bytea, k.document_protection_id) <> 0`,
      ),
    ],
  },
  rare: { ways: [keyed(`SELECT k.at, k.case_id FROM sec.case_words k WHERE k.${WITH(RARE_WORD)} AND ${BIT}`)] },
  common: {
    ways: [
      keyed(`SELECT k.at, k.case_id FROM sec.case_words k WHERE (k.${WITH(TWENTIETH)}) IS TRUE AND ${BIT}`),
      keyed(`SELECT k.at, k.case_id FROM sec.case_words k WHERE k.${WITH(TWENTIETH)} AND ${BIT}`),
      merge(
        `SELECT k.at, k.case_id FROM sec.case_words k WHERE k.protection_id = held.id AND (k.${WITH(TWENTIETH)}) IS TRUE`,
      ),
    ],
  },
};

/** The way that is fastest for this reader: who writes by hand tries all. */
export async function fastest(
  ask: Asking,
  rights: HeldRights,
  { ways }: ByHand,
): Promise<(deep?: Deep) => Promise<unknown>> {
  const timed = [];
  for (const way of ways) {
    await way(ask, rights);
    const began = performance.now();
    await way(ask, rights);
    timed.push({ way, took: performance.now() - began });
  }
  const best = timed.sort((a, b) => a.took - b.took)[0];
  if (best === undefined) throw new Error('there is no way');
  return (deep) => best.way(ask, rights, deep);
}
