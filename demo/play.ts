import { parseArgs } from 'node:util';
import { playStory } from './play/play-story';
import { type Step, StoryBroken } from './play/story';
import { loadWorld } from './world-folder';

/** The addresses of a running house, and the folder of the demo world that lives in it. */
export interface RunningHouse {
  readonly api: string;
  readonly register: string;
  readonly world: string;
}

/** How the demo is played: where, and told to whom. */
export interface PlayOptions {
  /** Addresses that were named; the others are those of the house that runs. */
  readonly named: Partial<RunningHouse>;
  readonly json: boolean;
}

export const USAGE = `npm run demo -- [--json] [--api URL --register URL --world FOLDER]

Plays a whole release against the house that runs, or against one that it starts for the purpose and stops again.

  --json          the steps as JSON lines, and nothing else
  --api URL       a house that runs elsewhere; with --register URL and --world FOLDER`;

/** Reads the words of the command line. Throws one line when they are not understood; answers undefined when help was asked for. */
export function readPlayOptions(words: readonly string[]): PlayOptions | undefined {
  const { values } = parseArgs({
    args: [...words],
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      api: { type: 'string' },
      register: { type: 'string' },
      world: { type: 'string' },
    },
  });
  const { json, help, ...named } = values;
  return help ? undefined : { json, named };
}

/**
 * Plays the demo against a running house and tells every step; answers the exit code. 0: all of it went as it must. 1: a step
 * did not, and was told with what was expected and what was found.
 */
export async function playDemo(house: RunningHouse, { json }: Pick<PlayOptions, 'json'>): Promise<0 | 1> {
  const world = loadWorld(house.world);
  if (world === undefined) throw new Error(`${house.world} holds no demo world`);
  const begun = performance.now();
  let chapter = '';
  const tell = (step: Step): void => {
    if (json) {
      console.log(JSON.stringify(step));
      return;
    }
    if (step.chapter !== chapter) console.log(`\n${step.chapter}`);
    chapter = step.chapter;
    console.log(lineOf(step));
  };
  try {
    const { release, steps } = await playStory(world, house, tell);
    const seconds = Math.round((performance.now() - begun) / 1000);
    const summary = { steps, ok: true, release: `${house.register}/releases/${release}`, seconds };
    console.log(json ? JSON.stringify({ summary }) : inWords(summary));
    return 0;
  } catch (error) {
    if (!(error instanceof StoryBroken)) throw error;
    const summary = { ok: false, fault: error.message };
    console.log(json ? JSON.stringify({ summary }) : `\nThe demo stopped: ${error.message}.`);
    return 1;
  }
}

const lineOf = ({ step, ok, actor, what, outcome }: Step): string =>
  `${ok ? '  ' : '✗ '}${String(step).padStart(2)}  ${actor} ${what} → ${outcome}`;

const inWords = ({ steps, seconds, release }: { steps: number; seconds: number; release: string }): string =>
  `\nAll ${String(steps)} steps went as they must, in ${String(seconds)} s. The release: ${release}`;
