import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { startCluster } from '../support/start-cluster';
import { type Report, median, slower } from './report';
import type { ServedReading } from './serve-reading';

const ROUNDS = 4;
const SECONDS = 3;

/** Reading beside its peers: an audited read over HTTP. */
export async function bench(report: Report): Promise<void> {
  const close = await startCluster({ durable: true });
  try {
    await benchReading(report);
  } finally {
    await close();
  }
}

async function benchReading(report: Report): Promise<void> {
  const child = fork(join(__dirname, 'serve-reading.js'));
  try {
    const [served] = (await once(child, 'message')) as [ServedReading];
    const headers = { authorization: served.authorization };
    const ours: number[] = [];
    const bare: number[] = [];
    await hit(served.ours, headers);
    await hit(served.bare, headers);
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await hit(served.ours, headers));
      bare.push(await hit(served.bare, headers));
    }
    const line = { ours: median(ours), other: median(bare), target: 2 };
    report(slower('audited read of a document over HTTP / bare Fastify handler, same SELECT', line));
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}

/** The mean time of a request, in milliseconds, with four connections. Every answer must be a yes. */
async function hit(url: string, headers: Record<string, string>): Promise<number> {
  const result = await autocannon({ url, headers, connections: 4, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${String(result.non2xx)} answers were no`);
  return (SECONDS * 1000 * 4) / result['2xx'];
}
