import { type Label, type LabelCategory, normalLabel, valuesOf } from '../label';
import { CONTEXT, RELEASABLE, RELEASABLE_TO, hasContext, mayStand, ownersOf } from '../nato-form';
import {
  type CategoryReference,
  type CategoryValue,
  type PolicySet,
  type RequiredCategory,
  type SecurityPolicy,
  type TagSet,
  classificationOf,
  entriesOf,
  tagSetOf,
} from '../policy';
import { momentOf } from '../xml/date-time';

/** What is wrong with a label or a clearance under its policy. */
export interface LabelFault {
  readonly place: string;
  readonly fault: string;
}

/** Whether a label is being put on something, or was put there when what is obsolete now still held. */
export type LabelUse = 'new' | 'existing';

/**
 * Everything that keeps a label from being used: an unknown policy, classification or value, the rules that the policy's
 * SPIF carries (ADatP-4774.1 sections 3.3 and 3.4), under NATO those of ADatP-4774 that no SPIF carries, and on something new
 * whatever is obsolete or outside its dates. `at` is the moment of use, an `xs:dateTime`; a value that has dates is not put on
 * something new without one.
 */
export function validateLabel(policies: PolicySet, label: Label, use: LabelUse = 'new', at?: string): LabelFault[] {
  const policy = policies.get(label.policy);
  if (policy === undefined) return [{ place: 'policy', fault: `the policy ${label.policy} is not known` }];
  const classification = classificationOf(policy, label.classification);
  if (classification === undefined)
    return [{ place: 'classification', fault: `${label.policy} has no ${label.classification}` }];
  const normal = normalLabel(label);
  const subject = { policy, label: normal, use, at };
  return [
    ...dateFaults(policy, 'policy', subject),
    ...(classification.obsolete && use === 'new'
      ? [{ place: 'classification', fault: `${classification.name} is obsolete` }]
      : []),
    ...normal.categories.flatMap((category) => categoryFaults(policy, category)),
    ...repeatedTagSets(normal),
    ...normal.categories.flatMap((category) => valueFaults(category, subject)),
    ...policy.tagSets.flatMap((tagSet) => selectionFaults(tagSet, valuesOf(normal, tagSet.name, tagSet.type).length)),
    ...classification.required.flatMap((rule) => requirementFaults(classification.name, rule, normal)),
    ...(hasContext(policy) ? [...contextFaults(normal), ...releaseFaults(normal)] : []),
  ];
}

/** What makes a label's categories unknown to its policy, whatever stands on it: comparisons of labels refuse such a label. */
export function unknownParts(policy: SecurityPolicy, label: Label): LabelFault[] {
  return [...label.categories.flatMap((category) => categoryFaults(policy, category)), ...repeatedTagSets(label)];
}

/** A tag set or a value that the policy does not have, or has as another type. */
export function categoryFaults(policy: SecurityPolicy, category: LabelCategory): LabelFault[] {
  const tagSet = tagSetOf(policy, category.tagSet, category.type);
  if (tagSet === undefined) return [{ place: category.tagSet, fault: 'the policy has no such tag set' }];
  if (tagSet.type !== category.type)
    return [{ place: category.tagSet, fault: `it is ${tagSet.type}, not ${category.type}` }];
  return category.values
    .filter((name) => entriesOf(tagSet, name).length === 0)
    .map((name) => ({ place: `${category.tagSet}/${name}`, fault: 'the policy has no such value' }));
}

function repeatedTagSets(label: Label): LabelFault[] {
  const keys = label.categories.map(({ tagSet, type }) => JSON.stringify([tagSet, type]));
  const twice = label.categories.filter((_category, index) => keys.indexOf(keys[index] ?? '') !== index);
  return [...new Set(twice.map(({ tagSet }) => tagSet))].map((place) => ({
    place,
    fault: 'it stands twice',
  }));
}

interface Subject {
  readonly policy: SecurityPolicy;
  readonly label: Label;
  readonly use: LabelUse;
  readonly at: string | undefined;
}

function valueFaults(category: LabelCategory, subject: Subject): LabelFault[] {
  const tagSet = tagSetOf(subject.policy, category.tagSet, category.type);
  if (tagSet === undefined) return [];
  if (category.values.length === 0) return [{ place: category.tagSet, fault: 'it carries no value' }];
  return category.values.flatMap((name): LabelFault[] => {
    const attempts = entriesOf(tagSet, name).map((entry) =>
      entryFaults(entry, { tagSet: tagSet.name, value: name }, subject),
    );
    // Of entries with one name it suffices that the label fits one.
    return attempts.find((faults) => faults.length === 0) ?? attempts[0] ?? [];
  });
}

