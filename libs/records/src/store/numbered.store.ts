import type { RuleCondition } from '#access';
import { Bound, type Tx } from '#database';
import { type TriedKey, firstThatFit } from './in-batches';

/** A portion as its reader counts: the n-th of their cut of a document. What others do to what they cannot see moves it nowhere. */
export interface PlaceInCut {
  readonly at: string;
  readonly documentId: string;
  readonly n: number;
}

/** Numbers for the portions of the versions in `page`, as the session sees them. A part of a WITH. */
export const NUMBERED = `numbered AS (
    SELECT p.id, (row_number() OVER (PARTITION BY p.version_id ORDER BY p.ordinal))::int AS n
      FROM portion p WHERE p.version_id = ANY (ARRAY(SELECT DISTINCT version_id FROM page)))`;

const NO_MORE = 2_147_483_647;

/** Where the n-th visible portion of the newest version stands; behind everything where there are fewer. */
async function ordinalOf(tx: Tx, { documentId, n }: PlaceInCut): Promise<number> {
  const row = await tx.row<{ ordinal: number }>(
    `SELECT p.ordinal FROM portion p
      WHERE p.version_id = (SELECT v.id FROM version v WHERE v.document_id = $1 ORDER BY v.ordinal DESC LIMIT 1)
      ORDER BY p.ordinal OFFSET $2 LIMIT 1`,
    [documentId, n - 1],
  );
  return row?.ordinal ?? NO_MORE;
}

/** A portion on the walk of a list, or a whole document, exactly where it stands. */
interface PortionKey extends TriedKey {
  readonly portion: string | null;
  readonly version: string;
  readonly document: string;
  /** As the database writes it: a cursor knows milliseconds only. */
  readonly at: string;
  readonly ordinal: number;
}

/** Where a walk over portions goes on: the last one that was there before. */
export type WalkPlace = Pick<PortionKey, 'at' | 'document' | 'ordinal'>;

/** Where the walk goes on after a place in the reader's cut. */
export async function walkPlaceOf(tx: Tx, after: PlaceInCut | undefined): Promise<WalkPlace | undefined> {
  if (after === undefined) return undefined;
  return { at: after.at, document: after.documentId, ordinal: await ordinalOf(tx, after) };
}

/**
 * The page of a walk over portions whose rows the rules (over `document d`) may forbid, as a query of their keys. `walk` is the call of
 * the database's function, from a place on, with so many rows at most.
 */
export async function pageByRules(
  tx: Tx,
  {
    rules,
    after,
    wanted,
  }: { readonly rules: Exclude<RuleCondition, string>; after: WalkPlace | undefined; wanted: number },
  walk: (bound: Bound, after: WalkPlace | undefined, most: number) => string,
): Promise<{ bound: Bound; keys: string }> {
  const found = await firstThatFit<PortionKey>(wanted, (last, most) => {
    const bound = new Bound(rules.parameters);
    return tx.rows(
      `SELECT k.portion_id AS portion, k.version_id AS version, k.document_id AS document, k.at::text AS at, k.ordinal,
              coalesce(${rules.sql}, false) AS fits
         FROM ${walk(bound, last ?? after, most)} AS k LEFT JOIN document d ON d.id = k.document_id
        ORDER BY k.at DESC, k.document_id DESC, k.ordinal`,
      bound.values,
    );
  });
  const bound = new Bound();
  const each = (name: keyof WalkPlace | 'portion' | 'version', type: string): string =>
    `${bound.place(found.map((key) => key[name]))}::${type}[]`;
  const columns = [each('portion', 'uuid'), each('version', 'uuid'), each('document', 'uuid')];
  const places = [each('at', 'timestamptz'), each('ordinal', 'int')];
  const keys = `SELECT * FROM unnest(${[...columns, ...places].join(', ')}) AS k (portion_id, version_id, document_id, at, ordinal)`;
  return { bound, keys };
}

/** The place as it is sealed into a cursor. */
export const keyOfPlace = ({ at, documentId, n }: PlaceInCut): { at: string; id: string } => ({
  at,
  id: `${documentId}:${String(n)}`,
});

/** The place that a cursor holds. */
export function placeOfKey(key: { at: string; id: string } | undefined): PlaceInCut | undefined {
  if (key === undefined) return undefined;
  const [documentId = '', n = ''] = key.id.split(':');
  return { at: key.at, documentId, n: Number(n) };
}
