import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { buildIfNeeded } from '../build.mjs';
import { type ProcessIdentity, stillRuns, whoRuns } from '../process-identity';
import { SETTING_NAMES } from './settings';

const CHECKOUT = join(__dirname, '../..');

jest.setTimeout(120_000);

/** One start as somebody at a terminal sees it. */
interface Start {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** The error output alone. */
  readonly complained: () => string;
  /** The exit code, once all that it said was heard. */
  readonly ended: Promise<number | null>;
}

describe('npm start', () => {
  const data = mkdtempSync(join(tmpdir(), 'imprimatur-start-'));
  const started: Start[] = [];
  let ports: readonly [number, number];

  beforeAll(async () => {
    buildIfNeeded();
    ports = [await freePort(), await freePort()];
  });
  afterAll(async () => {
    for (const { child, ended } of started) {
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(data, { recursive: true, force: true });
  });

  const start = (changes: Record<string, string> = {}): Start => {
    const child = spawn(process.execPath, [join(CHECKOUT, 'dist/tools/start/main.js')], {
      cwd: CHECKOUT,
      env: {
        ...Object.fromEntries(SETTING_NAMES.map((name) => [name, ''])),
        PATH: process.env.PATH,
        IMPRIMATUR_DATA: data,
        IMPRIMATUR_DEMO: '0',
        IMPRIMATUR_API_PORT: String(ports[0]),
        IMPRIMATUR_REGISTER_PORT: String(ports[1]),
        ...changes,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [said, complained] = ['', ''];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    child.stderr.on('data', (chunk) => (complained += String(chunk)));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    const one = { child, said: () => said, complained: () => complained, ended };
    started.push(one);
    return one;
  };

  const ready = async (one: Start): Promise<Start> => {
    while (!one.said().includes('\nReady.')) {
      if (one.child.exitCode !== null) throw new Error(`it ended: ${one.said()}`);
      await pause(25);
    }
    return one;
  };

  const processes = (): ProcessIdentity[] =>
    JSON.parse(readFileSync(join(data, 'processes.json'), 'utf8')) as ProcessIdentity[];

  /** Every process of the house, the database included. */
  const house = (): ProcessIdentity[] => {
    const running = [...processes(), whoRuns(Number(postmasterFile()[0]))!];
    expect(running).toHaveLength(7);
    return running;
  };

  const postmasterFile = (): string[] => readFileSync(join(data, 'postgres/data/postmaster.pid'), 'utf8').split('\n');

  /** Asks the restricted database as its owner. */
  const ask = async (sql: string): Promise<unknown[]> => {
    const { owner } = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')) as { owner: string };
    const port = Number(postmasterFile()[3]);
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: 'imprimatur_owner',
      password: owner,
      database: 'imprimatur',
    });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it('starts everything, keeps its secrets to itself, and leaves nothing running when it is told to stop', async () => {
    const one = await ready(start());
    const running = house();
    expect(running.every(stillRuns)).toBe(true);
    await expect(status(ports[0], '/api/health')).resolves.toBe(200);
    await expect(status(ports[1], '/')).resolves.toBe(200);
    for (const name of [
      'secrets.json',
      'keys/api.json',
      'keys/sealer.json',
      'keys/guard.json',
      'officers/officers.json',
    ])
      expect(statSync(join(data, name)).mode & 0o777).toBe(0o600);
    for (const name of ['keys', 'logs', 'officers']) expect(statSync(join(data, name)).mode & 0o777).toBe(0o700);
    await ask(`COMMENT ON DATABASE imprimatur IS 'EXERCISE: was here'`);
    one.child.kill('SIGTERM');
    await expect(one.ended).resolves.toBe(0);
    expect(running.some(stillRuns)).toBe(false);
    expect(existsSync(join(data, 'supervisor.lock'))).toBe(false);
  });

  it('recovers after the supervisor alone was killed, finds the data, and lets no second one in', async () => {
    const killed = await ready(start());
    const orphans = house();
    killed.child.kill('SIGKILL');
    await killed.ended;
    const one = await ready(start());
    expect(orphans.some(stillRuns)).toBe(false);
    await expect(
      ask(`SELECT shobj_description(oid, 'pg_database') AS said FROM pg_database WHERE datname = 'imprimatur'`),
    ).resolves.toEqual([{ said: 'EXERCISE: was here' }]);

    const second = start();
    await expect(second.ended).resolves.toBe(1);
    expect(second.complained()).toBe(
      `imprimatur: another npm start (process ${String(one.child.pid)}) runs on ${data}: stop it, or set IMPRIMATUR_DATA to another folder\n`,
    );

    // One of the processes dies: it comes back, and the terminal tells.
    const [victim] = house();
    process.kill(victim!.pid, 'SIGKILL');
    while (!one.said().includes('ended unexpectedly (SIGKILL)')) await pause(25);
    while (processes().length < 6 || processes().some(({ pid }) => pid === victim!.pid)) await pause(25);

    // Twice the same signal changes nothing.
    const running = house();
    one.child.kill('SIGINT');
    one.child.kill('SIGINT');
    await expect(one.ended).resolves.toBe(0);
    expect(running.some(stillRuns)).toBe(false);
  });

  it.each([
    [
      'a busy port',
      async () => ({ IMPRIMATUR_API_PORT: String(await busyPort()) }),
      /^imprimatur: port \d+ on 127.0.0.1 is busy: .+\n$/,
    ],
    ['a level that is no mark', async () => ({ IMPRIMATUR_LEVEL: 'NOTHING' }), /^imprimatur: IMPRIMATUR_LEVEL: .+\n$/],
    [
      'a folder that cannot be',
      async () => ({ IMPRIMATUR_DATA: '/dev/null/data' }),
      /^imprimatur: cannot write to the data folder .+\n$/,
    ],
    [
      'the data folder of another installation',
      async () => ({ IMPRIMATUR_INSTALLATION: 'another' }),
      /holds the installation exercise: .+\n$/,
    ],
    [
      'a database that is not there',
      async () => ({
        IMPRIMATUR_DATA: join(data, 'given'),
        IMPRIMATUR_DEMO: '1',
        DATABASE_URL: `postgres://owner:x@127.0.0.1:${String(await freePort())}/main`,
        REGISTER_DATABASE_URL: `postgres://owner:x@127.0.0.1:${String(await freePort())}/register`,
      }),
      /^imprimatur: DATABASE_URL: cannot open main on 127.0.0.1:\d+ as owner \(.*ECONNREFUSED.*\)\n$/,
    ],
  ])('says one line and leaves nothing running: %s', async (_what, changes, line) => {
    const one = start(await changes());
    await expect(one.ended).resolves.toBe(1);
    expect(one.complained()).toMatch(line);
    expect(one.complained().trim()).not.toContain('\n');
    expect(existsSync(join(data, 'postgres/data/postmaster.pid'))).toBe(false);
  });
});

async function status(port: number, path: string): Promise<number> {
  return (await fetch(`http://127.0.0.1:${String(port)}${path}`)).status;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A port that something listens on until the tests end. */
async function busyPort(): Promise<number> {
  const server = createServer().unref();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return (server.address() as AddressInfo).port;
}
