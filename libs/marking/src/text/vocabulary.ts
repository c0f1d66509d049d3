import { CONTEXT, ONLY, RELEASABLE, RELEASABLE_TO, hasContext } from '../nato-form';
import { PUBLIC_LABEL } from '../label';
import { type SecurityPolicy, type TagSet, tagSetOf } from '../policy';
import { LANGUAGES, type ListStyle, levelBanner, levelCode, styleOf } from './phrases';

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

/** How the values of one tag set can be written, and what can stand before and after them. */
export interface ListVocabulary {
  readonly tagSet: TagSet;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly phrases: readonly ValuePhrase[];
  /** Words that mean several values of the tag set: nothing is written or read with them. */
  readonly ambiguous: ReadonlySet<string>;
  /** Its values can stand without words before or after them. */
  readonly bare: boolean;
  readonly takesText: boolean;
}

/** Every way to write the levels and values of a policy, folded, the longest first, so that reading can take the first that fits. */
export interface Vocabulary {
  readonly levels: readonly LevelPhrase[];
  readonly lists: readonly ListVocabulary[];
  /** Words that are values of more than one tag set. */
  readonly shared: ReadonlySet<string>;
}

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
  const lists = policy.tagSets.map(listVocabulary);
  const made: Vocabulary = { levels: longestFirst(levels(policy)), lists, shared: sharedWords(lists) };
  cache.set(policy, made);
  return made;
}

/** The vocabulary of one tag set. */
export const listOf = (policy: SecurityPolicy, tagSet: TagSet): ListVocabulary | undefined =>
  vocabularyOf(policy).lists.find((each) => each.tagSet === tagSet);

const longestFirst = <Phrase extends { readonly words: string }>(phrases: readonly Phrase[]): Phrase[] =>
  [...phrases].sort((a, b) => b.words.length - a.words.length);

function levels(policy: SecurityPolicy): LevelPhrase[] {
  const context = hasContext(policy) ? tagSetOf(policy, CONTEXT) : undefined;
  const foreign = [...new Set(context?.values.map((value) => value.name))].filter(
    (name) => name !== RELEASABLE && name !== policy.name,
  );
  const own = context === undefined ? undefined : policy.name;
  const everyone = policy.name === PUBLIC_LABEL.policy ? [PUBLIC_LABEL.policy, PUBLIC_LABEL.classification] : [];
  return policy.classifications.flatMap((classification) => {
    const write = (owner: string | undefined, ways: readonly string[]): LevelPhrase[] =>
      ways.map((way) => ({ words: folded(way), classification: classification.name, owner }));
    const spelled = (owner: string | undefined): string[] =>
      LANGUAGES.map((language) => levelBanner(policy, classification, { owner, language }));
    const short = LANGUAGES.map((language) => levelCode(policy, classification, language));
    return [
      ...write(own, [...everyone, ...short, ...spelled(own)]),
      ...foreign.flatMap((owner) =>
        write(owner, [
          ...spelled(owner),
          ...short.map((code) => `${owner} ${code}`),
          `${owner} ${classification.name}`,
        ]),
      ),
    ];
  });
}

/** Words that people put before and after lists, beside those of the policy. */
const ALSO_BEFORE: Readonly<Record<string, readonly string[]>> = {
  [RELEASABLE_TO]: ['RELEASABLE TO', 'REL TO', 'REL', 'COMMUNICABLE A'],
  [ONLY]: ['ONLY'],
};
const ALSO_AFTER: Readonly<Record<string, readonly string[]>> = { [ONLY]: ['ONLY', 'SEULEMENT', 'UNIQUEMENT'] };

function listVocabulary(tagSet: TagSet): ListVocabulary {
  const styles = (['banner', 'portion'] as const).flatMap((form) =>
    LANGUAGES.map((language) => styleOf(tagSet, form, language)),
  );
  const isBare = ({ prefix, suffix }: ListStyle): boolean => (prefix === '' || prefix === '-') && suffix === '';
  const words = (texts: readonly string[]): string[] =>
    [...new Set(texts.map(folded))].filter((text) => text !== '' && text !== '-').sort((a, b) => b.length - a.length);
  const all = values(tagSet);
  const meant = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const { words: each, value } of all) {
    if ((meant.get(each) ?? value) !== value) ambiguous.add(each);
    meant.set(each, value);
  }
  return {
    tagSet,
    before: words([`${tagSet.name}:`, ...styles.map(({ prefix }) => prefix), ...(ALSO_BEFORE[tagSet.name] ?? [])]),
    after: words([...styles.map(({ suffix }) => suffix), ...(ALSO_AFTER[tagSet.name] ?? [])]),
    phrases: longestFirst(
      all.filter((phrase) => !ambiguous.has(phrase.words) || folded(phrase.value) === phrase.words),
    ),
    ambiguous,
    bare: tagSet.type !== 'PERMISSIVE' || styles.some(isBare),
    takesText: tagSet.values.some(({ userInput }) => userInput !== undefined),
  };
}

function values(tagSet: TagSet): ValuePhrase[] {
  return tagSet.values
    .filter(({ userInput }) => userInput === undefined)
    .flatMap(({ name, markings }) =>
      [name, ...markings.map((marking) => marking.phrase)]
        .filter((way) => way.trim() !== '')
        .map((way) => ({ words: folded(way), value: name })),
    );
}

function sharedWords(lists: readonly ListVocabulary[]): Set<string> {
  const owners = new Map<string, Set<TagSet>>();
  for (const { tagSet, phrases } of lists)
    for (const { words } of phrases) owners.set(words, (owners.get(words) ?? new Set<TagSet>()).add(tagSet));
  return new Set([...owners].filter(([, tagSets]) => tagSets.size > 1).map(([words]) => words));
}
