import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { z } from 'zod';
import { ROLES, type RoleName, databaseRole } from '#database';

/** The cluster of a test run as the workers hear of it: the global set-up leaves it in the environment. */
const clusterSchema = z.strictObject({
  port: z.number().int(),
  superuserUrl: z.url(),
  ownerUrl: z.url(),
  passwords: z.record(z.enum(ROLES), z.string()),
});

export type TestCluster = z.output<typeof clusterSchema>;

export const CLUSTER_VARIABLE = 'IMPRIMATUR_TEST_CLUSTER';
export const TEMPLATES = { main: 'template_main', register: 'template_register' } as const;

export const freshPasswords = (): Record<RoleName, string> =>
  Object.fromEntries(ROLES.map((role) => [role, randomBytes(16).toString('hex')])) as Record<RoleName, string>;

/** A pair of migrated databases of one's own, copied from the templates. */
export interface TestDatabases {
  /** The URL of a database as a runtime role, as the migration owner or as the cluster's superuser. */
  main(as: RoleName | 'owner' | 'superuser'): string;
  register(as: RoleName | 'owner' | 'superuser'): string;
  drop(): Promise<void>;
}

/** Copies the templates. Fails, and never skips, when no cluster runs: a test that needs a database needs one. */
export async function openDatabases(): Promise<TestDatabases> {
  const cluster = clusterSchema.parse(JSON.parse(process.env[CLUSTER_VARIABLE] ?? 'null'));
  const suffix = randomUUID().replaceAll('-', '').slice(0, 16);
  const names = { main: `test_${suffix}`, register: `test_${suffix}_register` };
  await asSuperuser(cluster, async (client) => {
    for (const side of ['main', 'register'] as const) {
      await client.query(`CREATE DATABASE ${names[side]} TEMPLATE ${TEMPLATES[side]} OWNER imprimatur_owner`);
      // A copy does not take the grants on the database itself along.
      await client.query(`REVOKE ALL ON DATABASE ${names[side]} FROM PUBLIC`);
      const roles = side === 'main' ? ROLES.filter((role) => role !== 'register') : (['guard', 'register'] as const);
      for (const role of roles) await client.query(`GRANT CONNECT ON DATABASE ${names[side]} TO ${databaseRole(role)}`);
      if (side === 'main') await client.query(`GRANT TEMPORARY ON DATABASE ${names[side]} TO ${databaseRole('relay')}`);
    }
  });
  const url = (side: 'main' | 'register') => (as: RoleName | 'owner' | 'superuser') => urlOf(cluster, names[side], as);
  return {
    main: url('main'),
    register: url('register'),
    drop: () =>
      asSuperuser(cluster, async (client) => {
        for (const name of Object.values(names)) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

function urlOf(cluster: TestCluster, database: string, as: RoleName | 'owner' | 'superuser'): string {
  const url = new URL(as === 'superuser' ? cluster.superuserUrl : cluster.ownerUrl);
  url.pathname = `/${database}`;
  if (as !== 'owner' && as !== 'superuser') {
    url.username = databaseRole(as);
    url.password = cluster.passwords[as];
  }
  return url.href;
}

async function asSuperuser(cluster: TestCluster, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: cluster.superuserUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** Asks a database directly, as a role: what a captured process could do. */
export async function asking<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
