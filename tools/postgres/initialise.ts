import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { as } from './account';
import type { Binaries } from './binaries';
import type { Home } from './home';

export const SUPERUSER = 'postgres';

/** Nothing of the caller's environment: PG variables would change what is started. TZ spares initdb a search. */
export const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };

/** For tests: they open thousands of connections, and their cluster is gone before anybody has guessed a password. */
export const QUICK_PASSWORDS = { scram_iterations: '1' } as const;

/** The superuser's password, made on first use. It lies beside the data, so that deleting one deletes both. */
export function superuserPassword({ home, data }: Home): string {
  const file = join(home, 'superuser.password');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  if (existsSync(data)) throw new Error(`${file} is missing, so the database beside it cannot be opened: put it back`);
  const password = randomBytes(32).toString('hex');
  writeFileSync(`${file}.new`, `${password}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return password;
}

/** Makes the data, under another name first: data that are there are whole. Does nothing when they are. */
export async function initialise(home: Home, binaries: Binaries, password: string, durable: boolean): Promise<void> {
  if (existsSync(home.data)) return;
  removeUnfinished(home);
  // A name of its own: the initdb of a start that was killed may still be at work, and cleans up what it finds.
  const unfinished = `${home.data}.new-${process.pid}`;
  const passwordFile = `${unfinished}.password`;
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
  const { account } = home;
  if (account !== undefined) for (const path of [unfinished, passwordFile]) chownSync(path, account.uid, account.gid);
  const fault = await initdb(home, binaries, [
    `--pgdata=${unfinished}`,
    `--pwfile=${passwordFile}`,
    ...(durable ? [] : ['--no-sync', ...Object.entries(QUICK_PASSWORDS).map(([name, to]) => `--set=${name}=${to}`)]),
  ]);
  rmSync(passwordFile, { force: true });
  if (fault !== undefined) {
    removeUnfinished(home);
    throw new Error(
      `PostgreSQL could not make its data in ${home.data} (${fault}): choose another folder with IMPRIMATUR_DATA`,
    );
  }
  renameSync(unfinished, home.data);
}

/** Throws when the data are of another major version. */
export function requireVersion({ data }: Home, { major }: Binaries): void {
  const file = join(data, 'PG_VERSION');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'an unknown version';
  if (found !== major) {
    throw new Error(
      `the data in ${data} are of PostgreSQL ${found}, and ${major} is installed: use another data folder`,
    );
  }
}

function removeUnfinished({ home, data }: Home): void {
  for (const name of readdirSync(home)) {
    if (name.startsWith(`${basename(data)}.new-`)) rmSync(join(home, name), { recursive: true, force: true });
  }
}

/** Runs initdb as the account; answers why it failed, or nothing. */
async function initdb(
  { home, account }: Home,
  { bin }: Binaries,
  options: readonly string[],
): Promise<string | undefined> {
  const collation = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const child = spawn(
    join(bin, 'initdb'),
    [`--username=${SUPERUSER}`, '--auth=scram-sha-256', '--no-instructions', ...collation, ...options],
    { cwd: home, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'], ...as(account) },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((answer) => {
    child.once('error', (error) => {
      answer(error.message);
    });
    child.once('close', (status) => {
      answer(status === 0 ? undefined : (/error: .*/.exec(said)?.[0] ?? said.trim().split('\n').at(-1) ?? 'it failed'));
    });
  });
}
