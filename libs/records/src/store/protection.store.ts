import type { Protection } from '#access';
import type { Tx } from '#database';
import { normalLabel } from '#marking';

/** The id of a protection, interned on first use. */
export async function internProtection(tx: Tx, protection: Protection): Promise<number> {
  const row = await tx.row<{ id: number }>('SELECT sec.intern_protection($1, $2) AS id', [
    JSON.stringify(normalLabel(protection.label)),
    [...new Set(protection.needToKnow)].sort(),
  ]);
  if (row === undefined) throw new Error('the database gave no protection');
  return row.id;
}

/** The protections of those ids that the session holds. */
export async function protectionsOf(tx: Tx, ids: readonly number[]): Promise<Map<number, Protection>> {
  const rows = await tx.rows<{ id: number; label: Protection['label']; needToKnow: string[] }>(
    'SELECT id, label, need_to_know AS "needToKnow" FROM protection WHERE id = ANY($1::int[])',
    [[...new Set(ids)]],
  );
  return new Map(rows.map(({ id, label, needToKnow }) => [id, { label, needToKnow }]));
}
