import { type Label, type LabelCategory, isPublic, normalLabel, valuesOf } from '../label';
import { CONTEXT, RELEASABLE_TO, hasContext } from '../nato-form';
import { type PolicySet, type SecurityPolicy, classificationOf } from '../policy';
import { unknownParts } from '../label/validate-label';

/**
 * Whether everyone who may read `upper` may read `lower`, for clearances that `validateClearance` accepts.
 *
 * PUBLIC is below everything. What is not known, or of two policies, is not comparable: false.
 */
export function labelAtLeast(policies: PolicySet, upper: Label, lower: Label): boolean {
  if (isPublic(lower)) return true;
  const policy = policies.get(lower.policy);
  if (policy === undefined || upper.policy !== lower.policy) return false;
  const [above, below] = [normalLabel(upper), normalLabel(lower)];
  if (unknownParts(policy, above).length > 0 || unknownParts(policy, below).length > 0) return false;
  return isRankedAbove(policy, above, below) && below.categories.every((category) => implies(policy, above, category));
}

function isRankedAbove(policy: SecurityPolicy, upper: Label, lower: Label): boolean {
  const [above, below] = [
    classificationOf(policy, upper.classification),
    classificationOf(policy, lower.classification),
  ];
  if (above === undefined || below === undefined) return false;
  // A clearance need not hold an obsolete level below its highest.
  return above.name === below.name || (above.hierarchy > below.hierarchy && !below.obsolete);
}

function implies(policy: SecurityPolicy, upper: Label, category: LabelCategory): boolean {
  const held = upper.categories.find((each) => each.tagSet === category.tagSet && each.type === category.type);
  switch (category.type) {
    case 'INFORMATIVE':
      return true;
    case 'RESTRICTIVE':
      return category.values.every((value) => held?.values.includes(value) === true);
    case 'PERMISSIVE': {
      if (held !== undefined) return held.values.every((value) => category.values.includes(value));
      // Who reads by a context also holds it in `Releasable To` (`validateClearance`), so a list that repeats it is met.
      const context = valuesOf(upper, CONTEXT);
      return (
        hasContext(policy) &&
        category.tagSet === RELEASABLE_TO &&
        context.length > 0 &&
        context.every((value) => category.values.includes(value))
      );
    }
    default:
      return false;
  }
}
