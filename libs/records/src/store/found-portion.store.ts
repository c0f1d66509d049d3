import type { RuleCondition } from '#access';
import { Bound, type Tx } from '#database';
import { type DocumentFilter } from './listed-document.store';
import { NUMBERED, type PlaceInCut, type WalkPlace, pageByRules, walkPlaceOf } from './numbered.store';

/** A portion in which the words were found; or a whole document that is not read in portions. */
export interface FoundPortion {
  readonly portionId: string | null;
  readonly documentId: string;
  readonly at: Date;
  readonly n: number | null;
  readonly kind: 'title' | 'paragraph' | 'target' | null;
  readonly protectionId: number | null;
  readonly documentProtectionId: number;
  readonly originator: string;
  readonly body: string | null;
}

/** What a search is narrowed by; `kind`: in targets alone. */
export interface FoundFilter extends DocumentFilter {
  readonly kind?: 'target' | undefined;
}

/** What is looked for, within which filter, and what the rules let the reader have (`DOCUMENT_COLUMNS`), bound from `$1` on. */
export interface AskedWords {
  readonly words: string;
  readonly filter: FoundFilter;
  readonly rules?: RuleCondition;
  readonly after?: PlaceInCut | undefined;
  readonly limit: number;
}

// The function gives keys; the rows come through row-level security, and so does the text that excerpts are made of.
const PAGE = (hits: string): string => `
  WITH page AS MATERIALIZED (${hits}), ${NUMBERED}
  SELECT page.portion_id AS "portionId", page.document_id AS "documentId", page.at, numbered.n, p.kind, p.protection_id AS "protectionId",
         d.protection_id AS "documentProtectionId", coalesce(p.originator, d.originator) AS originator, p.body
    FROM page JOIN document d ON d.id = page.document_id
    LEFT JOIN portion p ON p.id = page.portion_id LEFT JOIN numbered ON numbered.id = page.portion_id
   WHERE page.portion_id IS NULL OR numbered.n IS NOT NULL
   ORDER BY page.at DESC, page.document_id DESC, page.ordinal`;

/** Whether the words name something that must occur. What asks only for absence fits nearly everything. */
export async function isSearchable(tx: Tx, words: string): Promise<boolean> {
  const row = await tx.row<{ searchable: boolean }>(
    `SELECT querytree(sec.search_query($1)) NOT IN ('', 'T') AS searchable`,
    [words],
  );
  return row?.searchable === true;
}

/** The newest places where the words stand, after a place; one more than asked. */
export async function pageOfFound(tx: Tx, asked: AskedWords): Promise<FoundPortion[]> {
  const { rules, after, limit } = asked;
  if (rules === 'nothing') return [];
  const from = await walkPlaceOf(tx, after);
  if (typeof rules === 'object') {
    const walk = (bound: Bound, place: WalkPlace | undefined, most: number): string =>
      hitsOf(bound, asked, place, most);
    const { bound, keys } = await pageByRules(tx, { rules, after: from, wanted: limit + 1 }, walk);
    return tx.rows<FoundPortion>(PAGE(keys), bound.values);
  }
  const bound = new Bound();
  const hits = `SELECT h.* FROM ${hitsOf(bound, asked, from, limit + 1)} AS h`;
  const page = `${hits} ORDER BY h.at DESC, h.document_id DESC, h.ordinal LIMIT ${bound.place(limit + 1)}`;
  return tx.rows<FoundPortion>(PAGE(page), bound.values);
}

/** In how many places the words stand that the session may see: exact. */
export async function countFound(tx: Tx, asked: Omit<AskedWords, 'after' | 'limit'>): Promise<number> {
  const { rules } = asked;
  if (rules === 'nothing') return 0;
  const ruled = typeof rules === 'object' ? ` JOIN document d ON d.id = h.document_id WHERE ${rules.sql}` : '';
  const bound = new Bound(typeof rules === 'object' ? rules.parameters : []);
  const hits = `${hitsOf(bound, asked, undefined, null)} AS h${ruled}`;
  const row = await tx.row<{ n: string }>(`SELECT count(*) AS n FROM ${hits}`, bound.values);
  return Number(row?.n ?? 0);
}

/** The places where the words stand, from a place on, so many at most; all of them where nobody says how many. */
function hitsOf(
  bound: Bound,
  { words, filter }: Pick<AskedWords, 'words' | 'filter'>,
  after: WalkPlace | undefined,
  most: number | null,
): string {
  const asked = [
    bound.place(words),
    `${bound.place(JSON.stringify(filter))}::jsonb`,
    `${bound.place(after?.at ?? null)}::timestamptz`,
    `${bound.place(after?.document ?? null)}::uuid`,
    `${bound.place(after?.ordinal ?? null)}::int`,
    `${bound.place(most)}::int`,
  ];
  return `sec.search(${asked.join(', ')})`;
}
