import type { Tx } from '#database';

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
export async function ordinalOf(tx: Tx, { documentId, n }: PlaceInCut): Promise<number> {
  const row = await tx.row<{ ordinal: number }>(
    `SELECT p.ordinal FROM portion p
      WHERE p.version_id = (SELECT v.id FROM version v WHERE v.document_id = $1 ORDER BY v.ordinal DESC LIMIT 1)
      ORDER BY p.ordinal OFFSET $2 LIMIT 1`,
    [documentId, n - 1],
  );
  return row?.ordinal ?? NO_MORE;
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
