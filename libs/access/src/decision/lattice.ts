import {
  type Clearance,
  type InternedLabel,
  type Label,
  type LabelCategory,
  type LabelDictionary,
  type Reader,
  isPublic,
} from '#marking';
import type { Check } from './check';

/** A label made ready: what each of its parts needs, in numbers and in words. */
export interface PreparedLabel {
  readonly label: Label;
  readonly interned: InternedLabel;
  readonly isPublic: boolean;
  /** Policy and classification as one text. */
  readonly level: string;
  readonly categories: readonly PreparedCategory[];
}

interface PreparedCategory {
  readonly key: string;
  readonly category: LabelCategory;
  readonly need: string;
}

export function prepareLabel(label: Label, dictionary: LabelDictionary): PreparedLabel {
  return {
    label,
    interned: dictionary.intern(label),
    isPublic: isPublic(label),
    level: levelOf(label),
    categories: label.categories
      .filter(({ type }) => type !== 'INFORMATIVE')
      .map((category) => ({ key: keyOf(category), category, need: needOf(category) })),
  };
}

/** Policy and classification as one text, by which the rules list what needs assurance. */
export const levelOf = ({ policy, classification }: Pick<Label, 'policy' | 'classification'>): string =>
  `${policy.toUpperCase()}\n${classification.toUpperCase()}`;

const keyOf = ({ tagSet, type }: LabelCategory): string => `${type} ${tagSet}`;

function needOf({ tagSet, type, values }: LabelCategory): string {
  switch (type) {
    case 'PERMISSIVE':
      return `${tagSet}: one of ${values.join(', ') || 'nobody'}`;
    case 'RESTRICTIVE':
      return `${tagSet}: all of ${values.join(', ')}`;
    default:
      return 'a category type that is known';
  }
}

/** Clearances made ready: `reads` is the plain decision, `explain` the same with every part. */
export interface PreparedClearances {
  readonly reads: Reader;
  explain(checks: Check[], label: PreparedLabel): void;
}

interface PreparedClearance {
  readonly policy: string;
  readonly classifications: ReadonlySet<string>;
  readonly levels: string;
  readonly categories: ReadonlyMap<string, { readonly values: ReadonlySet<string>; readonly have: string }>;
}

/**
 * INVARIANT: the lattice of `marking` (ADatP-4774.1 section 3.11.4), answer and reasons alike; a property holds them together.
 * The parts of two clearances are never put together.
 */
export function prepareClearances(clearances: readonly Clearance[], dictionary: LabelDictionary): PreparedClearances {
  const prepared = clearances.map(prepareClearance);
  const reads = dictionary.reader(clearances);
  const levels = prepared.map(({ policy, levels }) => `${policy}: ${levels}`).join('; ') || 'no clearance';
  return {
    reads,
    explain: (checks, label) => {
      const nearest = nearestChecks(prepared, label);
      for (const check of nearest.checks) checks.push(check);
      checks.push({ rule: 'lattice', outcome: nearest.met, need: label.label.classification, have: levels });
    },
  };
}

function prepareClearance({ policy, classifications, categories }: Clearance): PreparedClearance {
  const gathered = new Map<string, { tagSet: string; values: string[] }>();
  for (const category of categories) {
    const { tagSet, values } = category;
    const held = gathered.get(keyOf(category))?.values ?? [];
    gathered.set(keyOf(category), { tagSet, values: [...held, ...values] });
  }
  return {
    policy,
    classifications: new Set(classifications),
    levels: classifications.join(', '),
    categories: new Map(
      [...gathered].map(([key, { tagSet, values }]) => [
        key,
        { values: new Set(values), have: `${tagSet}: ${values.join(', ') || 'none'}` },
      ]),
    ),
  };
}

/** The checks of the clearance that covers the label, or of the one that came nearest. */
function nearestChecks(
  clearances: readonly PreparedClearance[],
  label: PreparedLabel,
): { readonly checks: Check[]; readonly met: boolean } {
  const { policy } = label.label;
  if (label.isPublic)
    return { checks: [{ rule: 'lattice:policy', outcome: true, need: policy, have: 'everyone' }], met: true };
  let nearest: Check[] | undefined;
  let fewest = Infinity;
  for (const clearance of clearances) {
    const checks = checksOf(clearance, label);
    let failures = 0;
    for (const { outcome } of checks) if (!outcome) failures += 1;
    if (failures === 0) return { checks, met: true };
    // A clearance of another policy is farther than any of the same.
    if (checks[0]?.outcome === false) failures += 1000;
    if (failures < fewest) [nearest, fewest] = [checks, failures];
  }
  const none = { rule: 'lattice:policy', outcome: false, need: policy, have: 'no clearance' };
  return { checks: nearest ?? [none], met: false };
}

function checksOf(clearance: PreparedClearance, { label, categories }: PreparedLabel): Check[] {
  const { policy, classification } = label;
  const checks: Check[] = [
    { rule: 'lattice:policy', outcome: clearance.policy === policy, need: policy, have: clearance.policy },
    {
      rule: 'lattice:classification',
      outcome: clearance.classifications.has(classification),
      need: classification,
      have: clearance.levels,
    },
  ];
  for (const { key, category, need } of categories) {
    const held = clearance.categories.get(key);
    checks.push(categoryCheck(category, need, held?.values ?? NOTHING, held?.have ?? `${category.tagSet}: none`));
  }
  return checks;
}

const NOTHING: ReadonlySet<string> = new Set();

function holdsOne(held: ReadonlySet<string>, values: readonly string[]): boolean {
  for (const value of values) if (held.has(value)) return true;
  return false;
}

function holdsAll(held: ReadonlySet<string>, values: readonly string[]): boolean {
  for (const value of values) if (!held.has(value)) return false;
  return true;
}

function categoryCheck({ type, values }: LabelCategory, need: string, held: ReadonlySet<string>, have: string): Check {
  switch (type) {
    case 'PERMISSIVE':
      return { rule: 'lattice:permissive', outcome: holdsOne(held, values), need, have };
    case 'RESTRICTIVE':
      return { rule: 'lattice:restrictive', outcome: holdsAll(held, values), need, have };
    default:
      // INVARIANT (fail_closed): a kind of category that is not known denies.
      return { rule: 'lattice:restrictive', outcome: false, need, have: type };
  }
}
