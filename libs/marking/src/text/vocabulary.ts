import { CONTEXT, RELEASABLE, hasContext } from '../nato-form';
import { levelBanner } from './mark';
import { type SecurityPolicy, type TagSet, phraseFor, tagSetOf } from '../policy';

/** A way to write a level, and whose information it then is. */
export interface LevelPhrase {
  readonly words: string;
  readonly classification: string;
  readonly owner: string | undefined;
}

/** A way to write a value of a tag set. */
export interface ValuePhrase {
  readonly words: string;
  readonly value: string;
}

/** Every way to write the levels and values of a policy, folded, the longest first, so that reading can take the first that fits. */
export interface Vocabulary {
  readonly levels: readonly LevelPhrase[];
  readonly values: ReadonlyMap<string, readonly ValuePhrase[]>;
}

const LANGUAGES = ['en', 'fr'];
const cache = new WeakMap<SecurityPolicy, Vocabulary>();

/** The text as marks are compared: upper case, no accents, single blanks. */
export const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .replace(/\p{Pd}/gu, '-')
    .replace(/\s+/g, ' ')
    .trim();

/** The vocabulary of a policy; made once for each. */
export function vocabularyOf(policy: SecurityPolicy): Vocabulary {
  const known = cache.get(policy);
  if (known !== undefined) return known;
  const made: Vocabulary = {
    levels: longestFirst(levels(policy)),
    values: new Map(policy.tagSets.map((tagSet) => [tagSet.name, longestFirst(values(tagSet))])),
  };
  cache.set(policy, made);
  return made;
}

const longestFirst = <Phrase extends { readonly words: string }>(phrases: readonly Phrase[]): Phrase[] =>
  [...phrases].sort((a, b) => b.words.length - a.words.length);

function levels(policy: SecurityPolicy): LevelPhrase[] {
  const context = hasContext(policy) ? tagSetOf(policy, CONTEXT) : undefined;
  const foreign = [...new Set(context?.values.map((value) => value.name))].filter(
    (name) => name !== RELEASABLE && name !== policy.name,
  );
  const own = context === undefined ? undefined : policy.name;
  return policy.classifications.flatMap((classification) => {
    const short = phraseFor(classification.markings, 'portionMarking');
    const write = (owner: string | undefined, ways: readonly (string | undefined)[]): LevelPhrase[] =>
      ways.flatMap((way) =>
        way === undefined ? [] : [{ words: folded(way), classification: classification.name, owner }],
      );
    const spelled = (owner: string | undefined): string[] =>
      LANGUAGES.map((language) => levelBanner(policy, classification, { owner, language }));
    return [
      ...write(own, [short, ...spelled(own)]),
      ...foreign.flatMap((owner) =>
        write(owner, [
          ...spelled(owner),
          `${owner} ${short ?? classification.name}`,
          `${owner} ${classification.name}`,
        ]),
      ),
    ];
  });
}

function values(tagSet: TagSet): ValuePhrase[] {
  return tagSet.values.flatMap(({ name, markings }) =>
    [name, ...markings.map((marking) => marking.phrase)]
      .filter((way) => way !== '')
      .map((way) => ({ words: folded(way), value: name })),
  );
}
