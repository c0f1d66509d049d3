import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '#database';
import { prepareDatabases, startEmbeddedPostgres } from '../../tools/postgres/embedded-postgres';
import { CLUSTER_VARIABLE, TEMPLATES, type TestCluster, freshPasswords } from './cluster';
import { clusterFolder } from './cluster-folder';

/**
 * Starts a cluster with the migrated templates that `openDatabases` copies, and leaves its address in the environment, for
 * this process and its children. `durable` as in production, or fast for tests. Answers what ends it and deletes what it left.
 */
export async function startCluster({ durable }: { readonly durable: boolean }): Promise<() => Promise<void>> {
  const folder = await clusterFolder({ durable });
  // As root the cluster runs under another account, which must reach its data.
  chmodSync(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ home: join(folder, 'postgres'), durable });
  const passwords = freshPasswords();
  const names = [TEMPLATES.main, TEMPLATES.register] as const;
  const urls = await prepareDatabases(postgres, { ownerPassword: 'exercise', names });
  await migrate({ ...urls, passwords, queue: true });
  const cluster: TestCluster = {
    port: postgres.port,
    superuserUrl: postgres.superuserUrl(),
    ownerUrl: urls.databaseUrl,
    passwords,
  };
  process.env[CLUSTER_VARIABLE] = JSON.stringify(cluster);
  return async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
