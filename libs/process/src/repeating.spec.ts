import { setTimeout as pause } from 'node:timers/promises';
import { repeating } from './repeating';

/** Waits until something is so; the test's own time limit ends it when it never is. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await pause(1);
}

const noFault = (error: Error): void => {
  throw error;
};

describe('a duty that is repeated', () => {
  it('is done again and again, and never twice at once', async () => {
    let [rounds, running, most] = [0, 0, 0];
    const duty = repeating(
      1,
      async () => {
        running += 1;
        most = Math.max(most, running);
        await pause(5);
        running -= 1;
        rounds += 1;
      },
      noFault,
    );
    await until(() => rounds >= 3);
    await duty.stop();
    expect(most).toBe(1);
    expect(running).toBe(0);
  });

  it('is told when it fails, and tried again', async () => {
    const faults: string[] = [];
    let rounds = 0;
    const duty = repeating(
      1,
      async () => {
        rounds += 1;
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- a library may throw anything
        if (rounds === 1) throw 'not even an error';
        if (rounds === 2) throw new Error('the database is gone');
      },
      (error) => faults.push(error.message),
    );
    await until(() => rounds >= 4);
    await duty.stop();
    expect(faults).toEqual(['not even an error', 'the database is gone']);
  });

  it('stops after the round that runs, without waiting for the next', async () => {
    let finished = false;
    let enter: (() => void) | undefined;
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    const duty = repeating(
      3_600_000,
      async () => {
        enter?.();
        await pause(20);
        finished = true;
      },
      noFault,
    );
    await entered;
    expect(finished).toBe(false);
    await duty.stop();
    expect(finished).toBe(true);
    await duty.stop();
  });

  it('begins no round once it was stopped', async () => {
    let rounds = 0;
    const duty = repeating(
      1,
      async () => {
        rounds += 1;
      },
      noFault,
    );
    await until(() => rounds > 0);
    await duty.stop();
    const done = rounds;
    await pause(20);
    expect(rounds).toBe(done);
  });
});
