import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Account, accountFor, reaches } from './account';
import { ELSEWHERE, openFolder } from './binaries';

/** Where one PostgreSQL lives: its data, its log, and the superuser's password beside them. */
export interface Home {
  readonly home: string;
  readonly data: string;
  readonly account: Account | undefined;
  /** Whether it had to go where the account can reach it. */
  readonly moved: boolean;
  /** What was found there of a folder that is gone, and where it is now. */
  readonly setAside?: string;
}

/** In the wanted folder: where the data went. In the folder they went to: whose they are. */
const MOVED = 'moved.json';
const OWNER = 'belongs-to.json';

interface Link {
  readonly id: string;
  readonly path: string;
}

/**
 * The home for a wanted folder: the folder itself, or, as root, one under `/var/lib/imprimatur` when PostgreSQL's account
 * cannot enter the wanted one. Once chosen it stays. Throws, in one line, when the data cannot be reached or are not there.
 */
export function homeFor(wanted: string): Home {
  makeHome(wanted);
  const real = realpathSync(wanted);
  const link = readLink(join(real, MOVED));
  if (link !== undefined) return movedHome(real, link);
  const here = homeIn(real);
  if (here.account === undefined || reaches(here.account, real)) return here;
  if (existsSync(here.data)) {
    throw new Error(
      `the account ${here.account.name} cannot enter ${here.data}: open the folders above it (chmod o+x), or use another data folder`,
    );
  }
  return moveHome(real);
}

const homeIn = (home: string, moved = false): Home => {
  const data = join(home, 'data');
  return { home, data, account: accountFor(data), moved };
};

const elsewhere = (real: string): string =>
  join(ELSEWHERE, createHash('sha256').update(real).digest('hex').slice(0, 16));

function movedHome(real: string, link: Link): Home {
  if (readLink(join(link.path, OWNER))?.id !== link.id) {
    throw new Error(
      `the database of ${real} is not in ${link.path} any more: put it back, or delete the data folder to begin anew`,
    );
  }
  if (link.path !== elsewhere(real)) {
    throw new Error(
      `${real} was copied or moved, and its database was not: it is in ${link.path}; begin with a fresh data folder`,
    );
  }
  return homeIn(link.path, true);
}

function moveHome(real: string): Home {
  const path = elsewhere(real);
  const setAside = putAside(path);
  const id = randomUUID();
  openFolder(ELSEWHERE);
  makeHome(path);
  writeLink(join(path, OWNER), { id, path: real });
  writeLink(join(real, MOVED), { id, path });
  return { ...homeIn(path, true), ...(setAside === undefined ? {} : { setAside }) };
}

/** The data of a folder that was deleted since: kept, for nobody said that they may go. */
function putAside(path: string): string | undefined {
  if (!existsSync(join(path, 'data'))) {
    rmSync(path, { recursive: true, force: true });
    return undefined;
  }
  const aside = `${path}.${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  renameSync(path, aside);
  return aside;
}

/** Nobody else may look in; the account that is lent may pass through to its own data. */
function makeHome(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lends = process.getuid?.() === 0;
    if (lends && statSync(folder).uid === 0) chmodSync(folder, 0o711);
  } catch (error) {
    throw new Error(`cannot write to ${folder} (${(error as NodeJS.ErrnoException).code ?? String(error)})`, {
      cause: error,
    });
  }
}

function readLink(file: string): Link | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Link) : undefined;
}

function writeLink(file: string, link: Link): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(link)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
