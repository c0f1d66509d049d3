import type { CategoryType } from './label';

/** A phrase of the policy's marking data: in which language, and for which places. */
export interface MarkingPhrase {
  readonly phrase: string;
  readonly language: string | undefined;
  readonly codes: readonly string[];
}

/** One value of one tag set, as the policy's rules name it. */
export interface CategoryReference {
  readonly tagSet: string;
  readonly value: string;
}

/** How many of the values named must stand on a label that carries what the rule belongs to. */
export interface RequiredCategory {
  readonly operation: 'onlyOne' | 'oneOrMore' | 'all';
  readonly of: readonly CategoryReference[];
}

export interface Classification {
  readonly name: string;
  readonly lacv: string;
  readonly hierarchy: number;
  readonly colour: string | undefined;
  readonly obsolete: boolean;
  readonly markings: readonly MarkingPhrase[];
  readonly required: readonly RequiredCategory[];
}

/** A value of a tag set. A policy may hold several entries of one name (another phrase, another rule). */
export interface CategoryValue {
  readonly name: string;
  readonly lacv: string;
  readonly obsolete: boolean;
  readonly markings: readonly MarkingPhrase[];
  /** Classifications under which the value must not stand. */
  readonly excludedClasses: readonly string[];
  /** The only classification under which the value may stand. */
  readonly requiredClass: string | undefined;
  readonly required: readonly RequiredCategory[];
  readonly excluded: readonly CategoryReference[];
}

export interface TagSet {
  readonly name: string;
  readonly id: string;
  readonly type: CategoryType;
  readonly least: number;
  readonly most: number | undefined;
  readonly values: readonly CategoryValue[];
}

/** A security policy: classifications in order, category tag sets, marking phrases. Written as an Open XML SPIF 2.1. */
export interface SecurityPolicy {
  readonly name: string;
  readonly id: string;
  readonly classifications: readonly Classification[];
  readonly tagSets: readonly TagSet[];
}

/** The policies of an installation, by name. Immutable. */
export class PolicySet {
  private constructor(private readonly policies: ReadonlyMap<string, SecurityPolicy>) {}

  /** Throws when two policies carry one name: which of them holds would be chance. */
  static of(policies: readonly SecurityPolicy[]): PolicySet {
    const byName = new Map(policies.map((policy) => [policy.name, policy]));
    if (byName.size !== policies.length) throw new Error('two security policies carry one name');
    return new PolicySet(byName);
  }

  get(name: string): SecurityPolicy | undefined {
    return this.policies.get(name);
  }

  all(): SecurityPolicy[] {
    return [...this.policies.values()];
  }
}

export const classificationOf = (policy: SecurityPolicy, name: string): Classification | undefined =>
  policy.classifications.find((classification) => classification.name === name);

export const tagSetOf = (policy: SecurityPolicy, name: string): TagSet | undefined =>
  policy.tagSets.find((tagSet) => tagSet.name === name);

/** Every entry of a name: NATO's own policy has `Context/NATO` twice, so neither name nor lacv is a key. */
export const entriesOf = (tagSet: TagSet, name: string): CategoryValue[] =>
  tagSet.values.filter((value) => value.name === name);

/** Whether an entry may stand on a classification. */
export const fitsClass = (value: CategoryValue, classification: string): boolean =>
  !value.excludedClasses.includes(classification) && (value.requiredClass ?? classification) === classification;

/** The phrase for a place (`portionMarking`, `pageTopBottom`) in a language, or the one without a language. */
export function phraseFor(markings: readonly MarkingPhrase[], code: string, language = 'en'): string | undefined {
  const fitting = markings.filter((marking) => marking.phrase !== '' && marking.codes.includes(code));
  return (
    fitting.find((marking) => marking.language === language) ??
    fitting.find((marking) => marking.language === undefined) ??
    fitting[0]
  )?.phrase;
}
