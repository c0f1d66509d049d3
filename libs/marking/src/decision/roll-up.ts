import { type Label, type LabelCategory, PUBLIC_LABEL, isPublic, normalLabel, valuesOf } from '../label';
import { CONTEXT, RELEASABLE, RELEASABLE_TO, hasContext, mayStand, ownersOf } from '../nato-form';
import { type PolicySet, type SecurityPolicy, classificationOf, entriesOf, tagSetOf } from '../policy';
import { unknownParts, validateLabel } from '../label/validate-label';
import { declaredEquivalents } from '../equivalence/declared';
import { labelAtLeast } from './label-order';

/** The dominant label of several. `nobody`: no clearance can hold it; its label is for printing and for denying only. */
export type RollUp =
  | { readonly ok: true; readonly label: Label; readonly nobody?: true }
  | { readonly ok: false; readonly reasons: string[] };

/**
 * The dominant label of several parts (ADatP-4774.1 section 4.4): who dominates it dominates every part.
 *
 * One policy; the highest classification; of permissive tag sets the intersection, of restrictive ones the union. Where the
 * standard drops an empty intersection, and so widens, this releases to nobody. PUBLIC parts ask nothing. The result is checked
 * against the policy again (rule 9); informative values that it forbids at the higher level go.
 */
export function rollUp(policies: PolicySet, labels: readonly Label[], into?: string): RollUp {
  if (labels.length === 0) return { ok: false, reasons: ['there is nothing to roll up'] };
  const told = labels.filter((label) => !isPublic(label)).map((label) => mapped(policies, normalLabel(label), into));
  const unmapped = told.flatMap((each) => ('reasons' in each ? each.reasons : []));
  if (unmapped.length > 0) return { ok: false, reasons: unmapped };
  const parts = told.flatMap((each) => ('label' in each ? [each.label] : []));
  const first = parts[0];
  if (first === undefined) return { ok: true, label: PUBLIC_LABEL };
  const policy = policies.get(first.policy);
  if (policy === undefined) return { ok: false, reasons: [`the policy ${first.policy} is not known`] };
  const reasons = parts.flatMap((part) => obstacles(policy, part));
  if (reasons.length > 0) return { ok: false, reasons: [...new Set(reasons)] };
  const classification = highestOf(policy, parts);
  const categories = policy.tagSets.flatMap(({ name, type }) => combined(parts, name, type));
  const raised = withoutForbidden(policy, normalLabel({ policy: policy.name, classification, categories }));
  return judged(policies, hasContext(policy) ? tidyRelease(raised) : raised);
}

/** A part of another policy, as its own policy declares it equivalent under the one that is asked for (rules 2 and 3). */
function mapped(policies: PolicySet, label: Label, into: string | undefined): { label: Label } | { reasons: string[] } {
  if (into === undefined || label.policy === into) return { label };
  const found = declaredEquivalents(policies, label, 'decrypt').find(({ policy }) => policy === into);
  if (found === undefined)
    return { reasons: [`${label.policy} declares no equivalent of ${label.classification} in ${into}`] };
  return found.ok ? { label: found.label } : { reasons: found.reasons };
}

function obstacles(policy: SecurityPolicy, part: Label): string[] {
  if (part.policy !== policy.name) return [`${part.policy} and ${policy.name} have no common label`];
  if (classificationOf(policy, part.classification) === undefined)
    return [`${policy.name} has no ${part.classification}`];
  return unknownParts(policy, part).map(({ place, fault }) => `${place}: ${fault}`);
}

function highestOf(policy: SecurityPolicy, parts: readonly Label[]): string {
  const present = new Set(parts.map((part) => part.classification));
  return policy.classifications
    .filter((each) => present.has(each.name))
    .reduce((best, each) => (each.hierarchy > best.hierarchy ? each : best)).name;
}

function combined(parts: readonly Label[], tagSet: string, type: LabelCategory['type']): LabelCategory[] {
  const lists = parts.flatMap((part) =>
    part.categories.filter((each) => each.tagSet === tagSet && each.type === type).map(({ values }) => values),
  );
  const [first, ...others] = lists;
  if (first === undefined) return [];
  const common = first.filter((value) => others.every((list) => list.includes(value)));
  return [{ tagSet, type, values: type === 'PERMISSIVE' ? common : lists.flat() }];
}

