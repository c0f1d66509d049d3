/** A duty that is done again and again, one round after the other. */
export interface Repeating {
  /** Ends after the round that runs. */
  stop(): Promise<void>;
}

/** Does a duty every so many milliseconds. A round that fails is told and tried again; rounds never overlap. */
export function repeating(everyMs: number, round: () => Promise<unknown>, onFault: (error: Error) => void): Repeating {
  let stopped = false;
  let wake: () => void = () => undefined;
  const running = (async () => {
    while (!stopped) {
      try {
        await round();
      } catch (error) {
        onFault(error instanceof Error ? error : new Error(String(error)));
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}
