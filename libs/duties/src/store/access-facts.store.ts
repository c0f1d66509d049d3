import type { Tx } from '#database';

/** Whom something about access concerns, by its topic and its id. The database answers with ids and with nothing else. */
export async function whoIsTold(tx: Tx, topic: string, about: string): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>('SELECT id FROM sec.told_of_access($1, $2) AS id', [topic, about]);
  return rows.map((row) => row.id);
}
