import { startCluster } from './start-cluster';

/** What the tear-down needs: Jest runs both in one process. */
export interface ClusterOfTheRun {
  imprimaturCluster?: () => Promise<void>;
}

/** One embedded cluster a run. */
export default async function setup(): Promise<void> {
  (globalThis as ClusterOfTheRun).imprimaturCluster = await startCluster({ durable: false });
}
