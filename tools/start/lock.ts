import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type ProcessIdentity, stillRuns, whoRuns } from '../process-identity';

/** A lock that this process holds. */
export interface Held {
  release(): void;
}

/**
 * Takes a lock file for this process, or answers which process holds it. A lock whose holder is gone, killed without a word,
 * is taken over.
 */
export function takeLock(file: string): Held | { readonly heldBy: number } {
  const mine = JSON.stringify(whoRuns(process.pid));
  const [own, stale] = [`${file}.${process.pid}`, `${file}.stale-${process.pid}`];
  writeFileSync(own, mine, { mode: 0o600 });
  try {
    while (!linked(own, file)) {
      const found = contentOf(file);
      if (found === undefined) continue;
      const holder = identityIn(found);
      if (holder !== undefined && stillRuns(holder)) return { heldBy: holder.pid };
      // Of several that see the same stale lock one wins the rename. Who renamed a fresh one by mistake puts it back.
      if (renamed(file, stale) && contentOf(stale) !== found) linked(stale, file);
      rmSync(stale, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
  return {
    release: () => {
      if (contentOf(file) === mine) rmSync(file, { force: true });
    },
  };
}

function identityIn(text: string): ProcessIdentity | undefined {
  try {
    const { pid, began } = JSON.parse(text) as Partial<ProcessIdentity>;
    return typeof pid === 'number' && typeof began === 'string' ? { pid, began } : undefined;
  } catch {
    // The link appears with its whole content: what cannot be read is nobody's lock.
    return undefined;
  }
}

const linked = (from: string, to: string): boolean =>
  did('EEXIST', () => {
    linkSync(from, to);
  });

const renamed = (from: string, to: string): boolean =>
  did('ENOENT', () => {
    renameSync(from, to);
  });

function contentOf(file: string): string | undefined {
  let content: string | undefined;
  did('ENOENT', () => {
    content = readFileSync(file, 'utf8');
  });
  return content;
}

/** Whether it was done; false when it failed for the one reason that is expected. */
function did(expected: 'EEXIST' | 'ENOENT', work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === expected) return false;
    throw error;
  }
}
