import { type Label, type LabelCategory, isPublic, normalLabel, valuesOf } from './label';
import { type PolicySet, type SecurityPolicy, classificationOf, phraseFor, tagSetOf } from './policy';
import { CONTEXT, RELEASABLE, RELEASABLE_TO } from './validate';

export const ONLY = 'Only';
const NATO = 'NATO';

/** The portion mark: `(CTS)`, `(NS REL UKR)`, `(CTS-A)`, `(PUBLIC)`. */
export function portionMark(policies: PolicySet, label: Label): string {
  const { policy, normal } = known(policies, label);
  if (isPublic(normal)) return '(PUBLIC)';
  const level = phraseFor(classificationOf(policy, normal.classification)?.markings ?? [], 'portionMarking') ?? normal.classification;
  const say = (tagSet: string, values: readonly string[]): string[] => phrases(policy, tagSet, values, 'portionMarking');
  const special = restrictive(normal).flatMap((category) => say(category.tagSet, category.values));
  return `(${[
    ...foreignContext(normal),
    [level, ...special].join('-'),
    ...listed('REL', say(RELEASABLE_TO, releasedTo(normal)), ' '),
    ...listed('ONLY', say(ONLY, valuesOf(normal, ONLY)), ' '),
    ...informative(normal).flatMap((category) => say(category.tagSet, category.values)),
  ].join(' ')})`;
}

/** The banner: `COSMIC TOP SECRET`, `NATO SECRET Releasable to Ukraine`, `PUBLIC`. */
export function banner(policies: PolicySet, label: Label): string {
  const { policy, normal } = known(policies, label);
  if (isPublic(normal)) return 'PUBLIC';
  const say = (tagSet: string, values: readonly string[]): string[] => phrases(policy, tagSet, values, 'pageTopBottom');
  const context = foreignContext(normal)[0];
  const level =
    context === undefined
      ? (phraseFor(classificationOf(policy, normal.classification)?.markings ?? [], 'pageTopBottom') ?? normal.classification)
      : `${context} ${normal.classification}`;
  const only = say(ONLY, valuesOf(normal, ONLY));
  return [
    level,
    ...restrictive(normal).flatMap((category) => say(category.tagSet, category.values)),
    ...listed('Releasable to', say(RELEASABLE_TO, releasedTo(normal)), ', '),
    ...(only.length === 0 ? [] : [`${only.join(', ')} Only`]),
    ...informative(normal).flatMap((category) => say(category.tagSet, category.values)),
  ].join(' ');
}

function known(policies: PolicySet, label: Label): { policy: SecurityPolicy; normal: Label } {
  const policy = policies.get(label.policy);
  if (policy === undefined) throw new Error(`the policy ${label.policy} is not known`);
  return { policy, normal: normalLabel(label) };
}

const restrictive = (label: Label): LabelCategory[] => label.categories.filter((category) => category.type === 'RESTRICTIVE');
const informative = (label: Label): LabelCategory[] => label.categories.filter((category) => category.type === 'INFORMATIVE');

/** The context where it is not plain NATO, as one word: `NATO/KFOR`, `EAPC`. */
function foreignContext(label: Label): string[] {
  const context = valuesOf(label, CONTEXT).filter((value) => value !== RELEASABLE);
  if (context.length === 0 || (context.length === 1 && context[0] === NATO)) return [];
  return [[...context].sort((a, b) => Number(b === NATO) - Number(a === NATO)).join('/')];
}

/** Those to whom it is released beyond the context itself. */
function releasedTo(label: Label): string[] {
  const context = valuesOf(label, CONTEXT);
  return valuesOf(label, RELEASABLE_TO).filter((value) => !context.includes(value));
}

const listed = (before: string, words: readonly string[], between: string): string[] =>
  words.length === 0 ? [] : [`${before} ${words.join(between)}`];

function phrases(policy: SecurityPolicy, tagSet: string, values: readonly string[], code: string): string[] {
  const all = tagSetOf(policy, tagSet)?.values ?? [];
  return values.map((name) => phraseFor(all.find((value) => value.name === name)?.markings ?? [], code) ?? name);
}
