import type { RuleCondition } from '#access';
import { Bound, type PageKey, type Tx, whereAll } from '#database';
import { heldUnder } from '#records';
import { COLUMNS, type CaseRow } from './case.store';

/**
 * What a list of cases is narrowed by. `nation` and `area`: cases that treat a target of them which the session sees, in the round
 * that they are in.
 */
export interface CaseFilter {
  readonly state?: string | undefined;
  readonly document?: string | undefined;
  readonly requestedBy?: string | undefined;
  readonly nation?: string | undefined;
  readonly area?: string | undefined;
  readonly policy?: string | undefined;
  readonly classification?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * What the rules let the reader have: of cases (`CASE_COLUMNS`), bound from `$1` on, and of the documents whose targets cases are
 * found by (`DOCUMENT_COLUMNS`), bound behind.
 */
export interface CaseRules {
  readonly cases: RuleCondition;
  readonly documents: RuleCondition;
}

/** What is asked of the list: words that stand in title or summary, if any, its filter, and what the rules say. */
export interface AskedCases {
  readonly words?: string;
  readonly filter: CaseFilter;
  readonly rules: CaseRules;
}

/** A case of the list; with the protections of a target that it was found by, where one was asked for. */
export interface ListedCase extends CaseRow {
  readonly byProtectionId: number | null;
  readonly byDocumentProtectionId: number | null;
}

/** What rules may ask of a case: the attributes of `caseThing`, as columns. */
export const CASE_COLUMNS = {
  id: { sql: 'id', type: 'uuid' },
  requestedBy: { sql: 'requested_by', type: 'uuid' },
  state: { sql: 'state', type: 'text' },
} as const;

/** The newest cases after a key, one more than asked so that the caller knows whether there is a next page. */
export async function pageOfCases(
  tx: Tx,
  asked: AskedCases,
  after: PageKey | undefined,
  limit: number,
): Promise<ListedCase[]> {
  if (isEmpty(asked)) return [];
  const { bound, from } = await rowsOf(tx, asked, { after, most: limit + 1 });
  const by = isFound(asked)
    ? 'k.by_protection_id AS "byProtectionId", k.by_document_protection_id AS "byDocumentProtectionId"'
    : 'NULL::int AS "byProtectionId", NULL::int AS "byDocumentProtectionId"';
  const statement = `SELECT ${COLUMNS}, ${by} FROM ${from} ORDER BY created_at DESC, id DESC LIMIT ${bound.place(limit + 1)}`;
  return tx.rows<ListedCase>(statement, bound.values);
}

/** How many cases the session may know of that fit: exact. */
export async function countCases(tx: Tx, asked: AskedCases): Promise<number> {
  if (isEmpty(asked)) return 0;
  const { bound, from } = await rowsOf(tx, asked, { most: null });
  const row = await tx.row<{ n: string }>(`SELECT count(*) AS n FROM ${from}`, bound.values);
  return Number(row?.n ?? 0);
}

const isByTarget = ({ filter: { nation, area } }: AskedCases): boolean => nation !== undefined || area !== undefined;

/** Whether the list asks for what has an index that no runtime role may ask: then one function of the database answers. */
const isFound = (asked: AskedCases): boolean => asked.words !== undefined || isByTarget(asked);

const isEmpty = (asked: AskedCases): boolean =>
  asked.rules.cases === 'nothing' || (isByTarget(asked) && asked.rules.documents === 'nothing');

interface Part {
  readonly after?: PageKey | undefined;
  readonly most: number | null;
}

async function rowsOf(tx: Tx, asked: AskedCases, part: Part): Promise<{ bound: Bound; from: string }> {
  const { cases, documents } = asked.rules;
  const needed = (isByTarget(asked) ? [cases, documents] : [cases]).filter((rules) => typeof rules === 'object');
  const bound = new Bound(needed.flatMap(({ parameters }) => parameters));
  const conditions = needed.map((rules) =>
    // INVARIANT (no_read_up): a target tells of its case only to whom the rules let read its document.
    rules === documents ? `EXISTS (SELECT 1 FROM document d WHERE d.id = document_id AND ${rules.sql})` : rules.sql,
  );
  if (isFound(asked)) return { bound, from: found(bound, asked, conditions, part) };
  conditions.push(...(await narrowed(tx, bound, asked.filter, part.after)));
  return { bound, from: `release_case ${whereAll(conditions)}` };
}

/** The cases whose keys the function gives. What the rules forbid must not use up the page: then all that fit are looked at. */
function found(
  bound: Bound,
  { words, filter }: AskedCases,
  conditions: readonly string[],
  { after, most }: Part,
): string {
  const call = [
    `${bound.place(words ?? null)}::text`,
    `${bound.place(JSON.stringify(filter))}::jsonb`,
    `${bound.place(after?.at ?? null)}::timestamptz`,
    `${bound.place(after?.id ?? null)}::uuid`,
    `${bound.place(conditions.length === 0 ? most : null)}::int`,
  ].join(', ');
  return `sec.cases(${call}) AS k JOIN release_case ON id = k.case_id ${whereAll(conditions)}`;
}

async function narrowed(
  tx: Tx,
  bound: Bound,
  filter: CaseFilter,
  after: PageKey | undefined,
): Promise<readonly string[]> {
  const under = (await heldUnder(tx, filter))?.ids;
  return [
    ...bound.when(filter.state, (place) => `state = ${place}`),
    ...bound.when(filter.document, (place) => `document_id = ${place}::uuid`),
    ...bound.when(filter.requestedBy, (place) => `requested_by = ${place}::uuid`),
    ...bound.when(under, (place) => `protection_id = ANY (${place}::int[])`),
    ...bound.when(filter.from, (place) => `created_at >= ${place}::timestamptz`),
    ...bound.when(filter.to, (place) => `created_at < ${place}::timestamptz`),
    ...(after === undefined
      ? []
      : [`(created_at, id) < (${bound.place(after.at)}::timestamptz, ${bound.place(after.id)}::uuid)`]),
  ];
}
