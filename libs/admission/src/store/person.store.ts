import type { Tx } from '#database';

/** The offices of persons, by id. */
export async function officesOf(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.rows<{ id: string; office: string }>(
    'SELECT id, office FROM person WHERE id = ANY($1::uuid[])',
    [[...new Set(ids)]],
  );
  return new Map(rows.map((row) => [row.id, row.office]));
}

/** Lets others of the same person wait until the transaction ends: what is counted in it stays counted. Before all else. */
export async function takeTurn(tx: Tx): Promise<void> {
  await tx.rows('SELECT sec.take_turn()');
}

/** Who reviews what was opened in an emergency. */
export async function securityOfficers(tx: Tx): Promise<string[]> {
  return (await tx.row<{ ids: string[] }>('SELECT sec.security_officers() AS ids'))?.ids ?? [];
}
