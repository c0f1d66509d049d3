import { setTimeout as pause } from 'node:timers/promises';

/** A duty that is done again and again, one round after the other. */
export interface Repeating {
  /** Ends after the round that runs. */
  stop(): Promise<void>;
}

/** Does a duty every so many milliseconds. A round that fails is told and tried again; rounds never overlap. */
export function repeating(everyMs: number, round: () => Promise<unknown>, onFault: (error: Error) => void): Repeating {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await round();
      } catch (error) {
        onFault(error instanceof Error ? error : new Error(String(error)));
      }
      // An aborted pause rejects; the loop's own condition ends it.
      await pause(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
