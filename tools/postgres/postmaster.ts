import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ProcessIdentity, stillRuns, whoRuns } from '../process-identity';

/** What `postmaster.pid` says of the PostgreSQL that runs, or ran, on a data folder. */
export interface Postmaster {
  readonly pid: number;
  readonly ready: boolean;
}

export function readPostmaster(data: string): Postmaster | undefined {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 1 ? { pid, ready: lines[7]?.trim() === 'ready' } : undefined;
}

/**
 * Stops the PostgreSQL that an earlier start left on the data folder, if there is one. A process that only happens to have
 * its number is left alone, and the stale file goes: PostgreSQL itself would refuse to start.
 */
export async function stopLeftOver(data: string): Promise<void> {
  const left = readPostmaster(data);
  const running = left && whoRuns(left.pid);
  if (left === undefined || running === undefined) return;
  if (!isPostgresOf(left.pid, data)) {
    rmSync(join(data, 'postmaster.pid'), { force: true });
    return;
  }
  process.kill(left.pid, 'SIGINT');
  if (await gone(running, 15_000)) return;
  // INVARIANT: SIGQUIT loses nothing that was committed; the next start recovers from the log.
  process.kill(left.pid, 'SIGQUIT');
  if (!(await gone(running, 10_000)))
    throw new Error(`the PostgreSQL that still runs on ${data} (process ${left.pid}) does not stop: end it`);
}

async function gone(running: ProcessIdentity, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs;
  while (stillRuns(running)) {
    if (Date.now() > until) return false;
    await pause(25);
  }
  return true;
}

/** A postmaster works inside its data folder and was told so on its command line. */
function isPostgresOf(pid: number, data: string): boolean {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
    const command = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes('postgres') && command.includes(data);
  } catch {
    // What cannot be looked at is another account's, and so not ours.
    return false;
  }
}
