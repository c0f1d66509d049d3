/** Plain text, and where in it the words stand, in UTF-16 code units. Nothing of it is markup, so nothing can be taken for it. */
export interface Excerpt {
  readonly text: string;
  readonly hits: { readonly start: number; readonly end: number }[];
}

/** How much stands before the first hit, and in all, in UTF-16 code units. A word is not cut. */
const BEFORE = 80;
const LENGTH = 280;

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** As words are compared: form and case make no other word. */
const compared = (word: string): string => word.normalize('NFKC').toLowerCase();

/** The words that somebody looks for: not those that must be absent, nor the `or` between two. */
export function soughtWords(asked: string): ReadonlySet<string> {
  const parts = [...asked.matchAll(/(-?)("[^"]*"?|[^\s"]+)/gu)].filter(([, without]) => without === '');
  return new Set(
    parts
      .map(([, , part = '']) => part)
      .filter((part) => compared(part) !== 'or')
      .flatMap((part) => part.normalize('NFKC').match(WORD) ?? [])
      .map(compared),
  );
}

/** The first place of a text in which one of the words stands, with what is around it. */
export function excerptOf(text: string, sought: ReadonlySet<string>): Excerpt {
  const hits = [...text.matchAll(WORD)]
    .filter(([word]) => sought.has(compared(word)))
    .map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
  const first = hits[0]?.start ?? 0;
  const start = wordBoundary(text, first - BEFORE, 0);
  const end = wordBoundary(text, start + LENGTH, text.length);
  const before = start === 0 ? '' : '… ';
  return {
    text: `${before}${text.slice(start, end)}${end === text.length ? '' : ' …'}`,
    hits: hits
      .filter((hit) => hit.end <= end)
      .map((hit) => ({ start: hit.start - start + before.length, end: hit.end - start + before.length })),
  };
}

/** The next blank from a place on, or just behind it where a text begins; the edge where the place is beyond the text. */
function wordBoundary(text: string, place: number, edge: number): number {
  if (place <= 0 || place >= text.length) return edge;
  const blank = text.slice(place).search(/\s/);
  if (blank < 0) return edge === 0 ? 0 : text.length;
  return edge === 0 ? place + blank + 1 : place + blank;
}
