/** PERMISSIVE: one value suffices. RESTRICTIVE: every value is needed. INFORMATIVE: decides nothing. (ADatP-4774.1 section 3.11.4) */
export type CategoryType = 'PERMISSIVE' | 'RESTRICTIVE' | 'INFORMATIVE';

/** The values of one tag set on a label or in a clearance. */
export interface LabelCategory {
  readonly tagSet: string;
  readonly type: CategoryType;
  readonly values: readonly string[];
}

/** A confidentiality label: policy, classification and categories (STANAG 4774). Immutable. */
export interface Label {
  readonly policy: string;
  readonly classification: string;
  readonly categories: readonly LabelCategory[];
}

/** What a person holds under a policy: the classifications as a set, not "up to", and the category values. */
export interface Clearance {
  readonly policy: string;
  readonly classifications: readonly string[];
  readonly categories: readonly LabelCategory[];
}

/** What everyone may read: the end of the passage. */
export const PUBLIC_LABEL: Label = { policy: 'PUBLIC', classification: 'UNMARKED', categories: [] };

/** Whether a label is of the policy that everyone is cleared for. */
export const isPublic = (label: Label): boolean => label.policy === PUBLIC_LABEL.policy;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The label with categories and values in order and without repetition.
 *
 * Restrictive and informative values of one tag set are gathered. INVARIANT: two permissive categories of one tag set stay
 * two, because each asks for a value of its own; gathering them would let more people read.
 */
export function normalLabel(label: Label): Label {
  const gathered = new Map<string, { tagSet: string; type: CategoryType; values: readonly string[] }>();
  for (const { tagSet, type, values } of label.categories) {
    const key = JSON.stringify(type === 'PERMISSIVE' ? [tagSet, type, inOrder(values)] : [tagSet, type]);
    gathered.set(key, { tagSet, type, values: inOrder([...(gathered.get(key)?.values ?? []), ...values]) });
  }
  return {
    policy: label.policy.toUpperCase(),
    classification: label.classification.toUpperCase(),
    categories: [...gathered.entries()]
      .sort(
        ([, a], [, b]) =>
          byText(a.tagSet, b.tagSet) || byText(a.type, b.type) || byText(a.values.join('\n'), b.values.join('\n')),
      )
      .map(([, category]) => category),
  };
}

const inOrder = (values: readonly string[]): string[] => [...new Set(values)].sort(byText);

/** A stable text of the normal form: equal labels and equal texts are the same thing. */
export function canonicalLabel(label: Label): string {
  const { policy, classification, categories } = normalLabel(label);
  return JSON.stringify([policy, classification, categories.map(({ tagSet, type, values }) => [tagSet, type, values])]);
}

/** The values of a tag set (of one type, if that is given) on a label or in a clearance; none when it does not carry the tag set. */
export const valuesOf = (
  holder: { readonly categories: readonly LabelCategory[] },
  tagSet: string,
  type?: CategoryType,
): readonly string[] =>
  holder.categories
    .filter((category) => category.tagSet === tagSet && (type === undefined || category.type === type))
    .flatMap((category) => category.values);
