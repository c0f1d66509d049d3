import { readFileSync } from 'node:fs';
import { type ProcessIdentity, stillRuns, whoRuns } from '../process-identity';

const LOOK_EVERY_MS = 200;

/**
 * Calls back when the npm that runs this process is gone. npm hands a signal to the shell that it started, and a shell does
 * not hand it on: without this, ending npm would leave the house running with nobody to stop it. A process that was started
 * without npm stands alone, and is never called.
 */
export function whenNpmIsGone(gone: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const launchers = launchersOf();
  const looking = setInterval(() => {
    if (launchers.every(stillRuns)) return;
    clearInterval(looking);
    gone();
  }, LOOK_EVERY_MS);
  looking.unref();
}

/** The shell between, and npm, where the system shows them; else the parent alone. */
function launchersOf(): ProcessIdentity[] {
  const launchers: ProcessIdentity[] = [];
  for (let pid = process.ppid; pid > 1 && launchers.length < 3; pid = parentOf(pid)) {
    const launcher = whoRuns(pid);
    if (launcher !== undefined) launchers.push(launcher);
    if (isNpm(pid)) return launchers;
  }
  return launchers.slice(0, 1);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)$/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0);
}

function isNpm(pid: number): boolean {
  return /^npm\b|\bnpm-cli[.]js\b/.test(textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not Linux, or gone meanwhile: nothing is known of it.
    return '';
  }
}
