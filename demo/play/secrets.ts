import type { DocumentView } from '#contracts';

/** A figure that stands in a target of some nation: the number, and the words it stands in there. */
export interface Figure {
  readonly number: number;
  readonly phrase: string;
}

/** A shorter number occurs by chance; it is looked for together with its unit. */
const ALONE_FROM = 100;
const SENTENCE_FROM = 24;

/** Every figure of every target, each once. */
export function figuresOf(documents: readonly DocumentView[]): Figure[] {
  const found = new Map<string, Figure>();
  for (const { target } of documents.flatMap((document) => document.portions))
    for (const number of target === undefined ? [] : [target.quantityNow, target.quantityRequired]) {
      const phrase = `${String(number)} ${target?.unit ?? ''}`;
      found.set(phrase, { number, phrase });
    }
  return [...found.values()];
}

/** The figures that none of the words that may be told holds. */
export function figuresKept(figures: readonly Figure[], mayBeTold: readonly string[]): Figure[] {
  const allowed = numbersIn(mayBeTold.join(' '));
  return figures.filter(({ number }) => !allowed.has(number));
}

/** The figures that a text tells although none of the words that may be told holds them. */
export function figuresToldIn(text: string, figures: readonly Figure[], mayBeTold: readonly string[]): string[] {
  const [given, numbers] = [joined(text), numbersIn(text)];
  return figuresKept(figures, mayBeTold)
    .filter(({ number, phrase }) => given.includes(phrase) || (number >= ALONE_FROM && numbers.has(number)))
    .map(({ phrase }) => phrase);
}

/** Thousands separators taken out. */
const joined = (text: string): string => text.replace(/(\d)[,. \u00a0\u202f](?=\d{3}(?!\d))/g, '$1');

/** The whole numbers of a text; digits inside of words, such as a colour or a hash, are none. */
const numbersIn = (text: string): Set<number> =>
  new Set((joined(text).match(/(?<![\w#.-])\d+(?![\w-])/g) ?? []).map(Number));

/** The sentences of documents that must not be told, and those of them that occur in the texts. */
export function withheldIn(
  texts: readonly string[],
  documents: readonly DocumentView[],
  mayBeTold: readonly string[],
): { readonly searched: number; readonly found: string[] } {
  const given = mayBeTold.map(plain).join(' | ');
  const sentences = new Set(
    documents
      .flatMap((document) => document.portions)
      .flatMap(({ text }) => text.split(/[.;:!?]\s+/))
      .map(plain)
      .filter((sentence) => sentence.length >= SENTENCE_FROM && !given.includes(sentence)),
  );
  const read = texts.map(plain);
  return {
    searched: sentences.size,
    found: [...sentences].filter((sentence) => read.some((text) => text.includes(sentence))),
  };
}

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
