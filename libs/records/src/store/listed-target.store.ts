import type { RuleCondition } from '#access';
import { Bound, type Tx } from '#database';
import type { DocumentFilter } from './listed-document.store';
import { NUMBERED, type PlaceInCut, ordinalOf } from './numbered.store';

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
  const ordinal = after === undefined ? null : await ordinalOf(tx, after);
  const bound = new Bound(typeof rules === 'object' ? rules.parameters : []);
  const keys = keysOf(bound, filter, rules, { after, ordinal, most: limit + 1 });
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
      ? `SELECT count(*) AS n FROM (${keysOf(bound, filter, rules, { ordinal: null, most: null })}) AS fits`
      : `SELECT sec.count_targets(${bound.place(JSON.stringify(filter))}::jsonb) AS n`;
  return Number((await tx.row<{ n: string }>(statement, bound.values))?.n ?? 0);
}

/** The keys of the targets that fit. What the rules forbid must not use up the page: then all that fit are looked at. */
function keysOf(
  bound: Bound,
  filter: TargetFilter,
  rules: RuleCondition | undefined,
  { after, ordinal, most }: { readonly after?: PlaceInCut | undefined; ordinal: number | null; most: number | null },
): string {
  const ruled = typeof rules === 'object' ? ` JOIN document d ON d.id = k.document_id WHERE ${rules.sql}` : '';
  const asked = [
    `${bound.place(JSON.stringify(filter))}::jsonb`,
    `${bound.place(after?.at ?? null)}::timestamptz`,
    `${bound.place(after?.documentId ?? null)}::uuid`,
    `${bound.place(ordinal)}::int`,
    `${bound.place(ruled === '' ? most : null)}::int`,
  ];
  return `SELECT k.* FROM sec.targets(${asked.join(', ')}) AS k${ruled}`;
}
