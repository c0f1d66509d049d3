/** A sentence shorter than this, in plain characters, is nobody's secret by itself. */
const SENTENCE = 24;
/** A figure with fewer digits, or a year, occurs by chance. */
const FIGURE = /(?<!\d)\d{4,}(?!\d)/g;
/** A number with its thousands separators, or without any. */
const NUMBER = /(?<!\d)\d{1,3}(?:[,. \u00a0\u202f]\d{3})+(?!\d)|\d+/g;
const YEAR = /^(19|20)\d\d$/;

/**
 * Words only: case, white space, punctuation and characters without width do not hide a copied sentence. The guard's SQL does
 * the same (`sec.plain`).
 */
export const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** A source (by index) of which a text repeats a sentence or a figure. */
export interface WrittenDown {
  readonly source: number;
  readonly what: 'sentence' | 'figure';
}

/**
 * The passages of the sources that occur in a text which stands lower than they do.
 *
 * INVARIANT (no_write_down): what is written for an audience repeats no sentence and no figure of a portion that is not
 * given to that audience. `allowed` is text that the audience gets anyway.
 */
export const writtenDown = (text: string, sources: readonly string[], allowed: readonly string[]): WrittenDown[] =>
  comparedWith(sources, allowed)(text);

/** The same for many texts: what they are compared with is read once. */
export function comparedWith(sources: readonly string[], allowed: readonly string[]): (text: string) => WrittenDown[] {
  const given = plain(allowed.join(' '));
  const givenFigures = figuresOf(allowed.join(' '));
  const kept = sources.map((source) => ({
    sentences: source
      .split(/[.;:!?]\s+/)
      .map(plain)
      .filter((words) => words.length >= SENTENCE),
    figures: [...figuresOf(source)].filter((figure) => !givenFigures.has(figure)),
  }));
  return (text) => {
    const written = plain(text);
    const writtenFigures = figuresOf(text);
    return kept.flatMap(({ sentences, figures }, source): WrittenDown[] => {
      if (sentences.some((words) => written.includes(words) && !given.includes(words)))
        return [{ source, what: 'sentence' }];
      return figures.some((figure) => writtenFigures.has(figure)) ? [{ source, what: 'figure' }] : [];
    });
  };
}

/**
 * The figures of a text, thousands separators taken out: of the text as it stands and of its compatible digits, read number
 * by number and read as one, since in `by 2025 182,000` nothing but sense tells where a number begins.
 */
function figuresOf(text: string): Set<string> {
  const found = [text, text.normalize('NFKC')].flatMap((form) => [
    ...(form.replace(/(\d)[,. \u00a0\u202f](?=\d{3}(?!\d))/g, '$1').match(FIGURE) ?? []),
    ...(form.match(NUMBER) ?? []).map((number) => number.replace(/\D/g, '')),
  ]);
  return new Set(found.filter((figure) => figure.length >= 4 && !YEAR.test(figure)));
}
