import type { RuleCondition } from '#access';
import { Bound, type PageKey, type Tx, whereAll } from '#database';
import { type Rows, cheaper, under } from '#records';
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
  const { bound, conditions } = ruled(asked);
  const page = isFound(asked)
    ? foundPage(bound, asked, conditions, { after, most: limit + 1 })
    : newestPage(bound, asked.filter, conditions, { after, most: limit + 1 });
  return tx.rows<ListedCase>(`${page} LIMIT ${bound.place(limit + 1)}`, bound.values);
}

/** How many cases the session may know of that fit: exact. What is not narrowed is read off the counters. */
export async function countCases(tx: Tx, asked: AskedCases): Promise<number> {
  if (isEmpty(asked)) return 0;
  const { bound, conditions } = ruled(asked);
  return isFound(asked)
    ? counted(tx, bound, `count(*) AS n FROM ${found(bound, asked, conditions, { most: null })}`)
    : counted(tx, bound, countOfAll(bound, asked.filter, conditions));
}

async function counted(tx: Tx, { values }: Bound, what: string): Promise<number> {
  return Number((await tx.row<{ n: string }>(`SELECT ${what}`, values))?.n ?? 0);
}

const isByTarget = ({ filter: { nation, area } }: AskedCases): boolean => nation !== undefined || area !== undefined;

/** Whether the list asks for what has an index that no runtime role may ask: then one function of the database answers. */
const isFound = (asked: AskedCases): boolean =>
  asked.words !== undefined ||
  asked.filter.document !== undefined ||
  asked.filter.requestedBy !== undefined ||
  isByTarget(asked);

const isEmpty = (asked: AskedCases): boolean =>
  asked.rules.cases === 'nothing' || (isByTarget(asked) && asked.rules.documents === 'nothing');

interface Part {
  readonly after?: PageKey | undefined;
  readonly most: number | null;
}

/** What the rules ask of a row of `release_case`; their parameters are bound first. */
function ruled(asked: AskedCases): { bound: Bound; conditions: string[] } {
  const { cases, documents } = asked.rules;
  const needed = (isByTarget(asked) ? [cases, documents] : [cases]).filter((rules) => typeof rules === 'object');
  const bound = new Bound(needed.flatMap(({ parameters }) => parameters));
  const conditions = needed.map((rules) =>
    // INVARIANT (no_read_up): a target tells of its case only to whom the rules let read its document.
    rules === documents ? `EXISTS (SELECT 1 FROM document d WHERE d.id = document_id AND ${rules.sql})` : rules.sql,
  );
  return { bound, conditions };
}

const foundPage = (bound: Bound, asked: AskedCases, conditions: readonly string[], part: Part): string =>
  `SELECT ${COLUMNS}, k.by_protection_id AS "byProtectionId", k.by_document_protection_id AS "byDocumentProtectionId"
     FROM ${found(bound, asked, conditions, part)} ORDER BY created_at DESC, id DESC`;

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

const NEWEST = {
  from: 'release_case c',
  order: 'c.created_at DESC, c.id DESC',
  columns: `${COLUMNS}, NULL::int AS "byProtectionId", NULL::int AS "byDocumentProtectionId"`,
  keys: 'c.created_at AS at, c.id AS case_id',
  orderOfKeys: 'k.at DESC, k.case_id DESC',
  protection: 'c.protection_id',
} as const;

/** The page by the cheaper way: the database knows what the session holds, and how many cases stand under it. */
function newestPage(
  bound: Bound,
  filter: CaseFilter,
  conditions: readonly string[],
  { after, most }: { readonly after: PageKey | undefined; readonly most: number },
): string {
  const where = [...conditions, ...narrowed(bound, filter)];
  if (after !== undefined)
    where.push(`(c.created_at, c.id) < (${bound.place(after.at)}::timestamptz, ${bound.place(after.id)}::uuid)`);
  const fetched = (keys: string): string =>
    `SELECT ${NEWEST.columns} FROM (${keys}) AS k JOIN release_case c ON c.id = k.case_id`;
  const rows: Rows = { ...NEWEST, fetched, where, limit: most };
  const only = filter.policy === undefined ? [] : [under('c.protection_id', 'SELECT ids FROM way')];
  return `WITH way AS MATERIALIZED (SELECT ids, CASE WHEN merging THEN ids END AS merged FROM ${held(bound, filter)})
    SELECT * FROM (${cheaper(rows, '(SELECT merged FROM way)', ...only)}) AS page ORDER BY "createdAt" DESC, id DESC`;
}

function countOfAll(bound: Bound, filter: CaseFilter, conditions: readonly string[]): string {
  const where = [...conditions, ...narrowed(bound, filter)];
  if (where.length === 0) return `cases AS n FROM ${held(bound, filter)}`;
  if (filter.policy !== undefined) where.push(under('c.protection_id', `SELECT ids FROM ${held(bound, filter)}`));
  return `count(*) AS n FROM release_case c ${whereAll(where)}`;
}

/** The protections with cases that the session holds, all or those of a policy or classification. */
const held = (bound: Bound, { policy, classification }: CaseFilter): string =>
  `sec.session_cases(${bound.place(policy ?? null)}, ${bound.place(policy === undefined ? null : (classification ?? null))})`;

// No sample is taken of a state; the planner would take any for rare, and sort all cases instead of walking down the dates.
const narrowed = (bound: Bound, { state, from, to }: CaseFilter): string[] => [
  ...bound.when(state, (place) => `CASE WHEN c.state = ${place} THEN true END IS NOT NULL`),
  ...bound.when(from, (place) => `c.created_at >= ${place}::timestamptz`),
  ...bound.when(to, (place) => `c.created_at < ${place}::timestamptz`),
];
