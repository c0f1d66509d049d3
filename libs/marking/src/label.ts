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

/** The label with categories and values in order and without repetition, one category a tag set. */
export function normalLabel(label: Label): Label {
  const merged = new Map<string, { tagSet: string; type: CategoryType; values: Set<string> }>();
  for (const { tagSet, type, values } of label.categories) {
    const key = `${tagSet}\u0000${type}`;
    const known = merged.get(key) ?? { tagSet, type, values: new Set<string>() };
    values.forEach((value) => known.values.add(value));
    merged.set(key, known);
  }
  return {
    policy: label.policy.toUpperCase(),
    classification: label.classification.toUpperCase(),
    categories: [...merged.values()]
      .map(({ tagSet, type, values }) => ({ tagSet, type, values: [...values].sort(byText) }))
      .sort((a, b) => byText(a.tagSet, b.tagSet) || byText(a.type, b.type)),
  };
}

/** A stable text of the normal form: equal labels and equal texts are the same thing. */
export function canonicalLabel(label: Label): string {
  const { policy, classification, categories } = normalLabel(label);
  return JSON.stringify([policy, classification, categories.map(({ tagSet, type, values }) => [tagSet, type, values])]);
}

/** The values of a tag set on a label or in a clearance; none when it does not carry the tag set. */
export const valuesOf = (holder: { readonly categories: readonly LabelCategory[] }, tagSet: string): readonly string[] =>
  holder.categories.filter((category) => category.tagSet === tagSet).flatMap((category) => category.values);
