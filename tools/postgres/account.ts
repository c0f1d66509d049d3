import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** Whom PostgreSQL runs as when it may not run as the one who starts it: it refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The accounts root lends to PostgreSQL, best first. */
const LENT = ['postgres', 'nobody'] as const;

/**
 * The account for a data folder: its owner where it exists, else the first that the machine has. Undefined for an ordinary
 * user, who runs everything as themselves. Throws when root finds no account to lend.
 */
export function accountFor(data: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(data, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  for (const name of LENT) {
    const [uid, gid] = [idOf('-u', name), idOf('-g', name)];
    if (uid !== undefined && gid !== undefined) return { name, uid, gid };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no account postgres or nobody: run as an ordinary user',
  );
}

/** What of the account a new process gets. */
export const as = (account: Account | undefined): { uid?: number; gid?: number } =>
  account === undefined ? {} : { uid: account.uid, gid: account.gid };

/** Whether the account may enter the folder. Asked as the account: ACLs, mounts and parents all count. */
export function reaches(account: Account, folder: string): boolean {
  // Node enters `cwd` before it changes the account, so the shell has to be asked.
  return spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { cwd: '/', ...as(account) }).status === 0;
}

function idOf(what: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [what, name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout.trim()) : undefined;
}
