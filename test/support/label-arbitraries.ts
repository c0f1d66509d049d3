import {
  type Clearance,
  type Label,
  type LabelCategory,
  type PolicySet,
  type SecurityPolicy,
  validateLabel,
} from '#marking';
import fc from 'fast-check';

const RELEASE = ['Context', 'Releasable To'];
const isNato = (policy: SecurityPolicy): boolean => policy.name === 'NATO';

/** Some of the values that may stand on a classification; texts where the user writes them. */
function categoryOf(policy: SecurityPolicy, classification: string, index: number): fc.Arbitrary<LabelCategory[]> {
  const tagSet = policy.tagSets[index]!;
  const fitting = tagSet.values.filter(
    (value) =>
      !value.obsolete &&
      !value.excludedClasses.includes(classification) &&
      (value.requiredClass ?? classification) === classification,
  );
  const names = [...new Set(fitting.filter(({ userInput }) => userInput === undefined).map(({ name }) => name))];
  const texts = fitting.some(({ userInput }) => userInput?.kind === 'string')
    ? fc.uniqueArray(
        fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== ''),
        { maxLength: 2 },
      )
    : fc.constant<string[]>([]);
  return fc
    .tuple(fc.boolean(), fc.subarray(names, { maxLength: Math.min(tagSet.most ?? 5, 5, names.length) }), texts)
    .map(([present, some, written]) =>
      present && some.length + written.length > 0
        ? [{ tagSet: tagSet.name, type: tagSet.type, values: [...some, ...written] }]
        : [],
    );
}

/** Context and release list as ADatP-4774 wants them together. */
function natoForm(label: Label, owner: string): Label {
  const release = label.categories.find(({ tagSet }) => tagSet === 'Releasable To');
  const others = label.categories.filter(({ tagSet }) => !RELEASE.includes(tagSet));
  const to = release?.values.filter((value) => value !== owner) ?? [];
  return {
    ...label,
    categories: [
      ...others,
      { tagSet: 'Context', type: 'PERMISSIVE', values: to.length > 0 ? [owner, 'Releasable'] : [owner] },
      ...(to.length > 0 ? [{ tagSet: 'Releasable To', type: 'PERMISSIVE' as const, values: [...to, owner] }] : []),
    ],
  };
}

/** Labels that a policy of the set allows on something new. */
export function validLabels(policies: PolicySet): fc.Arbitrary<Label> {
  return fc
    .constantFrom(...policies.all())
    .chain((policy) =>
      fc.constantFrom(...policy.classifications).chain(({ name }) => {
        const owners = policy.tagSets
          .find(({ name: tagSet }) => tagSet === 'Context')
          ?.values.map((value) => value.name)
          .filter((value) => value !== 'Releasable');
        return fc
          .tuple(
            fc.constantFrom(...(owners?.length ? ['NATO', ...owners] : ['NATO'])),
            ...policy.tagSets.map((_tagSet, index) => categoryOf(policy, name, index)),
          )
          .map(([owner, ...categories]): Label => {
            const label = { policy: policy.name, classification: name, categories: categories.flat() };
            return isNato(policy) ? natoForm(label, owner) : label;
          });
      }),
    )
    .filter((label) => validateLabel(policies, label).length === 0);
}

/** Clearances of a policy: a level with those below it, and some of the values of each tag set. */
export function clearancesOf(policy: SecurityPolicy): fc.Arbitrary<Clearance> {
  const levels = [...policy.classifications].sort((a, b) => a.hierarchy - b.hierarchy);
  return fc
    .tuple(
      fc.nat(levels.length - 1),
      ...policy.tagSets.map(({ name, type, values }) =>
        fc
          .subarray([...new Set(values.map((value) => value.name))])
          .map((held): LabelCategory => ({ tagSet: name, type, values: held })),
      ),
    )
    .map(([highest, ...categories]) => ({
      policy: policy.name,
      classifications: levels.slice(0, highest + 1).map(({ name }) => name),
      categories: isNato(policy) ? withContextInList(policy, categories) : categories,
    }));
}

/** Who reads by a context is also released to under it (`validateClearance`). */
function withContextInList(policy: SecurityPolicy, categories: readonly LabelCategory[]): LabelCategory[] {
  const listed = policy.tagSets.find(({ name }) => name === 'Releasable To')?.values.map(({ name }) => name);
  const context =
    categories.find(({ tagSet }) => tagSet === 'Context')?.values.filter((value) => listed?.includes(value)) ?? [];
  return categories.map((each) =>
    each.tagSet === 'Releasable To' ? { ...each, values: [...new Set([...each.values, ...context])] } : each,
  );
}
