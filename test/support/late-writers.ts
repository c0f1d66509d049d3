import { record } from '#audit';
import type { House, Resident } from './house';

/** What happens next: somebody begins to write, commits, gives up, or what is committed is sealed. */
export type Step = 'open' | 'seal' | 'seal twice at once' | { readonly commit: number } | { readonly abandon: number };

interface Writer {
  readonly end: (how: 'commit' | 'abandon') => void;
  readonly ended: Promise<void>;
}

class Abandoned extends Error {}

/** As many as the house has connections for, less one for those who ask. */
const AT_ONCE = 4;

/**
 * Writers that have each recorded an event and commit when they are told to: before, between or after the seals. In the end all of
 * them commit. Answers how many events stand.
 */
export async function interleaved(
  house: House,
  author: Resident,
  seal: () => Promise<unknown>,
  steps: readonly Step[],
): Promise<number> {
  const open: Writer[] = [];
  let committed = 0;
  const finish = async (which: number, how: 'commit' | 'abandon'): Promise<void> => {
    const [writer] = open.splice(which % Math.max(open.length, 1), 1);
    if (writer === undefined) return;
    writer.end(how);
    await writer.ended;
    if (how === 'commit') committed += 1;
  };
  for (const step of steps) {
    if (step === 'open') {
      if (open.length < AT_ONCE) open.push(await writerOf(house, author));
    } else if (step === 'seal') await seal();
    else if (step === 'seal twice at once') await Promise.all([seal(), seal()]);
    else if ('commit' in step) await finish(step.commit, 'commit');
    else await finish(step.abandon, 'abandon');
  }
  while (open.length > 0) await finish(0, 'commit');
  return committed;
}

/** Somebody whose event is written and not committed. */
async function writerOf(house: House, author: Resident): Promise<Writer> {
  const api = await house.as('api');
  const [wrote, told] = [new Later<undefined>(), new Later<'commit' | 'abandon'>()];
  const by = { personId: author.person, requestId: 'exercise' };
  const ended = api
    .run(author, async (tx) => {
      await record(tx, by, { action: 'exercise', outcome: 'done' }, new Date());
      wrote.resolve(undefined);
      if ((await told.promise) === 'abandon') throw new Abandoned();
    })
    .catch((error: unknown) => {
      wrote.reject(error);
      if (!(error instanceof Abandoned)) throw error;
    });
  await wrote.promise;
  return {
    end: (how) => {
      told.resolve(how);
    },
    ended,
  };
}

/** A promise that somebody else keeps. */
class Later<Value> {
  resolve: (value: Value) => void = () => undefined;
  reject: (error: unknown) => void = () => undefined;
  readonly promise = new Promise<Value>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}
