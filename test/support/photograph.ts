import { asking } from './cluster';

/**
 * Remembers every row of some tables. What comes back puts exactly those rows back, whatever was done in between: so that many
 * attacks can be tried on one case.
 */
export async function photograph(superuserUrl: string, tables: readonly string[]): Promise<() => Promise<void>> {
  const rows = await asking(superuserUrl, async (client) => {
    const taken = new Map<string, string>();
    for (const table of tables) {
      const found = await client.query<{ rows: string }>(
        `SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text AS rows FROM ${table} AS t`,
      );
      taken.set(table, found.rows[0]?.rows ?? '[]');
    }
    return taken;
  });
  return () =>
    asking(superuserUrl, async (client) => {
      await client.query(`BEGIN; SET LOCAL session_replication_role = replica`);
      for (const [table, taken] of rows) {
        await client.query(`DELETE FROM ${table}`);
        await client.query(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1)`, [taken]);
      }
      await client.query('COMMIT');
    });
}
