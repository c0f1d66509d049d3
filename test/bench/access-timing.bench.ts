import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '../support/start-cluster';
import { type Report, median, slower } from './report';
import { type ServedTiming, WORDS } from './serve-timing';

const PAIRS = 1_000;
const WARM = 100;

/** One question, about what is hidden and about what does not exist. */
interface Pair {
  readonly name: string;
  readonly status: number;
  readonly hidden: () => Asked;
  readonly absent: () => Asked;
}

interface Asked {
  readonly path: string;
  readonly json?: object;
}

/**
 * How long an answer takes about what is hidden, beside one about what does not exist. The answers are the same; their durations are
 * measured and published, and promised to nobody (law 3).
 */
export async function bench(report: Report): Promise<void> {
  const close = await startCluster({ durable: true });
  const child = fork(join(__dirname, 'serve-timing.js'));
  try {
    const [served] = (await once(child, 'message')) as [ServedTiming];
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const pair of pairsOf(served)) report(await measured(pair, served, agent));
    agent.destroy();
  } finally {
    child.disconnect();
    await once(child, 'exit');
    await close();
  }
}

function pairsOf({ document, caseId, attachment }: ServedTiming): Pair[] {
  const read = (name: string, hidden: string, absent: () => string): Pair => ({
    name,
    status: 404,
    hidden: () => ({ path: hidden }),
    absent: () => ({ path: absent() }),
  });
  const search = (name: string, word: string): Pair => ({
    name,
    status: 200,
    hidden: () => ({ path: '/api/search', json: { words: word } }),
    absent: () => ({ path: '/api/search', json: { words: WORDS.absent } }),
  });
  return [
    read('a document', `/api/documents/${document}`, () => `/api/documents/${randomUUID()}`),
    read('a case', `/api/cases/${caseId}`, () => `/api/cases/${randomUUID()}`),
    read(
      'an attachment',
      `/api/documents/${document}/attachments/${attachment}`,
      () => `/api/documents/${randomUUID()}/attachments/${randomUUID()}`,
    ),
    search('a search for a word of one hidden portion', WORDS.rare),
    search('a search for a word of a thousand hidden portions', WORDS.frequent),
  ];
}

async function measured(pair: Pair, served: ServedTiming, agent: Agent): Promise<ReturnType<typeof slower>> {
  const hidden: number[] = [];
  const absent: number[] = [];
  for (let n = -WARM; n < PAIRS; n += 1) {
    const durations: Partial<Record<'hidden' | 'absent', number>> = {};
    const order = Math.random() < 0.5 ? (['hidden', 'absent'] as const) : (['absent', 'hidden'] as const);
    for (const which of order) durations[which] = await timed(served, agent, pair[which](), pair.status);
    if (n < 0) continue;
    hidden.push(durations.hidden ?? 0);
    absent.push(durations.absent ?? 0);
  }
  const { middle, low, high } = differenceOf(hidden.map((each, n) => each - (absent[n] ?? 0)));
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const found = `difference ${inMicroseconds(middle)}, 95 % within ${inMicroseconds(low)} to ${inMicroseconds(high)}; load ${load}`;
  return slower(`${pair.name}, hidden / absent: ${found}`, {
    ours: median(hidden),
    other: median(absent),
    target: 1.25,
  });
}

const inMicroseconds = (ms: number): string => `${(ms * 1_000).toFixed(0)} µs`;

/** The median of paired differences, with an interval that supposes nothing of how they are spread: the sign test's. */
function differenceOf(differences: readonly number[]): { middle: number; low: number; high: number } {
  const sorted = [...differences].sort((a, b) => a - b);
  const reach = 0.98 * Math.sqrt(sorted.length);
  const at = (place: number): number =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(place)))] ?? Number.NaN;
  const half = (sorted.length - 1) / 2;
  return { middle: at(half), low: at(half - reach), high: at(half + reach) };
}

/** The milliseconds from the request to the last byte of its answer, which must have the status. */
async function timed(
  { url, authorization }: ServedTiming,
  agent: Agent,
  { path, json }: Asked,
  status: number,
): Promise<number> {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const headers = {
    authorization,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) }),
  };
  const start = performance.now();
  await new Promise<void>((resolve, reject) => {
    const sent = request(
      `${url}${path}`,
      { agent, headers, method: body === undefined ? 'GET' : 'POST' },
      (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === status) resolve();
          else reject(new Error(`${path} answered ${String(response.statusCode)}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
  return performance.now() - start;
}
