import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type ProcessIdentity, stillRuns } from '../process-identity';
import type { DataFolder } from './data-folder';
import { readJson, writeJson } from './lasting-file';

const processesSchema = z.array(z.strictObject({ pid: z.int().min(2), began: z.string() }));

/** Processes end by themselves when their supervisor is gone, within nine seconds (libs/process). */
const END_WITHIN_MS = 10_000;

export function noteProcesses(folder: DataFolder, running: readonly ProcessIdentity[]): void {
  writeJson(folder.processes, running);
}

/**
 * Waits for the processes of a supervisor that was killed to end, and ends those that do not. Only such whose beginning the
 * kernel tells are ended: a number alone may be somebody else's by now. Throws one line when one runs on.
 */
export async function outliveLeftOver(folder: DataFolder): Promise<void> {
  const noted = processesSchema.safeParse(readJson(folder.processes));
  const left = noted.success ? noted.data : [];
  if (await allEnd(left, END_WITHIN_MS)) return;
  for (const each of left) if (each.began !== '' && stillRuns(each)) process.kill(each.pid, 'SIGKILL');
  if (await allEnd(left, 2_000)) return;
  const pids = left.filter(stillRuns).map(({ pid }) => String(pid));
  throw new Error(`processes of an earlier start do not end (${pids.join(', ')}): end them, then start again`);
}

async function allEnd(left: readonly ProcessIdentity[], withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs;
  while (left.some(stillRuns)) {
    if (Date.now() > until) return false;
    await pause(50);
  }
  return true;
}
