import type { ClusterOfTheRun } from './global-setup';

/** Ends the cluster of the run and deletes what it left. */
export default async function teardown(): Promise<void> {
  await (globalThis as ClusterOfTheRun).imprimaturCluster?.();
}