/** Informative values decide nothing; one that the policy forbids at the rolled-up level (STAFF above UNCLASSIFIED) goes. */
function withoutForbidden(policy: SecurityPolicy, label: Label): Label {
  const stays = (tagSet: string, value: string): boolean => {
    const known = tagSetOf(policy, tagSet, 'INFORMATIVE');
    return (
      known !== undefined &&
      entriesOf(known, value).some((entry) => mayStand(policy, tagSet, entry, label.classification))
    );
  };
  return {
    ...label,
    categories: label.categories
      .map((each) =>
        each.type === 'INFORMATIVE'
          ? { ...each, values: each.values.filter((value) => stays(each.tagSet, value)) }
          : each,
      )
      .filter((each) => each.type !== 'INFORMATIVE' || each.values.length > 0),
  };
}

/**
 * Release lists after the intersection. Contexts that have no owner in common release to nobody; a list that names nobody
 * beyond the context says nothing, and goes together with `Releasable`, in either of the two forms that remain of it.
 */
function tidyRelease(label: Label): Label {
  const owners = ownersOf(label);
  const context = valuesOf(label, CONTEXT);
  if (owners.length === 0 && context.length > 0) return withValues(label, CONTEXT, []);
  const list = valuesOf(label, RELEASABLE_TO);
  const repeated = owners.every((owner) => list.includes(owner));
  const says = context.includes(RELEASABLE) && list.some((value) => !owners.includes(value));
  if (owners.length === 0 || says || (list.length > 0 && !repeated)) return label;
  const without = { ...label, categories: label.categories.filter((category) => category.tagSet !== RELEASABLE_TO) };
  return withValues(without, CONTEXT, owners);
}

const withValues = (label: Label, tagSet: string, values: readonly string[]): Label => ({
  ...label,
  categories: label.categories.map((category) => (category.tagSet === tagSet ? { ...category, values } : category)),
});

function judged(policies: PolicySet, label: Label): RollUp {
  if (label.categories.some((category) => category.type === 'PERMISSIVE' && category.values.length === 0))
    return { ok: true, label, nobody: true };
  const faults = validateLabel(policies, label, 'existing');
  return faults.length === 0
    ? { ok: true, label }
    : { ok: false, reasons: faults.map(({ place, fault }) => `${place}: ${fault}`) };
}

/**
 * A banner that an author raises above what its parts add up to (compilation: together they tell more than each alone).
 *
 * Raising needs a reason, and the wanted label must be valid and at least the roll-up; lowering is never possible.
 */
export function raisedBanner(
  policies: PolicySet,
  parts: readonly Label[],
  wanted: Label,
  reason: string,
): { readonly ok: true; readonly label: Label } | { readonly ok: false; readonly reasons: string[] } {
  const rolled = rollUp(policies, parts);
  if (!rolled.ok) return rolled;
  const faults = validateLabel(policies, wanted).map(({ place, fault }) => `${place}: ${fault}`);
  const reasons = [
    ...faults,
    ...(rolled.nobody === true ? ['no clearance can hold all parts, so nothing is above them'] : []),
    ...(labelAtLeast(policies, wanted, rolled.label) ? [] : ['the banner is not at least what its parts add up to']),
    ...(reason.trim() === '' ? ['raising a banner above its parts needs a reason'] : []),
  ];
  return reasons.length === 0 ? { ok: true, label: normalLabel(wanted) } : { ok: false, reasons };
}

/** How the dominant label of several came about, in sentences: one for each part of it, and one for each value that went. */
export function explainRollUp(policies: PolicySet, labels: readonly Label[]): string[] {
  const rolled = rollUp(policies, labels);
  if (!rolled.ok) return rolled.reasons;
  const parts = labels.filter((label) => !isPublic(label)).map(normalLabel);
  const levels = [...new Set(parts.map(({ classification }) => classification))];
  const kinds = {
    PERMISSIVE: 'what all parts that carry it allow',
    RESTRICTIVE: 'everything that a part carries',
    INFORMATIVE: 'everything that may stand at this level',
  };
  const gone = parts
    .flatMap(({ categories }) => categories.filter(({ type }) => type !== 'PERMISSIVE'))
    .flatMap(({ tagSet, type, values }) => values.map((value) => ({ tagSet, type, value })))
    .filter(({ tagSet, type, value }) => !valuesOf(rolled.label, tagSet, type).includes(value));
  return [
    ...(parts.length < labels.length ? ['parts that are PUBLIC ask nothing'] : []),
    ...(levels.length === 0 ? [] : [`${rolled.label.classification} is the highest of ${levels.join(', ')}`]),
    ...rolled.label.categories.map(
      ({ tagSet, type, values }) => `${tagSet}: ${kinds[type]}: ${values.join(', ') || 'nobody'}`,
    ),
    ...new Set(gone.map(({ tagSet, value }) => `${tagSet}/${value} must not stand on ${rolled.label.classification}`)),
  ];
}
