/** A sentence shorter than this, in plain characters, is nobody's secret by itself. */
const SENTENCE = 24;
/** A figure with fewer digits, or a year, occurs by chance. */
const FIGURE = /(?<!\d)\d{4,}(?!\d)/g;
const YEAR = /^(19|20)\d\d$/;

/** Words only: case, white space and punctuation do not hide a copied sentence. The guard's SQL does the same (`sec.plain`). */
export const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/**
 * The passages of the sources that occur in a text which stands lower than they do.
 *
 * INVARIANT (no_write_down): what is written for an audience repeats no sentence and no figure of a portion that is not
 * given to that audience. `allowed` is text that the audience gets anyway. Answers which source (by index) and why.
 */
export function writtenDown(
  text: string,
  sources: readonly string[],
  allowed: readonly string[],
): { source: number; what: 'sentence' | 'figure' }[] {
  const written = plain(text);
  const given = plain(allowed.join(' '));
  const figures = figuresOf(text);
  const givenFigures = figuresOf(allowed.join(' '));
  return sources.flatMap((source, index): { source: number; what: 'sentence' | 'figure' }[] => {
    const sentence = source
      .split(/[.;:!?]\s+/)
      .map(plain)
      .some((words) => words.length >= SENTENCE && written.includes(words) && !given.includes(words));
    if (sentence) return [{ source: index, what: 'sentence' }];
    const figure = [...figuresOf(source)].some((number) => figures.has(number) && !givenFigures.has(number));
    return figure ? [{ source: index, what: 'figure' }] : [];
  });
}

/** The figures of a text, thousands separators taken out. */
function figuresOf(text: string): Set<string> {
  const joined = text.replace(/(\d)[,. \u00a0\u202f](?=\d{3}(?!\d))/g, '$1');
  return new Set((joined.match(FIGURE) ?? []).filter((figure) => !YEAR.test(figure)));
}
