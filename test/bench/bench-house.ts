import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '#database';
import { prepareDatabases, startEmbeddedPostgres } from '../../tools/postgres/embedded-postgres';
import { CLUSTER_VARIABLE, TEMPLATES, type TestCluster, freshPasswords } from '../support/cluster';

/**
 * A cluster for a bench, durable as in production, with the migrated templates that `openHouse` copies. Child processes find it
 * in the environment. Answers what ends it.
 */
export async function openBenchCluster(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'imprimatur-bench-'));
  chmodSync(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ home: join(folder, 'postgres'), durable: true });
  const passwords = freshPasswords();
  const names = [TEMPLATES.main, TEMPLATES.register] as const;
  const urls = await prepareDatabases(postgres, { ownerPassword: 'bench', names });
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
