import type { Tx } from '#database';

/** The offices of persons, by id. */
export async function officesOf(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.rows<{ id: string; office: string }>(
    'SELECT id, office FROM person WHERE id = ANY($1::uuid[])',
    [[...new Set(ids)]],
  );
  return new Map(rows.map((row) => [row.id, row.office]));
}
