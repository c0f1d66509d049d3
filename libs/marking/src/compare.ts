import { type Label, type LabelCategory, isPublic, normalLabel, PUBLIC_LABEL, valuesOf } from './label';
import { type PolicySet, classificationOf } from './policy';
import { CONTEXT, RELEASABLE, RELEASABLE_TO } from './validate';

/**
 * Whether everyone who may read `upper` may read `lower`, for clearances that `validateClearance` accepts.
 *
 * PUBLIC is below everything. What is not known, or of two policies, is not comparable: false.
 */
export function labelAtLeast(policies: PolicySet, upper: Label, lower: Label): boolean {
  if (isPublic(lower)) return true;
  const policy = policies.get(lower.policy);
  if (policy === undefined || upper.policy !== lower.policy) return false;
  const [above, below] = [classificationOf(policy, upper.classification), classificationOf(policy, lower.classification)];
  if (above === undefined || below === undefined || above.hierarchy < below.hierarchy) return false;
  return normalLabel(lower).categories.every((category) => implies(upper, category));
}

function implies(upper: Label, category: LabelCategory): boolean {
  const held = valuesOf(upper, category.tagSet);
  switch (category.type) {
    case 'INFORMATIVE':
      return true;
    case 'RESTRICTIVE':
      return category.values.every((value) => held.includes(value));
    case 'PERMISSIVE':
      if (held.length > 0) return held.every((value) => category.values.includes(value));
      // A context that the release list repeats may read what is released to others as well.
      return category.tagSet === RELEASABLE_TO && owners(upper).length > 0 && owners(upper).every((value) => category.values.includes(value));
    default:
      return false;
  }
}

const owners = (label: Label): string[] => valuesOf(label, CONTEXT).filter((value) => value !== RELEASABLE);

/**
 * The dominant label of several parts (ADatP-4774.1 section 4.4): who dominates it dominates every part.
 *
 * One policy; the highest classification; of permissive tag sets the intersection, of restrictive ones the union. Where the
 * standard drops an empty intersection, and so widens, this releases to nobody. PUBLIC parts ask nothing. `nobody` is for
 * printing and cannot be granted to anyone.
 */
export function rollUp(
  policies: PolicySet,
  labels: readonly Label[],
): { ok: true; label: Label; nobody?: true } | { ok: false; reasons: string[] } {
  const parts = labels.filter((label) => !isPublic(label)).map(normalLabel);
  if (labels.length === 0) return { ok: false, reasons: ['there is nothing to roll up'] };
  const first = parts[0];
  if (first === undefined) return { ok: true, label: PUBLIC_LABEL };
  const policy = policies.get(first.policy);
  if (policy === undefined) return { ok: false, reasons: [`the policy ${first.policy} is not known`] };
  const foreign = parts.filter((part) => part.policy !== first.policy);
  if (foreign.length > 0) return { ok: false, reasons: foreign.map((part) => `${part.policy} and ${first.policy} have no common label`) };
  const ranked = parts.map((part) => classificationOf(policy, part.classification));
  const highest = ranked.reduce((best, each) => (best === undefined || (each?.hierarchy ?? -1) > best.hierarchy ? each : best));
  if (highest === undefined || ranked.includes(undefined)) return { ok: false, reasons: ['a part has an unknown classification'] };
  const categories = policy.tagSets.flatMap((tagSet): LabelCategory[] => combined(parts, tagSet.name, tagSet.type));
  const label = withoutIdleRelease(normalLabel({ policy: first.policy, classification: highest.name, categories }));
  const nobody = label.categories.some((category) => category.type === 'PERMISSIVE' && category.values.length === 0);
  return nobody ? { ok: true, label, nobody } : { ok: true, label };
}

function combined(parts: readonly Label[], tagSet: string, type: LabelCategory['type']): LabelCategory[] {
  const lists = parts.map((part) => valuesOf(part, tagSet)).filter((values) => values.length > 0);
  const [first, ...others] = lists;
  if (first === undefined) return [];
  if (type !== 'PERMISSIVE') return [{ tagSet, type, values: lists.flat() }];
  // A part without a release list is for its context alone, and so is the whole.
  if (tagSet === RELEASABLE_TO && lists.length < parts.length) return [];
  return [{ tagSet, type, values: first.filter((value) => others.every((list) => list.includes(value))) }];
}

/** A release list that names nobody beyond the context says nothing; it goes, and `Releasable` with it. */
function withoutIdleRelease(label: Label): Label {
  const list = valuesOf(label, RELEASABLE_TO);
  if (list.some((value) => !owners(label).includes(value))) return label;
  return {
    ...label,
    categories: label.categories
      .filter((category) => category.tagSet !== RELEASABLE_TO)
      .map((category) =>
        category.tagSet === CONTEXT ? { ...category, values: category.values.filter((value) => value !== RELEASABLE) } : category,
      ),
  };
}
