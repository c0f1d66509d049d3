import { type Clearance, valuesOf } from '../label';
import { CONTEXT, RELEASABLE, RELEASABLE_TO } from '../nato-form';
import { type PolicySet, classificationOf, entriesOf, tagSetOf } from '../policy';
import { type LabelFault, categoryFaults } from './validate-label';

/**
 * What keeps a clearance from being granted: unknown names, a level without those below it, a context without the
 * same value in `Releasable To`. Comparisons of labels (`labelAtLeast`, roll-up) rest on the last two.
 *
 * Obsolete values may be held: what was marked with them is still read.
 */
export function validateClearance(policies: PolicySet, clearance: Clearance): LabelFault[] {
  const policy = policies.get(clearance.policy);
  if (policy === undefined) return [{ place: 'policy', fault: `the policy ${clearance.policy} is not known` }];
  const held = clearance.classifications.map((name) => classificationOf(policy, name));
  const highest = Math.max(...held.map((each) => each?.hierarchy ?? -Infinity));
  const missing = policy.classifications.filter(
    (each) => each.hierarchy < highest && !each.obsolete && !clearance.classifications.includes(each.name),
  );
  const [releasable, list] = [tagSetOf(policy, RELEASABLE_TO), valuesOf(clearance, RELEASABLE_TO)];
  // A context to which the policy releases nothing by a list needs no place in one.
  const context = valuesOf(clearance, CONTEXT).filter(
    (value) => value !== RELEASABLE && releasable !== undefined && entriesOf(releasable, value).length > 0,
  );
  return [
    ...(held.length === 0 ? [{ place: 'classifications', fault: 'it names none' }] : []),
    ...clearance.classifications
      .filter((_name, index) => held[index] === undefined)
      .map((name) => ({ place: name, fault: `${policy.name} has no such classification` })),
    ...missing.map((each) => ({ place: each.name, fault: 'a level below the highest is missing' })),
    ...clearance.categories.flatMap((category) => categoryFaults(policy, category)),
    ...context
      .filter((value) => !list.includes(value))
      .map((value) => ({ place: RELEASABLE_TO, fault: `the context ${value} without ${value} here` })),
  ];
}
