import { randomUUID } from 'node:crypto';
import { asking } from './cluster';

/**
 * Remembers every row of some tables. What comes back puts exactly those rows back, whatever was done in between: so that many
 * attacks can be tried on one case. The rows stay in the database: renditions are large.
 */
export async function photograph(superuserUrl: string, tables: readonly string[]): Promise<() => Promise<void>> {
  const schema = `photograph_${randomUUID().slice(0, 8)}`;
  const copyOf = (n: number): string => `${schema}.rows_${String(n)}`;
  const copies = tables.map((table, n) => `CREATE TABLE ${copyOf(n)} AS TABLE ${table}`);
  await asking(superuserUrl, (client) => client.query([`CREATE SCHEMA ${schema}`, ...copies].join('; ')));
  const putBack = tables.map((table, n) => `DELETE FROM ${table}; INSERT INTO ${table} TABLE ${copyOf(n)}`);
  const restore = ['BEGIN', 'SET LOCAL session_replication_role = replica', ...putBack, 'COMMIT'].join('; ');
  return async () => {
    await asking(superuserUrl, (client) => client.query(restore));
  };
}
