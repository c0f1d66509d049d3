import { type Label, type LabelCategory, normalLabel } from '../label';
import {
  type EquivalentCategory,
  type ForeignRequirement,
  type PolicySet,
  type SecurityPolicy,
  classificationOf,
  entriesOf,
  tagSetOf,
} from '../policy';
import { validateLabel } from '../label/validate-label';

/** Whether the equivalent is made for one's own label (`encrypt`, at its origin) or of one that was received (`decrypt`). */
export type Direction = 'encrypt' | 'decrypt';

export type DeclaredEquivalent =
  | { readonly policy: string; readonly ok: true; readonly label: Label }
  | { readonly policy: string; readonly ok: false; readonly reasons: string[] };

/**
 * The equivalents of a label that its own policy declares (ADatP-4774.1 section 3.6), one for each policy that its
 * classification has an equivalent in, or why there is none: the other policy is not known here, a value that decides has no
 * counterpart, or the result breaks the other policy's rules. Informative values without a counterpart are left out.
 */
export function declaredEquivalents(policies: PolicySet, label: Label, direction: Direction): DeclaredEquivalent[] {
  const policy = policies.get(label.policy);
  const classification = policy === undefined ? undefined : classificationOf(policy, label.classification);
  if (policy === undefined || classification === undefined) return [];
  const applies = ({ applied }: { readonly applied: string }): boolean => applied === 'both' || applied === direction;
  return (classification.equivalents ?? []).filter(applies).map((equivalent): DeclaredEquivalent => {
    const name = equivalent.policy.toUpperCase();
    const target = policies.get(name);
    if (target === undefined) return { policy: name, ok: false, reasons: [`the policy ${name} is not known`] };
    const level = target.classifications.find(({ lacv }) => Number(lacv) === Number(equivalent.lacv));
    if (level === undefined)
      return { policy: name, ok: false, reasons: [`${name} has no classification ${equivalent.lacv}`] };
    const carried = label.categories.map((category) => translated({ policy, target, applies }, category));
    const mapped = normalLabel({
      policy: name,
      classification: level.name,
      categories: carried.flatMap(({ categories }) => categories),
    });
    const declared = policy.equivalentPolicies?.find((each) => each.name.toUpperCase() === name);
    const asked = [...equivalent.required, ...(declared?.required ?? [])];
    const reasons = [
      ...carried.flatMap(({ reasons: each }) => each),
      ...asked.filter((rule) => !meets(target, mapped, rule)).map(() => `a category that ${name} requires is missing`),
      ...validateLabel(policies, mapped, 'existing').map(({ place, fault }) => `${place}: ${fault}`),
    ];
    return reasons.length === 0 ? { policy: name, ok: true, label: mapped } : { policy: name, ok: false, reasons };
  });
}

interface Translation {
  readonly policy: SecurityPolicy;
  readonly target: SecurityPolicy;
  readonly applies: (equivalent: EquivalentCategory) => boolean;
}

function translated(
  { policy, target, applies }: Translation,
  { tagSet, type, values }: LabelCategory,
): { categories: LabelCategory[]; reasons: string[] } {
  const own = tagSetOf(policy, tagSet, type);
  const found = values.map((value) => {
    const equivalents = (own === undefined ? [] : entriesOf(own, value))
      .flatMap((entry) => entry.equivalents ?? [])
      .filter((each) => each.policy.toUpperCase() === target.name && applies(each));
    const categories = equivalents.flatMap((each) => counterpart(target, each));
    // INVARIANT (fail_closed): a value that decides is carried over or the whole label is not; only the policy itself discards.
    const lost = categories.length === 0 && !equivalents.some(({ discard }) => discard) && type !== 'INFORMATIVE';
    return { categories, reasons: lost ? [`${tagSet}/${value} has no counterpart in ${target.name}`] : [] };
  });
  return {
    categories: gathered(found.flatMap(({ categories }) => categories)),
    reasons: found.flatMap(({ reasons }) => reasons),
  };
}

/** Values of one category stay one category: permissive ones gathered apart would ask for each instead of for one of them. */
function gathered(categories: readonly LabelCategory[]): LabelCategory[] {
  const byTagSet = new Map<string, LabelCategory>();
  for (const each of categories) {
    const key = JSON.stringify([each.tagSet, each.type]);
    byTagSet.set(key, { ...each, values: [...(byTagSet.get(key)?.values ?? []), ...each.values] });
  }
  return [...byTagSet.values()];
}

function counterpart(target: SecurityPolicy, equivalent: EquivalentCategory): LabelCategory[] {
  if (equivalent.discard) return [];
  return target.tagSets
    .filter(({ id, type }) => id === equivalent.tagSetId && (equivalent.type === undefined || type === equivalent.type))
    .flatMap(({ name, type, values }) =>
      values
        .filter(({ lacv }) => lacv === equivalent.lacv)
        .slice(0, 1)
        .map((value) => ({ tagSet: name, type, values: [value.name] })),
    );
}

function meets(target: SecurityPolicy, label: Label, { operation, groups }: ForeignRequirement): boolean {
  const present = groups.map(({ tagSet, lacv, all }) => {
    const values = target.tagSets.filter(({ name }) => name === tagSet).flatMap((each) => each.values);
    const meant = values.filter((value) => all || value.lacv === lacv).map(({ name }) => name);
    return label.categories.some(
      (each) => each.tagSet === tagSet && each.values.some((value) => meant.includes(value)),
    );
  });
  const count = present.filter(Boolean).length;
  return operation === 'all' ? count === groups.length : operation === 'onlyOne' ? count === 1 : count > 0;
}
