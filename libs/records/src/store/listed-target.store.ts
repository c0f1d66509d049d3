import type { RuleCondition } from '#access';
import { Bound, type Tx } from '#database';
import type { DocumentFilter } from './listed-document.store';
import { NUMBERED, type PlaceInCut, type WalkPlace, pageByRules, walkPlaceOf } from './numbered.store';

/** What a list of targets is narrowed by. Dates are those of the document, protections and originators those of the target itself. */
export interface TargetFilter extends DocumentFilter {
  readonly document?: string | undefined;
  readonly dueYear?: number | undefined;
}

/** A target of a document, with its number within the reader's cut. */
export interface ListedTarget {
  readonly portionId: string;
  readonly documentId: string;
  readonly at: Date;
  readonly n: number;
  readonly protectionId: number;
  readonly documentProtectionId: number;
  readonly originator: string;
  readonly nation: string;
  readonly area: string;
  readonly quantityNow: string;
  readonly quantityRequired: string;
  readonly unit: string;
  readonly dueYear: number;
}

/** What is asked of the list: its filter, and what the rules let the reader have (`DOCUMENT_COLUMNS`), bound from `$1` on. */
export interface AskedTargets {
  readonly filter?: TargetFilter;
  readonly rules?: RuleCondition;
  readonly after?: PlaceInCut | undefined;
  readonly limit: number;
}

// The page is cut out first; its rows come through row-level security, with their numbers and quantities.
const PAGE = (keys: string): string => `
  WITH page AS MATERIALIZED (${keys}), ${NUMBERED}
  SELECT p.id AS "portionId", p.document_id AS "documentId", page.at, numbered.n, p.protection_id AS "protectionId",
         p.document_protection_id AS "documentProtectionId", p.originator, p.nation, p.area, p.quantity_now AS "quantityNow",
         p.quantity_required AS "quantityRequired", p.unit, p.due_year AS "dueYear"
    FROM page JOIN numbered ON numbered.id = page.portion_id JOIN portion p ON p.id = page.portion_id
   ORDER BY page.at DESC, page.document_id DESC, page.ordinal`;

/** The targets of the newest documents after a place, one more than asked. */
export async function pageOfTargets(tx: Tx, asked: AskedTargets): Promise<ListedTarget[]> {
  const { filter = {}, rules, after, limit } = asked;
  if (rules === 'nothing') return [];
  const from = await walkPlaceOf(tx, after);
  if (typeof rules === 'object') {
    const walk = (bound: Bound, place: WalkPlace | undefined, most: number): string =>
      targetsAsked(bound, filter, place, most);
    const { bound, keys } = await pageByRules(tx, { rules, after: from, wanted: limit + 1 }, walk);
    return tx.rows<ListedTarget>(PAGE(keys), bound.values);
  }
  const bound = new Bound();
  const keys = `SELECT k.* FROM ${targetsAsked(bound, filter, from, limit + 1)} AS k`;
  const page = `${keys} ORDER BY k.at DESC, k.document_id DESC, k.ordinal LIMIT ${bound.place(limit + 1)}`;
  return tx.rows<ListedTarget>(PAGE(page), bound.values);
}

/** How many targets the session may see that fit: exact. */
export async function countTargets(
  tx: Tx,
  { filter = {}, rules }: Pick<AskedTargets, 'filter' | 'rules'>,
): Promise<number> {
  if (rules === 'nothing') return 0;
  const bound = new Bound(typeof rules === 'object' ? rules.parameters : []);
  const statement =
    typeof rules === 'object'
      ? `SELECT count(*) AS n FROM ${targetsAsked(bound, filter, undefined, null)} AS k JOIN document d ON d.id = k.document_id WHERE ${rules.sql}`
      : `SELECT sec.count_targets(${bound.place(JSON.stringify(filter))}::jsonb) AS n`;
  return Number((await tx.row<{ n: string }>(statement, bound.values))?.n ?? 0);
}

/** The keys of the targets that fit the filter, from a place on, so many at most; all of them where nobody says how many. */
function targetsAsked(bound: Bound, filter: TargetFilter, after: WalkPlace | undefined, most: number | null): string {
  const asked = [
    `${bound.place(JSON.stringify(filter))}::jsonb`,
    `${bound.place(after?.at ?? null)}::timestamptz`,
    `${bound.place(after?.document ?? null)}::uuid`,
    `${bound.place(after?.ordinal ?? null)}::int`,
    `${bound.place(most)}::int`,
  ];
  return `sec.targets(${asked.join(', ')})`;
}
