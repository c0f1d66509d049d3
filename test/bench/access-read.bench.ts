import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { startCluster } from '../support/start-cluster';
import { type Report, median, slower } from './report';
import type { ServedReading } from './serve-reading';

/** Turns that do not count: until both servers run what V8 has made of them. */
const WARM_UP = 3;
const ROUNDS = 6;
const SECONDS = 2;
const CONNECTIONS = 4;

/**
 * An audited read of a document over HTTP, whole: session, rights, decision, record on the disk before the first byte. Beside it,
 * in the same process and on the same durable PostgreSQL, a Fastify handler that does nothing but the SELECT and prints its rows:
 * once the rows of the portions alone, once the very statement of the read. Rounds alternate; the middle counts.
 */
export async function bench(report: Report): Promise<void> {
  const close = await startCluster({ durable: true });
  const child = fork(join(__dirname, 'serve-reading.js'));
  try {
    const [{ ours, bare, same, authorization }] = (await once(child, 'message')) as [ServedReading];
    const [audited, rows, statement] = await alternating([ours, bare, same], { authorization });
    for (const [what, other] of [
      ['SELECT of the portions', rows],
      ['same SELECT', statement],
    ] as const)
      report(
        slower(`audited read of a document over HTTP / bare Fastify handler, ${what}`, {
          ours: median(audited ?? []),
          other: median(other ?? []),
          target: 2,
        }),
      );
  } finally {
    child.disconnect();
    await once(child, 'exit');
    await close();
  }
}

/** The times of each address, asked in turns once they are warm. */
async function alternating(urls: readonly string[], headers: Record<string, string>): Promise<number[][]> {
  const times: number[][] = urls.map(() => []);
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1)
    for (const [n, url] of urls.entries()) {
      const time = await hit(url, headers);
      if (round >= WARM_UP) times[n]?.push(time);
    }
  return times;
}

/** The mean time of a request, in milliseconds, with four connections. Every answer must be a yes. */
async function hit(url: string, headers: Record<string, string>): Promise<number> {
  const result = await autocannon({ url, headers, connections: CONNECTIONS, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${String(result.non2xx)} answers were no`);
  return (SECONDS * 1000 * CONNECTIONS) / result['2xx'];
}
