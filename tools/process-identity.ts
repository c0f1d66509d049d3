import { readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the kernel's own words; empty where the system does not tell. */
  readonly began: string;
}

/**
 * Who runs under a number now; undefined when nobody does. What has ended and only waits to be collected does not run: in a
 * container it may wait for ever.
 */
export function whoRuns(pid: number): ProcessIdentity | undefined {
  if (!answers(pid)) return undefined;
  if (process.platform !== 'linux') return { pid, began: '' };
  try {
    // The name, in parentheses, may itself hold blanks and parentheses.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [state, began] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' ? undefined : { pid, began: began ?? '' };
  } catch {
    return undefined;
  }
}

/** Whether exactly this process still runs. */
export function stillRuns({ pid, began }: ProcessIdentity): boolean {
  return whoRuns(pid)?.began === began;
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
