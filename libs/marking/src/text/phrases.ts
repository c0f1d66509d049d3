import { type Label, isPublic } from '../label';
import { CONTEXT, ONLY, RELEASABLE_TO, hasContext } from '../nato-form';
import {
  type CategoryValue,
  type Classification,
  type MarkingPhrase,
  type MarkingQualifier,
  type SecurityPolicy,
  type TagSet,
  entriesOf,
  fitsClass,
  phraseFor,
  tagSetOf,
} from '../policy';

/** A mark of a portion, `(NS REL UKR)`; of a page; or spelled out, with each category under the name of its tag set. */
export type MarkForm = 'portion' | 'banner' | 'full';

/** The languages of NATO's marks. A policy may have more, by their codes. */
export const LANGUAGES = ['en', 'fr'] as const;

/** The places of a policy's marking data that serve a form, the best first (ADatP-4774.1 table 6). */
const PLACES: Readonly<Record<MarkForm, readonly string[]>> = {
  portion: ['portionMarking'],
  banner: [
    'pageTopBottom',
    'pageTop',
    'pageBottom',
    'documentStart',
    'firstLineOfText',
    'documentEnd',
    'lastLineOfText',
  ],
  full: ['documentStart', 'pageTopBottom', 'pageTop', 'pageBottom', 'firstLineOfText', 'documentEnd', 'lastLineOfText'],
};

/** What to call NATO's levels in a portion where the policy does not say. */
const PORTION_CODES: Readonly<Record<string, string>> = {
  UNCLASSIFIED: 'NU',
  RESTRICTED: 'NR',
  CONFIDENTIAL: 'NC',
  SECRET: 'NS',
  'TOP SECRET': 'CTS',
};

export const phraseIn = (markings: readonly MarkingPhrase[], form: MarkForm, language: string): string | undefined =>
  PLACES[form].map((place) => phraseFor(markings, place, language)).find((phrase) => phrase !== undefined);

/** How a level reads in a banner, after whose information it is: `NATO SECRET`, `COSMIC TOP SECRET`, `NATO/KFOR SECRET`. */
export function levelBanner(
  policy: SecurityPolicy,
  classification: Classification,
  { owner, language }: { readonly owner: string | undefined; readonly language: string },
): string {
  if (isPublic({ policy: policy.name, classification: classification.name, categories: [] })) return policy.name;
  const spelled =
    phraseIn(classification.markings, 'banner', language) ?? classification.spelling ?? classification.name;
  const foreign = owner !== undefined && owner !== policy.name;
  const replaced = phraseFor(classification.markings, 'replacePolicy', language);
  // A SPIF either spells the level out or leaves the policy's name to the context; TOP SECRET is COSMIC (ADatP-4774).
  const own = replaced ?? (hasContext(policy) && classification.name === 'TOP SECRET' ? 'COSMIC' : policyWord(policy));
  const before = [own, policy.name, policyWord(policy)].find((word) =>
    spelled.toUpperCase().startsWith(`${word.toUpperCase()} `),
  );
  const bare = before === undefined ? spelled : spelled.slice(before.length + 1);
  if (foreign) return `${contextWord(policy, owner, language)} ${bare}`;
  return before === undefined ? `${own} ${spelled}` : spelled;
}

const policyWord = (policy: SecurityPolicy): string => policy.spelling ?? policy.name;

/** How a community's name replaces the policy's: `NATO/KFOR`. */
function contextWord(policy: SecurityPolicy, owner: string, language: string): string {
  const context = tagSetOf(policy, CONTEXT);
  const markings = (context === undefined ? undefined : entriesOf(context, owner)[0])?.markings ?? [];
  return phraseIn(markings, 'banner', language) ?? phraseFor(markings, 'replacePolicy', language) ?? owner;
}

/** How a level reads in a portion, without its owner: `NS`; where nobody gave a code, as in a banner. */
export function levelCode(policy: SecurityPolicy, classification: Classification, language: string): string {
  return (
    phraseFor(classification.markings, 'portionMarking', language) ??
    (hasContext(policy) ? PORTION_CODES[classification.name] : undefined) ??
    levelBanner(policy, classification, { owner: undefined, language })
  );
}

/** How the values of a tag set stand together. */
export interface ListStyle {
  readonly prefix: string;
  readonly suffix: string;
  readonly separator: string;
}

/** The policy's own qualifiers for a form and a language; what it does not say is as NATO writes it. */
export function styleOf(tagSet: TagSet, form: MarkForm, language: string): ListStyle {
  if (form === 'full') return { prefix: `${tagSet.name}:`, suffix: '', separator: ', ' };
  const own = (tagSet.qualifiers ?? []).filter(({ place }) =>
    place === undefined ? form === 'banner' : PLACES[form].includes(place),
  );
  const standard = standardStyle(tagSet, form, language);
  if (own.length === 0) return standard;
  return {
    prefix: qualifier(own, 'prefix', language)?.trim() ?? '',
    suffix: qualifier(own, 'suffix', language)?.trim() ?? '',
    separator: qualifier(own, 'separator', language) ?? standard.separator,
  };
}

function qualifier(
  qualifiers: readonly MarkingQualifier[],
  kind: MarkingQualifier['kind'],
  language: string,
): string | undefined {
  const fitting = qualifiers.filter((each) => each.kind === kind);
  return (
    fitting.find((each) => each.language === language) ??
    fitting.find((each) => each.language === undefined) ??
    fitting.find((each) => each.language === 'en')
  )?.text;
}

function standardStyle({ name, type }: TagSet, form: MarkForm, language: string): ListStyle {
  const portion = form === 'portion';
  const list = { prefix: '', suffix: '', separator: portion ? ' ' : ', ' };
  if (name === RELEASABLE_TO)
    return { ...list, prefix: portion ? 'REL' : language === 'fr' ? 'Communicable à' : 'Releasable to' };
  if (name === ONLY)
    return portion ? { ...list, prefix: 'ONLY' } : { ...list, suffix: language === 'fr' ? 'Seulement' : 'Only' };
  if (type === 'RESTRICTIVE')
    return portion ? { prefix: '-', suffix: '', separator: '-' } : { ...list, separator: ' ' };
  if (type === 'INFORMATIVE') return portion ? list : { ...list, prefix: '-' };
  return { ...list, prefix: `${name}:` };
}

/** The entry that a value is on a label: of several of one name, the one that fits the level. */
export function entryFor(tagSet: TagSet, value: string, label: Label): CategoryValue | undefined {
  const entries = entriesOf(tagSet, value);
  return entries.find((each) => fitsClass(each, label.classification)) ?? entries[0];
}
