import { ApiProblem } from '#client';
import { Deviation } from './deviation';

/** One step of the story, as it is told when it is over. */
export interface Step {
  readonly step: number;
  readonly chapter: string;
  /** The office that acts. */
  readonly actor: string;
  readonly what: string;
  readonly ok: boolean;
  /** What came of it; when it went wrong, what was expected and what was found. */
  readonly outcome: string;
  readonly milliseconds: number;
}

/** A step went otherwise than the story says; it has been told. */
export class StoryBroken extends Error {}

/** Tells steps one by one as they happen. The first that goes otherwise than it must ends the story. */
export class Story {
  private count = 0;
  private title = '';

  constructor(private readonly tell: (step: Step) => void) {}

  get steps(): number {
    return this.count;
  }

  chapter(title: string): void {
    this.title = title;
  }

  /** Does the work as somebody and tells what came of it. The work throws when the house does not do what it must. */
  async step<Result>(
    actor: { readonly office: string },
    what: string,
    work: () => Promise<Result>,
    outcome: (result: Result) => string,
  ): Promise<Result> {
    this.count += 1;
    const begun = performance.now();
    const tell = (ok: boolean, text: string): void => {
      const milliseconds = Math.round(performance.now() - begun);
      this.tell({ step: this.count, chapter: this.title, actor: actor.office, what, ok, outcome: text, milliseconds });
    };
    try {
      const result = await work();
      tell(true, outcome(result));
      return result;
    } catch (error) {
      tell(false, inWords(error));
      throw new StoryBroken(`step ${String(this.count)} went otherwise than it must`, { cause: error });
    }
  }
}

function inWords(error: unknown): string {
  if (error instanceof Deviation) return error.message;
  if (error instanceof ApiProblem) {
    const reasons = (error.problem.reasons ?? []).map(({ rule, need, have }) => `${rule} needs ${need}, has ${have}`);
    const faults = (error.problem.faults ?? []).map(({ line, reason }) => `line ${String(line)}: ${reason}`);
    return `expected that it is done, found ${[error.message, ...reasons, ...faults].join('; ')}`;
  }
  if (!(error instanceof Error)) return String(error);
  // `fetch` says only that it failed; its cause says why.
  const { code } = (error.cause ?? {}) as { code?: string };
  return code === undefined ? error.message : `expected an answer, found ${error.message} (${code})`;
}