function entryFaults(entry: CategoryValue, { tagSet, value }: CategoryReference, subject: Subject): LabelFault[] {
  const { policy, label, use } = subject;
  const place = `${tagSet}/${value}`;
  return [
    ...dateFaults(entry, place, subject),
    ...(entry.obsolete && use === 'new' ? [{ place, fault: 'the value is obsolete' }] : []),
    ...(mayStand(policy, tagSet, entry, label.classification)
      ? []
      : [{ place, fault: `it must not stand on ${label.classification}` }]),
    ...entry.required.flatMap((rule) => requirementFaults(place, rule, label)),
    ...entry.excluded
      .filter((reference) => carries(label, reference))
      .map((reference) => ({ place, fault: `it excludes ${reference.tagSet}/${reference.value}` })),
  ];
}

/** What is obsolete or out of its dates stays readable: dates bind only what is put on something new. */
function dateFaults(
  dated: { readonly notBefore?: string; readonly notAfter?: string },
  place: string,
  { use, at }: Subject,
): LabelFault[] {
  const { notBefore, notAfter } = dated;
  if (use === 'existing' || (notBefore === undefined && notAfter === undefined)) return [];
  const moment = at === undefined ? NaN : momentOf(at);
  // INVARIANT (fail_closed): a moment that is not known is within no dates.
  if (Number.isNaN(moment)) return [{ place, fault: 'it has dates, and the moment of use is not known' }];
  if (notBefore !== undefined && !(moment >= momentOf(notBefore))) return [{ place, fault: `not before ${notBefore}` }];
  if (notAfter !== undefined && !(moment <= momentOf(notAfter))) return [{ place, fault: `not after ${notAfter}` }];
  return [];
}

const carries = (label: Label, { tagSet, value, type }: CategoryReference): boolean =>
  valuesOf(label, tagSet, type).includes(value);

function requirementFaults(place: string, { operation, of }: RequiredCategory, label: Label): LabelFault[] {
  const count = of.filter((reference) => carries(label, reference)).length;
  const met = operation === 'all' ? count === of.length : operation === 'onlyOne' ? count === 1 : count > 0;
  if (met) return [];
  const words = { all: 'all', onlyOne: 'exactly one', oneOrMore: 'at least one' }[operation];
  return [{ place, fault: `it needs ${words} of ${of.map(({ tagSet, value }) => `${tagSet}/${value}`).join(', ')}` }];
}

function selectionFaults(tagSet: TagSet, count: number): LabelFault[] {
  if (count < tagSet.least) return [{ place: tagSet.name, fault: `it needs at least ${tagSet.least} value` }];
  if (tagSet.most !== undefined && count > tagSet.most)
    return [{ place: tagSet.name, fault: `it takes at most ${tagSet.most} value` }];
  return [];
}

/** A NATO label names its context: one, because a second would let a second community read (ADatP-4774). */
function contextFaults(label: Label): LabelFault[] {
  const owners = ownersOf(label);
  if (owners.length === 1) return [];
  return [
    {
      place: CONTEXT,
      fault:
        owners.length === 0
          ? 'a label of this policy names its context'
          : `a label has one context, not ${owners.join(', ')}`,
    },
  ];
}

/** `Releasable To` goes with `Releasable` in the context, and its list repeats the context (ADatP-4774, tag set rules). */
function releaseFaults(label: Label): LabelFault[] {
  const list = valuesOf(label, RELEASABLE_TO);
  const marked = valuesOf(label, CONTEXT).includes(RELEASABLE);
  if (list.length === 0) return marked ? [{ place: CONTEXT, fault: 'Releasable without a list of whom to' }] : [];
  const owners = ownersOf(label);
  return [
    ...(marked ? [] : [{ place: CONTEXT, fault: 'a release list without Releasable in the context' }]),
    ...owners
      .filter((owner) => !list.includes(owner))
      .map((owner) => ({ place: RELEASABLE_TO, fault: `the list does not repeat ${owner}` })),
    ...(list.every((value) => owners.includes(value))
      ? [{ place: RELEASABLE_TO, fault: 'the list names nobody but the context itself' }]
      : []),
  ];
}
