import { Client } from 'pg';

/** What of a running PostgreSQL is needed to prepare its databases. */
export interface Cluster {
  readonly port: number;
  superuserUrl(database?: string): string;
}

export interface PrepareOptions {
  readonly ownerPassword: string;
  /** The restricted database and the public one. */
  readonly names: readonly [string, string];
}

const OWNER = 'imprimatur_owner';

/**
 * The migration owner and the two databases that belong to it: it may make roles, and is no superuser. Idempotent; the
 * password is set anew each time. Nobody but the superuser gets into the databases that PostgreSQL brings along.
 */
export async function prepareDatabases(
  cluster: Cluster,
  { ownerPassword, names }: PrepareOptions,
): Promise<{ databaseUrl: string; registerDatabaseUrl: string }> {
  const client = new Client({ connectionString: cluster.superuserUrl() });
  await client.connect();
  try {
    const flags = `LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOBYPASSRLS PASSWORD ${client.escapeLiteral(ownerPassword)}`;
    const verb = (await has(client, 'pg_roles WHERE rolname', OWNER)) ? 'ALTER' : 'CREATE';
    await client.query(`${verb} ROLE ${OWNER} ${flags}`);
    await client.query('REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC');
    for (const name of names) {
      if (await has(client, 'pg_database WHERE datname', name)) continue;
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} OWNER ${OWNER}`);
    }
  } finally {
    await client.end();
  }
  const url = (name: string): string =>
    `postgres://${OWNER}:${encodeURIComponent(ownerPassword)}@127.0.0.1:${cluster.port}/${encodeURIComponent(name)}`;
  return { databaseUrl: url(names[0]), registerDatabaseUrl: url(names[1]) };
}

async function has(
  client: Client,
  what: 'pg_roles WHERE rolname' | 'pg_database WHERE datname',
  name: string,
): Promise<boolean> {
  return (await client.query(`SELECT FROM ${what} = $1`, [name])).rowCount === 1;
}
