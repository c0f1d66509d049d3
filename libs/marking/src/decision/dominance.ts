import { type Clearance, type Label, type LabelCategory, isPublic } from '../label';

/** One part of the access decision: the rule, whether it holds, what the label needs and what the clearance has. */
export interface DominanceCheck {
  readonly rule: 'policy' | 'classification' | 'permissive' | 'restrictive';
  readonly outcome: boolean;
  readonly need: string;
  readonly have: string;
}

/**
 * The access decision of ADatP-4774.1 section 3.11.4 for one clearance, as the standard puts it: the policy is the same, the
 * classification is in the list (a set, not "up to"), of every permissive category at least one value is held, and of every
 * restrictive category all values are. Informative categories decide nothing; a category that the label does not carry asks nothing.
 */
export function covers(clearance: Clearance, label: Label): boolean {
  return (
    clearance.policy === label.policy &&
    clearance.classifications.includes(label.classification) &&
    label.categories.every((category) => isMet(clearance, category))
  );
}

function isMet(clearance: Clearance, category: LabelCategory): boolean {
  switch (category.type) {
    case 'PERMISSIVE':
      return category.values.some((value) => holds(clearance, category, value));
    case 'RESTRICTIVE':
      return category.values.every((value) => holds(clearance, category, value));
    case 'INFORMATIVE':
      return true;
    default:
      // INVARIANT (fail_closed): a kind of category that is not known denies.
      return false;
  }
}

/** A value is held under the tag set and the type that the label names: what is held as informative opens nothing. */
const holds = (clearance: Clearance, { tagSet, type }: LabelCategory, value: string): boolean =>
  clearance.categories.some((held) => held.tagSet === tagSet && held.type === type && held.values.includes(value));

/**
 * Whether one of several clearances covers a label, without saying why: the plain decision. PUBLIC is for everyone.
 * INVARIANT: one clearance passes every part by itself; the parts of two are never put together.
 */
export const permits = (clearances: readonly Clearance[], label: Label): boolean =>
  isPublic(label) || clearances.some((clearance) => covers(clearance, label));

/**
 * The same decision as `permits`, with its reasons: the checks of the clearance that covers the label, or of the one that came
 * nearest, so that every failed part is told with what the label needs and what the clearance has.
 */
export function dominates(
  clearances: readonly Clearance[],
  label: Label,
): { dominates: boolean; checks: DominanceCheck[] } {
  if (isPublic(label)) {
    return { dominates: true, checks: [{ rule: 'policy', outcome: true, need: label.policy, have: 'everyone' }] };
  }
  const attempts = clearances.map((clearance) => checksOf(clearance, label));
  const passed = attempts.find((checks) => checks.every((check) => check.outcome));
  if (passed !== undefined) return { dominates: true, checks: passed };
  const nearest = attempts.reduce<DominanceCheck[] | undefined>(
    (best, checks) => (best === undefined || failures(checks) < failures(best) ? checks : best),
    undefined,
  );
  return {
    dominates: false,
    checks: nearest ?? [{ rule: 'policy', outcome: false, need: label.policy, have: 'no clearance' }],
  };
}

/** A clearance of another policy is farther than any of the same. */
const failures = (checks: readonly DominanceCheck[]): number =>
  checks.filter((check) => !check.outcome).length + (!checks[0]?.outcome ? 1000 : 0);

function checksOf(clearance: Clearance, label: Label): DominanceCheck[] {
  return [
    { rule: 'policy', outcome: clearance.policy === label.policy, need: label.policy, have: clearance.policy },
    {
      rule: 'classification',
      outcome: clearance.classifications.includes(label.classification),
      need: label.classification,
      have: clearance.classifications.join(', '),
    },
    ...label.categories.flatMap((category) => categoryCheck(clearance, category)),
  ];
}

function categoryCheck(clearance: Clearance, category: LabelCategory): DominanceCheck[] {
  const { tagSet, type, values } = category;
  const outcome = isMet(clearance, category);
  const held = clearance.categories
    .filter((each) => each.tagSet === tagSet && each.type === type)
    .flatMap((each) => each.values);
  const have = `${tagSet}: ${held.join(', ') || 'none'}`;
  switch (type) {
    case 'INFORMATIVE':
      return [];
    case 'PERMISSIVE':
      return [{ rule: 'permissive', outcome, need: `${tagSet}: one of ${values.join(', ') || 'nobody'}`, have }];
    case 'RESTRICTIVE':
      return [{ rule: 'restrictive', outcome, need: `${tagSet}: all of ${values.join(', ')}`, have }];
    default:
      return [{ rule: 'restrictive', outcome, need: 'a category type that is known', have: String(type) }];
  }
}

/**
 * Which labels govern a decision when a thing carries equivalents beside its originator's label (ADatP-4774.1 section 4.2): the
 * originator's where a clearance is of its policy, else the declared alternatives of the first policy that a clearance is of.
 *
 * INVARIANT: never an equivalence that was not declared, and never PUBLIC as the alternative of something that is not: an
 * alternative says the same under another policy, it lowers nothing (law `labels_only_fall_by_decision`).
 */
export function governingLabels(
  clearances: readonly Clearance[],
  originator: Label,
  alternatives: readonly Label[],
): readonly Label[] {
  const held = new Set(clearances.map(({ policy }) => policy));
  if (isPublic(originator) || held.has(originator.policy)) return [originator];
  const usable = alternatives.filter((label) => !isPublic(label) && held.has(label.policy));
  return usable.length === 0 ? [originator] : usable.filter(({ policy }) => policy === usable[0]?.policy);
}
