/** One piece of what leaves: an included portion's own words, or the sanitised words that take its place. */
export interface ReleasedPortion {
  /** Numbered 1..n in what leaves; nothing tells where something was withheld. */
  readonly n: number;
  readonly kind: 'title' | 'paragraph' | 'target';
  readonly text: string;
  readonly target?: ReleasedTarget;
}

export interface ReleasedTarget {
  readonly nation: string;
  readonly area: string;
  readonly quantityNow: number;
  readonly quantityRequired: number;
  readonly unit: string;
  readonly dueYear: number;
}

/** What every rendition says: the released portions and the words of the statement around them, nothing else. */
export interface ReleaseContent {
  readonly release: string;
  readonly title: string;
  readonly summary: string;
  readonly exercise: boolean;
  readonly portions: readonly ReleasedPortion[];
}

/** One file of a release, rendered anew from the portions that remain; nothing is ever drawn over. */
export interface RenderedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export const EXERCISE_NOTICE = 'EXERCISE: invented data for an exercise.';

/** The targets among the portions, in order. */
export const targetsOf = (content: ReleaseContent): (ReleasedPortion & { target: ReleasedTarget })[] =>
  content.portions.filter(
    (portion): portion is ReleasedPortion & { target: ReleasedTarget } => portion.target !== undefined,
  );
