import type { RuleCondition } from '#access';
import { Bound, type PageKey, type Tx, whereAll } from '#database';
import { heldUnder } from './held.store';
import { type TriedKey, firstThatFit } from './in-batches';
import { type Rows, cheaper, under } from './newest';

/** What a list of documents is narrowed by. `nation` and `area`: documents with a target of them that the session sees. */
export interface DocumentFilter {
  readonly nation?: string | undefined;
  readonly area?: string | undefined;
  readonly originator?: string | undefined;
  readonly policy?: string | undefined;
  readonly classification?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A line of the list. The title is null where the reader does not hold it. */
export interface ListedDocument {
  readonly id: string;
  readonly protectionId: number;
  readonly title: string | null;
  readonly titleProtectionId: number | null;
  readonly originator: string;
  readonly exercise: boolean;
  readonly createdAt: Date;
}

/** What is asked of the list: its filter, and what the rules let the reader have (`DOCUMENT_COLUMNS`), bound from `$1` on. */
export interface AskedDocuments {
  readonly filter?: DocumentFilter;
  readonly rules?: RuleCondition;
  readonly after?: PageKey | undefined;
  readonly limit: number;
}

/** What rules may ask of a document, as columns of `document d`. */
export const DOCUMENT_COLUMNS = { id: { sql: 'd.id', type: 'uuid' } } as const;

const COLUMNS = 'd.id, d.protection_id, d.originator, d.exercise, d.created_at';

const fetched = (keys: string): string => `SELECT ${COLUMNS} FROM (${keys}) AS k JOIN document d ON d.id = k.id`;

const DOCUMENTS = {
  from: 'document d',
  order: 'd.created_at DESC, d.id DESC',
  columns: COLUMNS,
  keys: 'd.created_at AS at, d.id',
  orderOfKeys: 'k.at DESC, k.id DESC',
  fetched,
  protection: 'd.protection_id',
} as const;

// The page is cut out first; titles are fetched for its rows only.
const PAGE = (rows: string): string => `
  SELECT d.id, d.protection_id AS "protectionId", d.originator, d.exercise, d.created_at AS "createdAt",
         t.body AS title, t.protection_id AS "titleProtectionId"
    FROM (${rows}) AS d
    LEFT JOIN LATERAL (
           SELECT p.body, p.protection_id FROM portion p
            WHERE p.document_id = d.id AND p.kind = 'title'
              AND p.version_id = (SELECT v.id FROM version v WHERE v.document_id = d.id ORDER BY v.ordinal DESC LIMIT 1) LIMIT 1) AS t ON true
   ORDER BY d.created_at DESC, d.id DESC`;

/** The newest documents after a key, at least one more than asked where there are more. */
export async function pageOfDocuments(
  tx: Tx,
  { filter = {}, rules, after, limit }: AskedDocuments,
): Promise<ListedDocument[]> {
  if (rules === 'nothing') return [];
  if (isNarrowed(filter)) {
    const bound = new Bound();
    const keys =
      typeof rules === 'object'
        ? `SELECT unnest(${bound.place(await narrowedByRules(tx, { filter, rules, after, limit }))}::uuid[]) AS id`
        : `SELECT k.* FROM ${narrowed(bound, filter, after, limit + 1)} AS k ORDER BY k.at DESC, k.id DESC LIMIT ${bound.place(limit + 1)}`;
    return tx.rows<ListedDocument>(PAGE(fetched(keys)), bound.values);
  }
  const bound = new Bound(typeof rules === 'object' ? rules.parameters : []);
  const where = conditionsOf(bound, filter, rules);
  if (after !== undefined)
    where.push(`(d.created_at, d.id) < (${bound.place(after.at)}::timestamptz, ${bound.place(after.id)}::uuid)`);
  const rows: Rows = { ...DOCUMENTS, where, limit: limit + 1 };
  return tx.rows<ListedDocument>(eitherWay(bound, filter, rows), bound.values);
}

/** The page by the cheaper way: the database knows what the session holds, and how much of it there is. */
function eitherWay(bound: Bound, { policy, classification }: DocumentFilter, rows: Rows): string {
  if (policy === undefined) {
    const page = PAGE(cheaper(rows, '(SELECT ids FROM way)'));
    return `WITH way AS MATERIALIZED (SELECT sec.session_merge_by() AS ids) ${page}`;
  }
  const held = `sec.session_protections(${bound.place(policy)}, ${bound.place(classification ?? null)})`;
  const merging = '(SELECT CASE WHEN merge_documents THEN ids END FROM way)';
  const page = PAGE(cheaper(rows, merging, under('d.protection_id', 'SELECT ids FROM way')));
  return `WITH way AS MATERIALIZED (SELECT ids, merge_documents FROM ${held}) ${page}`;
}

/** How many documents the session may know of that fit: exact. What is not narrowed further is read off the counters. */
export async function countDocuments(
  tx: Tx,
  { filter = {}, rules }: Pick<AskedDocuments, 'filter' | 'rules'>,
): Promise<number> {
  if (rules === 'nothing') return 0;
  const held = await heldUnder(tx, filter);
  const bound = new Bound(typeof rules === 'object' ? rules.parameters : []);
  if (isNarrowed(filter)) {
    const ruled = typeof rules === 'object' ? ` JOIN document d ON d.id = k.id WHERE ${rules.sql}` : '';
    return counted(tx, `${narrowed(bound, filter, undefined, null)} AS k${ruled}`, bound);
  }
  const where = conditionsOf(bound, filter, rules);
  if (where.length === 0) return counted(tx, undefined, new Bound([held?.ids ?? null]));
  where.push(...bound.when(held?.ids, (place) => under('d.protection_id', `SELECT ${place}::int[]`)));
  return counted(tx, `document d ${whereAll(where)}`, bound);
}

async function counted(tx: Tx, from: string | undefined, bound: Bound): Promise<number> {
  const statement =
    from === undefined ? 'SELECT sec.session_documents($1::int[]) AS n' : `SELECT count(*) AS n FROM ${from}`;
  return Number((await tx.row<{ n: string }>(statement, bound.values))?.n ?? 0);
}

/** Whether the filter asks for what has an index that no runtime role may ask: then one function of the database answers. */
const isNarrowed = ({ nation, area, originator }: DocumentFilter): boolean =>
  nation !== undefined || area !== undefined || originator !== undefined;

/** The keys of the documents that fit the filter, after one, so many at most; all of them where nobody says how many. */
function narrowed(
  bound: Bound,
  filter: DocumentFilter,
  after: { readonly at: string; readonly id: string } | undefined,
  most: number | null,
): string {
  const asked = [
    `${bound.place(JSON.stringify(filter))}::jsonb`,
    `${bound.place(after?.at ?? null)}::timestamptz`,
    `${bound.place(after?.id ?? null)}::uuid`,
    `${bound.place(most)}::int`,
  ];
  return `sec.documents(${asked.join(', ')})`;
}

/** The ids of a page of them that the rules let the reader have, one more than asked. */
async function narrowedByRules(
  tx: Tx,
  { filter, rules, after, limit }: AskedDocuments & { filter: DocumentFilter; rules: Exclude<RuleCondition, string> },
): Promise<string[]> {
  // As the database writes moments: a cursor knows milliseconds only.
  const found = await firstThatFit<TriedKey & { id: string; at: string }>(limit + 1, (last, most) => {
    const bound = new Bound(rules.parameters);
    return tx.rows(
      `SELECT k.id, k.at::text AS at, coalesce(${rules.sql}, false) AS fits
         FROM ${narrowed(bound, filter, last ?? after, most)} AS k LEFT JOIN document d ON d.id = k.id ORDER BY k.at DESC, k.id DESC`,
      bound.values,
    );
  });
  return found.map(({ id }) => id);
}

const conditionsOf = (bound: Bound, { from, to }: DocumentFilter, rules: RuleCondition | undefined): string[] => [
  ...(typeof rules === 'object' ? [rules.sql] : []),
  ...bound.when(from, (place) => `d.created_at >= ${place}::timestamptz`),
  ...bound.when(to, (place) => `d.created_at < ${place}::timestamptz`),
];
