import { type CategoryType, type Label, type LabelCategory, isPublic, normalLabel, valuesOf } from '../label';
import { CONTEXT, ONLY, RELEASABLE_TO, hasContext, ownersOf } from '../nato-form';
import {
  type Classification,
  type PolicySet,
  type SecurityPolicy,
  classificationOf,
  entriesOf,
  fitsClass,
  phraseFor,
  tagSetOf,
} from '../policy';

type Place = 'portionMarking' | 'pageTopBottom';

/** What a mark says of a label that no clearance can hold (an empty intersection); no mark that is read says it. */
const NOBODY = 'NOBODY';

/** The portion mark: `(CTS)`, `(NS REL UKR)`, `(CTS-A)`, `(KFOR NC ONLY IRL SWE)`, `(NU STAFF)`, `(PUBLIC)`. Throws on an unknown policy. */
export function portionMark(policies: PolicySet, label: Label): string {
  const { policy, normal, classification } = known(policies, label);
  if (isPublic(normal)) return '(PUBLIC)';
  const say = phrases(policy, normal, 'portionMarking');
  const owner = foreignOwner(normal);
  const level = phraseFor(classification?.markings ?? [], 'portionMarking') ?? normal.classification;
  const special = of(normal, 'RESTRICTIVE').flatMap((category) => say(category.tagSet, category.values));
  return `(${[
    ...(owner === undefined ? [] : say(CONTEXT, [owner])),
    [level, ...special].join('-'),
    ...listed('REL ', say(RELEASABLE_TO, releasedTo(normal)), ' '),
    ...listed('ONLY ', say(ONLY, valuesOf(normal, ONLY)), ' '),
    ...of(normal, 'INFORMATIVE').flatMap((category) => say(category.tagSet, category.values)),
    ...(forNobody(normal) ? [NOBODY] : []),
  ].join(' ')})`;
}

/**
 * The banner: `COSMIC TOP SECRET`, `NATO SECRET Releasable to Ukraine`, `NATO/KFOR CONFIDENTIAL Ireland, Sweden Only`,
 * `NATO UNCLASSIFIED - STAFF`, `PUBLIC`. Throws on an unknown policy.
 */
export function banner(policies: PolicySet, label: Label): string {
  const { policy, normal, classification } = known(policies, label);
  if (isPublic(normal)) return 'PUBLIC';
  const say = phrases(policy, normal, 'pageTopBottom');
  const level =
    classification === undefined
      ? normal.classification
      : levelBanner(policy, classification, { owner: ownersOf(normal)[0], language: 'en' });
  const informative = of(normal, 'INFORMATIVE').flatMap((category) => say(category.tagSet, category.values));
  const only = say(ONLY, valuesOf(normal, ONLY));
  return [
    level,
    ...of(normal, 'RESTRICTIVE').flatMap((category) => say(category.tagSet, category.values)),
    ...(only.length === 0 ? [] : [`${only.join(', ')} Only`]),
    ...listed('Releasable to ', say(RELEASABLE_TO, releasedTo(normal)), ', '),
    ...listed('- ', informative, ', '),
    ...(forNobody(normal) ? [NOBODY] : []),
  ].join(' ');
}

/** How a level reads in a banner, after whose information it is: `NATO SECRET`, `COSMIC TOP SECRET`, `NATO/KFOR SECRET`. */
export function levelBanner(
  policy: SecurityPolicy,
  classification: Classification,
  { owner, language }: { readonly owner: string | undefined; readonly language: string },
): string {
  const phrase = phraseFor(classification.markings, 'pageTopBottom', language) ?? classification.name;
  if (!hasContext(policy)) return phrase;
  if (owner !== undefined && owner !== policy.name) {
    const context = tagSetOf(policy, CONTEXT);
    const entry = context === undefined ? undefined : entriesOf(context, owner)[0];
    const word =
      phraseFor(entry?.markings ?? [], 'pageTopBottom', language) ??
      phraseFor(entry?.markings ?? [], 'replacePolicy', language) ??
      owner;
    return `${word} ${classification.name}`;
  }
  // A SPIF either spells the level out or leaves the policy's name to the context; TOP SECRET is COSMIC (ADatP-4774).
  if (/^(NATO|COSMIC) /.test(phrase)) return phrase;
  return `${classification.name === 'TOP SECRET' ? 'COSMIC' : policy.name} ${phrase}`;
}

function known(
  policies: PolicySet,
  label: Label,
): { policy: SecurityPolicy; normal: Label; classification: Classification | undefined } {
  const policy = policies.get(label.policy);
  if (policy === undefined) throw new Error(`the policy ${label.policy} is not known`);
  const normal = normalLabel(label);
  return { policy, normal, classification: classificationOf(policy, normal.classification) };
}

const of = (label: Label, type: CategoryType): LabelCategory[] =>
  label.categories.filter((category) => category.type === type);

const foreignOwner = (label: Label): string | undefined => ownersOf(label).find((owner) => owner !== label.policy);

const forNobody = (label: Label): boolean => of(label, 'PERMISSIVE').some((category) => category.values.length === 0);

/** Those to whom it is released beyond the context itself. */
function releasedTo(label: Label): string[] {
  const context = valuesOf(label, CONTEXT);
  return valuesOf(label, RELEASABLE_TO).filter((value) => !context.includes(value));
}

const listed = (before: string, words: readonly string[], between: string): string[] =>
  words.length === 0 ? [] : [`${before}${words.join(between)}`];

/** The phrases of values in a place; of several entries of one name, that of the one which fits the level. */
const phrases =
  (policy: SecurityPolicy, label: Label, place: Place) =>
  (tagSet: string, values: readonly string[]): string[] =>
    values.map((name) => {
      const known = tagSetOf(policy, tagSet);
      const entries = known === undefined ? [] : entriesOf(known, name);
      const entry = entries.find((each) => fitsClass(each, label.classification)) ?? entries[0];
      return phraseFor(entry?.markings ?? [], place) ?? name;
    });
