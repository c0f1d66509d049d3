import { Client } from 'pg';
import { type RoleName, databaseRole } from '#database';
import type { House } from './house';

/** The SQLSTATE of what a role may not do; row-level security answers with it as well. */
export const DENIED = '42501';

/**
 * A process of the house that somebody has taken over: its database role, with everything that the role may do, and the
 * secret of a live session if the attacker has seen one. EXERCISE.
 */
export class Captured {
  private constructor(
    private readonly client: Client,
    private readonly sid: string,
  ) {}

  static async take(url: string): Promise<Captured> {
    const client = new Client({ connectionString: url });
    await client.connect();
    return new Captured(client, '');
  }

  /** The same process with somebody's session. */
  as({ sid }: { readonly sid: string }): Captured {
    return new Captured(this.client, sid);
  }

  /** What a statement answers, in a transaction of its own. */
  async run<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.together(async (statement) => statement<Row>(sql, parameters));
  }

  /** Several statements in one transaction. */
  async together<Result>(
    work: (statement: <Row>(sql: string, parameters?: readonly unknown[]) => Promise<Row[]>) => Promise<Result>,
  ): Promise<Result> {
    await this.client.query('BEGIN');
    try {
      await this.client.query(`SELECT set_config('app.sid', $1, true)`, [this.sid]);
      const result = await work(async (sql, parameters = []) => (await this.client.query(sql, [...parameters])).rows);
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK');
      throw error;
    }
  }

  /** The SQLSTATE with which the database refuses a statement, or `done`. */
  async attempt(sql: string, parameters: readonly unknown[] = []): Promise<string> {
    return this.run(sql, parameters).then(() => 'done', sqlState);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

/** The SQLSTATE of an error; what is no answer of the database is thrown on. */
export function sqlState(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  throw error;
}

/** Takes a process over. Close it before the house. */
export const captured = (house: House, role: RoleName, side: 'main' | 'register' = 'main'): Promise<Captured> =>
  Captured.take(house.databases[side](role));

/** The administrator of the database, for whom no grant and no policy counts. */
export const administrator = (house: House, side: 'main' | 'register' = 'main'): Promise<Captured> =>
  Captured.take(house.databases[side]('superuser'));

/** What of a table or column a role may do, as the catalogue says: `release_case: UPDATE (state, title)`. */
export async function grantsOf(admin: Captured, role: RoleName): Promise<string[]> {
  const rows = await admin.run<{ grant: string }>(
    `SELECT table_schema || '.' || table_name || ': ' || string_agg(what, ', ' ORDER BY what) AS grant FROM (
       SELECT table_schema, table_name, privilege_type AS what FROM information_schema.table_privileges WHERE grantee = $1
       UNION ALL
       SELECT c.table_schema, c.table_name, c.privilege_type || ' (' || string_agg(c.column_name, ', ' ORDER BY c.column_name) || ')'
         FROM information_schema.column_privileges c
        WHERE c.grantee = $1 AND NOT EXISTS (
          SELECT 1 FROM information_schema.table_privileges t
           WHERE t.grantee = $1 AND (t.table_schema, t.table_name, t.privilege_type) = (c.table_schema, c.table_name, c.privilege_type))
        GROUP BY c.table_schema, c.table_name, c.privilege_type) AS granted
      WHERE table_schema IN ('public', 'sec') GROUP BY table_schema, table_name ORDER BY 1`,
    [databaseRole(role)],
  );
  return rows.map((row) => row.grant);
}

/** The functions of the house that a role may call. */
export async function functionsOf(admin: Captured, role: RoleName): Promise<string[]> {
  const rows = await admin.run<{ name: string }>(
    `SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname IN ('sec', 'public') AND p.prorettype <> 'trigger'::regtype AND has_function_privilege($1, p.oid, 'EXECUTE')
      ORDER BY 1`,
    [databaseRole(role)],
  );
  return rows.map((row) => row.name);
}
