import { lstatSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopLeftOver } from '../../tools/postgres/postmaster';
import { stillRuns, whoRuns } from '../../tools/process-identity';

const MEMORY = '/dev/shm';
const TMPFS = 0x01021994;
/** Several times what the databases and the log of a run take at once. */
const AMPLE_BYTES = 2 * 1024 ** 3;

/** The process that made a folder in memory stands in the folder's name: once it has ended, nobody else will delete it. */
const NAME = /^imprimatur-test-(?<pid>\d+)-(?<began>\d+)-/;

/**
 * A new folder for a cluster of tests. One that need not last lies in memory where the system has enough of it: each test file
 * makes and drops two databases of some hundred files, and a file system on disk can take half a second for each.
 * What an earlier run of the same account left in memory when it was killed is stopped and deleted first.
 */
export async function clusterFolder({ durable }: { readonly durable: boolean }): Promise<string> {
  const own = whoRuns(process.pid);
  if (durable || own === undefined || !hasAmpleMemory()) return mkdtempSync(join(tmpdir(), 'imprimatur-test-'));
  await clearMemory();
  return mkdtempSync(join(MEMORY, `imprimatur-test-${String(own.pid)}-${own.began}-`));
}

function hasAmpleMemory(): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY);
    return type === TMPFS && bavail * bsize > AMPLE_BYTES && freemem() > AMPLE_BYTES;
  } catch {
    return false;
  }
}

async function clearMemory(): Promise<void> {
  for (const name of readdirSync(MEMORY)) {
    const { pid, began } = NAME.exec(name)?.groups ?? {};
    if (pid === undefined || began === undefined || stillRuns({ pid: Number(pid), began })) continue;
    if (lstatSync(join(MEMORY, name), { throwIfNoEntry: false })?.uid !== process.getuid?.()) continue;
    await stopLeftOver(join(MEMORY, name, 'postgres', 'data'));
    rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
}
