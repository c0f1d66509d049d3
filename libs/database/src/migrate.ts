import { runMigrations } from 'bullmq';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { MAIN_MIGRATIONS, REGISTER_MIGRATIONS } from '../../../migrations/index';
import { dataSourceFor } from './data-source';
import { CONNECTS, RIGHTS_ROLE, ROLES, type RoleName, databaseRole } from './roles';

export interface MigrateOptions {
  /** Names the migration owner: owns both databases, has CREATEROLE, is no superuser. */
  readonly databaseUrl: string;
  readonly registerDatabaseUrl: string;
  readonly passwords: Readonly<Record<RoleName, string>>;
  /** Whether the PostgreSQL-backed queue gets its schema. */
  readonly queue: boolean;
}

/**
 * Brings both databases up to date: runtime roles with their passwords, every migration that is missing, the queue's schema.
 * Idempotent. Answers the names of the migrations it applied. Needs PostgreSQL 16 or newer.
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  await asOwner(options.databaseUrl, async (client) => {
    await requireVersion(client);
    await createRoles(client, options.passwords);
    await admit(client, CONNECTS.main);
  });
  await asOwner(options.registerDatabaseUrl, (client) => admit(client, CONNECTS.register));
  const main = await applyAll(dataSourceFor({ url: options.databaseUrl, pool: 2, migrations: MAIN_MIGRATIONS }));
  const register = await applyAll(
    dataSourceFor({ url: options.registerDatabaseUrl, pool: 2, migrations: REGISTER_MIGRATIONS }),
  );
  if (options.queue) await asOwner(options.databaseUrl, createQueue);
  return { applied: [...main, ...register] };
}

async function requireVersion(client: Client): Promise<void> {
  const { rows } = await client.query<{ number: string }>(`SELECT current_setting('server_version_num') AS number`);
  if (Number(rows[0]?.number) < 160_000) throw new Error('PostgreSQL 16 or newer is needed');
}

async function createRoles(client: Client, passwords: MigrateOptions['passwords']): Promise<void> {
  const existing = new Set(
    (
      await client.query<{ rolname: string }>(`SELECT rolname FROM pg_roles WHERE rolname LIKE 'imprimatur\\_%'`)
    ).rows.map((row) => row.rolname),
  );
  const flags = 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS';
  for (const role of ROLES) {
    const name = databaseRole(role);
    if (!existing.has(name)) await client.query(`CREATE ROLE ${name} LOGIN NOINHERIT`);
    await client.query(`ALTER ROLE ${name} PASSWORD ${client.escapeLiteral(passwords[role])}`);
  }
  if (!existing.has(RIGHTS_ROLE)) {
    await client.query(`CREATE ROLE ${RIGHTS_ROLE} NOLOGIN ${flags}`);
    // The owner may hand functions over to the role, but inherits nothing that the role may read.
    await client.query(`GRANT ${RIGHTS_ROLE} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE`);
  }
}

async function admit(client: Client, roles: readonly RoleName[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  const database = client.escapeIdentifier(rows[0]?.name ?? '');
  await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  for (const role of roles) await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${databaseRole(role)}`);
  // BullMQ's addBulk works through a temporary table.
  if (roles.includes('relay'))
    await client.query(`GRANT TEMPORARY ON DATABASE ${database} TO ${databaseRole('relay')}`);
}

async function applyAll(dataSource: DataSource): Promise<string[]> {
  await dataSource.initialize();
  try {
    return (await dataSource.runMigrations()).map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}

/** The queue's schema belongs to the owner; the relay gets rows and functions, no DDL. */
async function createQueue(client: Client): Promise<void> {
  const relay = databaseRole('relay');
  await runMigrations(client, 'queue');
  await client.query(`
    GRANT USAGE ON SCHEMA queue TO ${relay};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue TO ${relay};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA queue TO ${relay};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA queue TO ${relay};
  `);
}

async function asOwner(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
