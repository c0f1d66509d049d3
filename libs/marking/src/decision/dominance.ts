import { type Clearance, type Label, type LabelCategory, isPublic } from '../label';

/** One part of the access decision: the rule, whether it holds, what the label needs and what the clearance has. */
export interface DominanceCheck {
  readonly rule: 'policy' | 'classification' | 'permissive' | 'restrictive';
  readonly outcome: boolean;
  readonly need: string;
  readonly have: string;
}

/**
 * Whether a set of clearances dominates a label: the access decision of ADatP-4774.1 section 3.11.4.
 *
 * One clearance must pass every part by itself: same policy, the classification in its set, of each permissive category at
 * least one value, of each restrictive category all. A category type that is not known denies. What is PUBLIC is for everyone.
 * The checks are those of the clearance that came nearest, so that every failed part is told.
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
  const held = clearance.categories
    .filter((each) => each.tagSet === category.tagSet && each.type === category.type)
    .flatMap((each) => each.values);
  const have = `${category.tagSet}: ${held.join(', ') || 'none'}`;
  switch (category.type) {
    case 'INFORMATIVE':
      return [];
    case 'PERMISSIVE':
      return [
        {
          rule: 'permissive',
          outcome: category.values.some((value) => held.includes(value)),
          need: `${category.tagSet}: one of ${category.values.join(', ') || 'nobody'}`,
          have,
        },
      ];
    case 'RESTRICTIVE':
      return [
        {
          rule: 'restrictive',
          outcome: category.values.every((value) => held.includes(value)),
          need: `${category.tagSet}: all of ${category.values.join(', ')}`,
          have,
        },
      ];
    default:
      // INVARIANT (fail_closed): a kind of category that is not known denies.
      return [
        { rule: 'restrictive', outcome: false, need: 'a category type that is known', have: String(category.type) },
      ];
  }
}
