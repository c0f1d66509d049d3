import { rmSync } from 'node:fs';
import type { RunningCluster } from './global-setup';

/** Ends the cluster and deletes what it left. */
export default async function teardown(): Promise<void> {
  const { imprimaturCluster } = globalThis as { imprimaturCluster?: RunningCluster };
  if (imprimaturCluster === undefined) return;
  await imprimaturCluster.postgres.stop();
  rmSync(imprimaturCluster.folder, { recursive: true, force: true });
}
