import { Client } from 'pg';

/**
 * Keeps a copy of every row of a test's own database, and puts exactly those rows back as often as asked: within the database,
 * so that it takes milliseconds. Numbers that were used up on the way are free again. Each copy has a schema of its own.
 */
export class KeptRows {
  private constructor(
    private readonly database: Client,
    private readonly putBack: string,
  ) {}

  static async of(superuserUrl: string, schema = 'kept'): Promise<KeptRows> {
    const database = new Client({ connectionString: superuserUrl });
    await database.connect();
    const { rows: tables } = await database.query<{ name: string; columns: string }>(TABLES);
    const { rows: sequences } = await database.query<{ name: string }>(SEQUENCES);
    const putBack: string[] = [];
    await database.query(`CREATE SCHEMA ${schema}`);
    for (const [n, { name, columns }] of tables.entries()) {
      const copy = `${schema}.rows_${String(n)}`;
      await database.query(`CREATE TABLE ${copy} AS SELECT ${columns} FROM ${name}`);
      putBack.push(
        `DELETE FROM ${name}; INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${copy}`,
      );
    }
    for (const { name } of sequences) {
      const { rows } = await database.query<{ last: string; called: boolean }>(
        `SELECT last_value AS last, is_called AS called FROM ${name}`,
      );
      putBack.push(`SELECT setval('${name}', ${rows[0]?.last ?? '1'}, ${String(rows[0]?.called ?? false)})`);
    }
    return new KeptRows(database, `BEGIN; SET LOCAL session_replication_role = replica; ${putBack.join('; ')}; COMMIT`);
  }

  async restore(): Promise<void> {
    await this.database.query(this.putBack);
  }

  async end(): Promise<void> {
    await this.database.end();
  }
}

// A table without columns, to be locked and nothing else, has no rows to keep.
const TABLES = `
  SELECT c.oid::regclass::text AS name,
         (SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
    FROM pg_class c WHERE c.relkind = 'r' AND c.relnatts > 0 AND c.relnamespace IN ('sec'::regnamespace, 'public'::regnamespace) ORDER BY 1`;

const SEQUENCES = `
  SELECT oid::regclass::text AS name FROM pg_class
   WHERE relkind = 'S' AND relnamespace IN ('sec'::regnamespace, 'public'::regnamespace) ORDER BY 1`;
