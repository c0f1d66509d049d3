import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '#database';
import { prepareDatabases, startEmbeddedPostgres, type EmbeddedPostgres } from '../../tools/postgres/embedded-postgres';
import { CLUSTER_VARIABLE, TEMPLATES, freshPasswords, type TestCluster } from './cluster';

/** What the tear-down needs: Jest runs both in one process. */
export interface RunningCluster {
  readonly postgres: EmbeddedPostgres;
  readonly folder: string;
}

/** One embedded cluster a run, with migrated templates that each test file copies. */
export default async function setup(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'imprimatur-test-'));
  // As root the cluster runs under another account, which must reach its data.
  chmodSync(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ home: join(folder, 'postgres'), durable: false });
  (globalThis as { imprimaturCluster?: RunningCluster }).imprimaturCluster = { postgres, folder };
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
}
