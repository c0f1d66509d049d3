import fc from 'fast-check';
import { clearancesOf, validLabels } from '../../../../test/support/label-arbitraries';
import { sharedPolicy, shippedPolicies, withShared } from '../../../../test/support/marking-data';
import { type Clearance, type Label, type LabelCategory, isPublic } from '../label';
import { validateClearance } from '../label/validate-clearance';
import type { PolicySet, SecurityPolicy } from '../policy';
import { parseMark } from '../text/parse-mark';
import { marking } from '../text/mark';
import { covers, permits } from './dominance';
import { labelAtLeast } from './label-order';
import { rollUp } from './roll-up';

const RUNS = 200;
const sets: [string, () => PolicySet, string][] = [
  ['the policies that the product ships', shippedPolicies, 'NATO'],
  ['NATO v79: needs ../shared/data (absent: skipped)', () => sharedPolicy('nato-spif-v79.xml'), 'NATO'],
  ['NATO v88: needs ../shared/data (absent: skipped)', () => sharedPolicy('nato-spif-v88.xml'), 'NATO'],
  ['ACME: needs ../shared/data (absent: skipped)', () => sharedPolicy('acme-spif.xml'), 'ACME'],
];

interface World {
  readonly policies: PolicySet;
  readonly policy: SecurityPolicy;
  readonly labels: fc.Arbitrary<Label>;
  readonly clearances: fc.Arbitrary<Clearance>;
}

/** One law, under each policy: under others than our own only when their files are there. */
function law(name: string, check: (world: World) => void): void {
  for (const [index, [said, make, policyName]] of sets.entries()) {
    (index === 0 ? it : withShared)(`${name}, under ${said}`, () => {
      const policies = make();
      const policy = policies.get(policyName)!;
      check({ policies, policy, labels: validLabels(policies), clearances: clearancesOf(policy) });
    });
  }
}

/** The label with one category replaced; left out when it has no value. */
function withValues(label: Label, category: LabelCategory): Label {
  const others = label.categories.filter((each) => each.tagSet !== category.tagSet || each.type !== category.type);
  return { ...label, categories: category.values.length === 0 ? others : [...others, category] };
}
const valuesIn = (label: Label, { tagSet, type }: Pick<LabelCategory, 'tagSet' | 'type'>): readonly string[] =>
  label.categories.find((each) => each.tagSet === tagSet && each.type === type)?.values ?? [];

/** A tag set of a type and one of its values. */
const valueOf = (
  policy: SecurityPolicy,
  type: LabelCategory['type'],
): fc.Arbitrary<{ tagSet: string; value: string }> =>
  fc.constantFrom(
    ...policy.tagSets
      .filter((tagSet) => tagSet.type === type)
      .flatMap(({ name, values }) => values.map((value) => ({ tagSet: name, value: value.name }))),
  );

describe('the laws of labels', () => {
  law('who dominates a roll-up dominates every part', ({ policies, labels, clearances }) => {
    let granted = 0;
    fc.assert(
      fc.property(fc.array(labels, { minLength: 1, maxLength: 4 }), clearances, (parts, clearance) => {
        const rolled = rollUp(policies, parts);
        if (!rolled.ok || !permits([clearance], rolled.label)) return;
        granted += 1;
        expect(validateClearance(policies, clearance)).toEqual([]);
        for (const part of parts) expect(permits([clearance], part)).toBe(true);
      }),
      { numRuns: RUNS },
    );
    expect(granted).toBeGreaterThan(0);
  });

  law('a roll-up is at least each of its parts, and does not depend on their order', ({ policies, labels }) => {
    fc.assert(
      fc.property(fc.array(labels, { minLength: 1, maxLength: 4 }), (parts) => {
        const rolled = rollUp(policies, parts);
        expect(rollUp(policies, [...parts].reverse())).toEqual(rolled);
        if (rolled.ok && rolled.nobody !== true)
          for (const part of parts) expect(labelAtLeast(policies, rolled.label, part)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  law('labelAtLeast never claims more than decisions show', ({ policies, labels, clearances }) => {
    fc.assert(
      fc.property(labels, labels, clearances, (upper, lower, clearance) => {
        if (labelAtLeast(policies, upper, lower) && permits([clearance], upper))
          expect(permits([clearance], lower)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  law('adding a restrictive value never widens', ({ policy, labels, clearances }) => {
    fc.assert(
      fc.property(labels, clearances, valueOf(policy, 'RESTRICTIVE'), (label, clearance, { tagSet, value }) => {
        const type = 'RESTRICTIVE' as const;
        const more = withValues(label, { tagSet, type, values: [...valuesIn(label, { tagSet, type }), value] });
        if (!covers(clearance, label)) expect(covers(clearance, more)).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  law('adding to a permissive category that has a value never narrows', ({ policy, labels, clearances }) => {
    fc.assert(
      fc.property(labels, clearances, valueOf(policy, 'PERMISSIVE'), (label, clearance, { tagSet, value }) => {
        const type = 'PERMISSIVE' as const;
        const values = valuesIn(label, { tagSet, type });
        if (values.length === 0) return;
        const more = withValues(label, { tagSet, type, values: [...values, value] });
        if (covers(clearance, label)) expect(covers(clearance, more)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  law(
    'a first permissive value never widens, and removing the last never narrows: a change of audience',
    ({ policy, labels, clearances }) => {
      fc.assert(
        fc.property(labels, clearances, valueOf(policy, 'PERMISSIVE'), (label, clearance, { tagSet, value }) => {
          const type = 'PERMISSIVE' as const;
          const without = withValues(label, { tagSet, type, values: [] });
          const first = withValues(label, { tagSet, type, values: [value] });
          if (covers(clearance, first)) expect(covers(clearance, without)).toBe(true);
        }),
        { numRuns: RUNS },
      );
    },
  );

  law(
    'raising a classification never widens, for clearances that hold every level below their highest',
    ({ policies, policy, labels, clearances }) => {
      const levels = [...policy.classifications].sort((a, b) => a.hierarchy - b.hierarchy).map(({ name }) => name);
      fc.assert(
        fc.property(labels, clearances, fc.nat(levels.length - 1), (label, clearance, above) => {
          const at = levels.indexOf(label.classification);
          if (isPublic(label) || above <= at) return;
          const raised = { ...label, classification: levels[above]! };
          expect(policies.get(label.policy)).toBeDefined();
          if (covers(clearance, raised)) expect(covers(clearance, label)).toBe(true);
        }),
        { numRuns: RUNS },
      );
    },
  );

  law('printing never loses a category that decides', ({ policies, labels, clearances }) => {
    fc.assert(
      fc.property(labels, clearances, fc.constantFrom('portion', 'banner', 'full'), (label, clearance, form) => {
        const read = parseMark(policies, marking(policies, label, { form }));
        expect(read.ok && permits([clearance], read.label)).toBe(permits([clearance], label));
      }),
      { numRuns: RUNS },
    );
  });
});
