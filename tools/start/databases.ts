import { Client } from 'pg';
import { migrate } from '#database';
import { type EmbeddedPostgres, prepareDatabases, startEmbeddedPostgres } from '../postgres/embedded-postgres';
import type { DataFolder } from './data-folder';
import type { Secrets } from './secrets';
import type { Settings } from './settings';

/** The two databases as their owner reaches them. */
export interface OpenDatabases {
  readonly databaseUrl: string;
  readonly registerDatabaseUrl: string;
  /** Ours, to be stopped; absent when the operator's are used. */
  readonly embedded?: EmbeddedPostgres;
}

/** Starts our own PostgreSQL with its two databases; with the operator's it asks whether they are what is needed. */
export async function openDatabases(
  settings: Settings,
  folder: DataFolder,
  secrets: Secrets,
  tell: (line: string) => void,
): Promise<OpenDatabases> {
  if (settings.databases.kind === 'given') {
    const { main, register } = settings.databases;
    await requireOwner(main, 'DATABASE_URL', true);
    await requireOwner(register, 'REGISTER_DATABASE_URL', false);
    return { databaseUrl: main, registerDatabaseUrl: register };
  }
  const embedded = await startEmbeddedPostgres({
    home: folder.postgres,
    durable: true,
    moved: (to, setAside) => {
      tell(`The database's account cannot enter ${folder.postgres}: the database is in ${to}`);
      if (setAside !== undefined) tell(`What was there of a data folder that is gone is now in ${setAside}`);
    },
  });
  try {
    const names = ['imprimatur', 'imprimatur_register'] as const;
    return { ...(await prepareDatabases(embedded, { ownerPassword: secrets.owner, names })), embedded };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** Runtime roles with their passwords, every missing migration, the queue unless Redis carries it. */
export async function bringUpToDate(databases: OpenDatabases, settings: Settings, secrets: Secrets): Promise<void> {
  const { databaseUrl, registerDatabaseUrl } = databases;
  try {
    const queue = settings.redisUrl === undefined;
    await migrate({ databaseUrl, registerDatabaseUrl, passwords: secrets.roles, queue });
  } catch (error) {
    throw new Error(`the databases cannot be brought up to date: ${(error as Error).message}`, { cause: error });
  }
}

interface Ownership {
  readonly owns: boolean;
  readonly superuser: boolean;
  readonly createrole: boolean;
}

async function requireOwner(url: string, variable: string, makesRoles: boolean): Promise<void> {
  const role = await ownership(url, variable);
  const fault = role.superuser
    ? 'names a superuser or a role that bypasses row-level security'
    : !role.owns
      ? 'names a role that does not own the database'
      : makesRoles && !role.createrole
        ? 'names a role without CREATEROLE'
        : undefined;
  if (fault !== undefined) {
    throw new Error(
      `${variable} ${fault}: name the migration owner, who owns the database and has CREATEROLE, and nothing more`,
    );
  }
}

async function ownership(url: string, variable: string): Promise<Ownership> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<Ownership>(`
      SELECT rolsuper OR rolbypassrls AS superuser, rolcreaterole AS createrole,
             EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = pg_roles.oid) AS owns
      FROM pg_roles WHERE rolname = current_user`);
    const [role] = rows;
    if (role === undefined) throw new Error('the role is unknown');
    return role;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const { host, pathname, username } = new URL(url);
    const why = message === '' ? (code ?? 'no reason given') : message;
    throw new Error(`${variable}: cannot open ${pathname.slice(1)} on ${host} as ${username} (${why})`, {
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
