import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { as } from './account';
import { type Binaries, binariesFor } from './binaries';
import { type Home, homeFor } from './home';
import { ENVIRONMENT, QUICK_PASSWORDS, SUPERUSER, initialise, requireVersion, superuserPassword } from './initialise';
import { readPostmaster, stopLeftOver } from './postmaster';

export { prepareDatabases } from './prepare-databases';

/** A PostgreSQL of our own, on 127.0.0.1 only. */
export interface EmbeddedPostgres {
  /** Where it really lives: the data, the log, the superuser's password. */
  readonly home: string;
  readonly port: number;
  superuserUrl(database?: string): string;
  /** Ends it in order: open transactions roll back, everything committed is kept. Idempotent. */
  stop(): Promise<void>;
  /** Settles when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** A folder of its own. The caller sees to it that nobody else starts one on it meanwhile. */
  readonly home: string;
  /** By default one that is free. */
  readonly port?: number;
  /** False gives up what a crash would lose and what slows down who guesses passwords, for the speed of tests. */
  readonly durable: boolean;
  /** Called, each time, when the data are not in `home`; `setAside` when data of an earlier folder were put away. */
  readonly moved?: (to: string, setAside?: string) => void;
}

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;

/**
 * Starts the PostgreSQL that npm installed, on the data in `home`, which it makes on first use. What an earlier start left
 * running there is stopped first. Answers when it takes connections; throws one line that says what to do otherwise, and
 * leaves nothing running. Development, demonstration and tests only (docs/adr/0008-start.md).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const home = homeFor(options.home);
  if (home.moved) options.moved?.(home.home, home.setAside);
  const binaries = binariesFor(home.account);
  const password = superuserPassword(home);
  await initialise(home, binaries, password, options.durable);
  requireVersion(home, binaries);
  await stopLeftOver(home.data);
  const { child, port } = await startOn(home, binaries, options);
  const ended = new Promise<void>((settle) =>
    child.once('exit', () => {
      settle();
    }),
  );
  child.unref();
  let stopping: Promise<void> | undefined;
  return {
    home: home.home,
    port,
    ended,
    superuserUrl: (database = 'postgres') =>
      `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    stop: () => (stopping ??= stop(child, ended)),
  };
}

async function startOn(
  home: Home,
  binaries: Binaries,
  options: EmbeddedPostgresOptions,
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const child = launch(home, binaries, port, options.durable);
    const fault = await readyOrFault(home, child);
    if (fault === undefined) return { child, port };
    // A free port may be taken meanwhile; children of a killed PostgreSQL need a moment to notice.
    const passes =
      (options.port === undefined && fault.includes('could not bind')) || fault.includes('shared memory block');
    if (attempt === 5 || !passes) {
      throw new Error(`PostgreSQL did not start on 127.0.0.1:${port} (${fault}); see ${logOf(home)}`);
    }
    await pause(200 * attempt);
  }
}

const logOf = ({ home }: Home): string => join(home, 'postgres.log');

function launch(home: Home, { bin }: Binaries, port: number, durable: boolean): ChildProcess {
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '256MB',
    jit: 'off',
    password_encryption: 'scram-sha-256',
    log_destination: 'stderr',
    logging_collector: 'off',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', ...QUICK_PASSWORDS }),
  };
  const log = logOf(home);
  if (existsSync(log)) renameSync(log, `${log}.1`);
  const descriptor = openSync(log, 'a', 0o600);
  try {
    // A group of its own: Ctrl-C on the terminal must reach the supervisor alone, which stops PostgreSQL last.
    return spawn(
      join(bin, 'postgres'),
      ['-D', home.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        cwd: home.data,
        env: ENVIRONMENT,
        detached: true,
        stdio: ['ignore', descriptor, descriptor],
        ...as(home.account),
      },
    );
  } finally {
    closeSync(descriptor);
  }
}

/** Waits until it takes connections; else says why it ended. */
async function readyOrFault(home: Home, child: ChildProcess): Promise<string | undefined> {
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until) {
    await pause(20);
    if (failure !== undefined) return failure;
    if (child.exitCode !== null || child.signalCode !== null) return lastFault(home);
    const running = readPostmaster(home.data);
    if (running?.ready === true && running.pid === child.pid) return undefined;
  }
  child.kill('SIGQUIT');
  return `it was not ready within ${READY_WITHIN_MS / 1000} s`;
}

function lastFault(home: Home): string {
  const lines = statSync(logOf(home)).size === 0 ? [] : readFileSync(logOf(home), 'utf8').trim().split('\n');
  const fatal = lines.filter((line) => /FATAL|PANIC|could not/.test(line));
  return fatal.length === 0
    ? (lines.at(-1) ?? 'it ended without a word')
    : fatal.slice(0, 2).map(withoutStamp).join('; ');
}

const withoutStamp = (line: string): string => line.replace(/^.*?(?:FATAL|PANIC|LOG|WARNING):\s*/, '');

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  // Otherwise Node may leave before PostgreSQL has.
  child.ref();
  child.kill('SIGINT');
  const patience = setTimeout(() => child.kill('SIGQUIT'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(patience);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
