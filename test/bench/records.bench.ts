import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { Pool } from 'pg';
import { pageOfDocuments } from '../../libs/records/src/store/document.store';
import { asking } from '../support/cluster';
import { openHouse } from '../support/house';
import { aPerson } from '../support/people';
import { openBenchCluster } from './bench-house';
import { fillDocuments } from './fill-documents';
import { type Report, median, slower } from './report';
import type { ServedReading } from './serve-reading';

const ROUNDS = 4;
const SECONDS = 3;
const PAGES = 300;
const DOCUMENTS = 100_000;

/** Reading beside its peers: an audited read over HTTP, and a page of the list through row-level security. */
export async function bench(report: Report): Promise<void> {
  const close = await openBenchCluster();
  try {
    await benchReading(report);
    await benchListing(report);
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

async function benchListing(report: Report): Promise<void> {
  const house = await openHouse();
  const pool = new Pool({ connectionString: house.databases.main('superuser'), max: 1 });
  try {
    await asking(house.databases.main('superuser'), (client) => fillDocuments(client, DOCUMENTS));
    const communities = (every: number): string[] =>
      Array.from({ length: 600 / every }, (_unused, n) => `C${String((n + 1) * every)}`);
    const readers = await house.enrol({
      broad: aPerson('broad')
        .clearedTo('SECRET')
        .inCommunity(...communities(3)),
      narrow: aPerson('narrow')
        .clearedTo('SECRET')
        .inCommunity(...communities(50)),
    });
    const api = await house.as('api');
    for (const [name, reader] of Object.entries(readers)) {
      await reader.client.documents({ limit: 1 });
      const held = await pool.query<{ id: number }>(
        'SELECT id FROM protection WHERE sec.person_covers($1, protection)',
        [reader.person],
      );
      const ids = held.rows.map((row) => row.id);
      const ours: number[] = [];
      const raw: number[] = [];
      for (let page = 0; page < PAGES; page += 1) {
        ours.push(await timed(() => api.run({ sid: reader.sid }, (tx) => pageOfDocuments(tx, undefined, 50))));
        raw.push(await timed(() => handWritten(pool, ids)));
      }
      const share = `${String(Math.round((ids.length / 600) * 100))} % visible`;
      report(
        slower(`page of 50 among 100,000 documents, ${name} reader (${share}) / hand-written SQL`, {
          ours: median(ours),
          other: median(raw),
          target: 1.25,
        }),
      );
    }
  } finally {
    await pool.end();
    await house.close();
  }
}

/** The same rows by somebody who knows the protections that the reader holds: no session, no policy, no record. */
async function handWritten(pool: Pool, ids: readonly number[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `SELECT d.id, d.protection_id, d.originator, d.exercise, d.created_at,
              (SELECT p.body FROM portion p WHERE p.document_id = d.id AND p.kind = 'title'
                  AND p.version_id = (SELECT v.id FROM version v WHERE v.document_id = d.id ORDER BY v.ordinal DESC LIMIT 1) LIMIT 1) AS title
         FROM (SELECT * FROM document WHERE protection_id = ANY ($1) ORDER BY created_at DESC, id DESC LIMIT 51) AS d
        ORDER BY d.created_at DESC, d.id DESC`,
      [ids],
    );
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
