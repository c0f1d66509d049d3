import { type Clearance, type Label, type LabelCategory, normalLabel, valuesOf } from './label';
import { type PolicySet, type SecurityPolicy, type TagSet, classificationOf, tagSetOf } from './policy';

/** What is wrong with a label or a clearance under its policy. */
export interface LabelFault {
  readonly place: string;
  readonly fault: string;
}

/** The NATO tag sets that belong together (ADatP-4774 Annex, tag sets under the policy NATO). */
export const CONTEXT = 'Context';
export const RELEASABLE_TO = 'Releasable To';
export const RELEASABLE = 'Releasable';

/** Everything that keeps a label from being used: an unknown policy, classification or value, and the policy's own rules. */
export function validateLabel(policies: PolicySet, label: Label): LabelFault[] {
  const policy = policies.get(label.policy);
  if (policy === undefined) return [{ place: 'policy', fault: `the policy ${label.policy} is not known` }];
  const classification = classificationOf(policy, label.classification);
  if (classification === undefined) return [{ place: 'classification', fault: `${label.policy} has no ${label.classification}` }];
  const normal = normalLabel(label);
  return [
    ...(classification.obsolete ? [{ place: 'classification', fault: `${classification.name} is obsolete` }] : []),
    ...normal.categories.flatMap((category) => categoryFaults(policy, category, label.classification)),
    ...policy.tagSets.flatMap((tagSet) => selectionFaults(tagSet, valuesOf(normal, tagSet.name).length)),
    ...releaseFaults(normal),
  ];
}

function categoryFaults(policy: SecurityPolicy, category: LabelCategory, classification: string): LabelFault[] {
  const tagSet = tagSetOf(policy, category.tagSet);
  if (tagSet === undefined) return [{ place: category.tagSet, fault: 'the policy has no such tag set' }];
  if (tagSet.type !== category.type) return [{ place: category.tagSet, fault: `it is ${tagSet.type}, not ${category.type}` }];
  if (category.values.length === 0) return [{ place: category.tagSet, fault: 'it carries no value' }];
  return category.values.flatMap((name): LabelFault[] => {
    const value = tagSet.values.find((each) => each.name === name);
    const place = `${category.tagSet}/${name}`;
    if (value === undefined) return [{ place, fault: 'the policy has no such value' }];
    if (value.obsolete) return [{ place, fault: 'the value is obsolete' }];
    return value.excludedClasses.includes(classification) ? [{ place, fault: `it must not stand on ${classification}` }] : [];
  });
}

function selectionFaults(tagSet: TagSet, count: number): LabelFault[] {
  if (count < tagSet.least) return [{ place: tagSet.name, fault: `it needs at least ${String(tagSet.least)} value` }];
  if (tagSet.most !== undefined && count > tagSet.most) return [{ place: tagSet.name, fault: `it takes at most ${String(tagSet.most)} value` }];
  return [];
}

/** `Releasable To` goes with `Releasable` in the context, and its list repeats the context (ADatP-4774, tag set rules). */
function releaseFaults(label: Label): LabelFault[] {
  const context = valuesOf(label, CONTEXT);
  const list = valuesOf(label, RELEASABLE_TO);
  const marked = context.includes(RELEASABLE);
  if (list.length === 0) return marked ? [{ place: CONTEXT, fault: 'Releasable without a list of whom to' }] : [];
  const owners = context.filter((value) => value !== RELEASABLE);
  return [
    ...(marked ? [] : [{ place: CONTEXT, fault: 'a release list without Releasable in the context' }]),
    ...owners.filter((owner) => !list.includes(owner)).map((owner) => ({ place: RELEASABLE_TO, fault: `the list does not repeat ${owner}` })),
    ...(list.every((value) => owners.includes(value)) ? [{ place: RELEASABLE_TO, fault: 'the list names nobody but the context itself' }] : []),
  ];
}

/**
 * What keeps a clearance from being granted: unknown names, a level without those below it, a context without the
 * same value in `Releasable To`. Comparisons of labels (`labelAtLeast`, roll-up) rest on the last two.
 */
export function validateClearance(policies: PolicySet, clearance: Clearance): LabelFault[] {
  const policy = policies.get(clearance.policy);
  if (policy === undefined) return [{ place: 'policy', fault: `the policy ${clearance.policy} is not known` }];
  const ranks = clearance.classifications.map((name) => classificationOf(policy, name)?.hierarchy);
  const highest = Math.max(...ranks.map((rank) => rank ?? 0));
  const missing = policy.classifications.filter(
    (each) => each.hierarchy < highest && !each.obsolete && !clearance.classifications.includes(each.name),
  );
  const context = valuesOf(clearance, CONTEXT).filter((value) => value !== RELEASABLE);
  const list = valuesOf(clearance, RELEASABLE_TO);
  return [
    ...(ranks.length === 0 ? [{ place: 'classifications', fault: 'it names none' }] : []),
    ...clearance.classifications
      .filter((_name, index) => ranks[index] === undefined)
      .map((name) => ({ place: name, fault: `${policy.name} has no such classification` })),
    ...missing.map((each) => ({ place: each.name, fault: 'a level below the highest is missing' })),
    ...clearance.categories.flatMap((category) => categoryFaults(policy, category, '')),
    ...(tagSetOf(policy, RELEASABLE_TO) === undefined ? [] : context.filter((value) => !list.includes(value))).map((value) => ({
      place: RELEASABLE_TO,
      fault: `the context ${value} without ${value} here`,
    })),
  ];
}
