import type { CategoryType } from './label';

/** A phrase of the policy's marking data: in which language, and for which places. Without a phrase of its own it is the name. */
export interface MarkingPhrase {
  readonly phrase: string;
  readonly language: string | undefined;
  readonly codes: readonly string[];
}

/** What stands before, after or between phrases in a place (any place, where none is named). */
export interface MarkingQualifier {
  readonly kind: 'prefix' | 'suffix' | 'separator';
  readonly text: string;
  readonly language: string | undefined;
  readonly place: string | undefined;
}

/** One value of one tag set, as the policy's rules name it. */
export interface CategoryReference {
  readonly tagSet: string;
  readonly value: string;
  readonly type?: CategoryType;
}

/** How many of the values named must stand on a label that carries what the rule belongs to. */
export interface RequiredCategory {
  readonly operation: 'onlyOne' | 'oneOrMore' | 'all';
  readonly of: readonly CategoryReference[];
}

/** Whether an equivalence holds when a label is made (`encrypt`), when one is received (`decrypt`), or both (ADatP-4774.1 section 3.6). */
export type Applied = 'encrypt' | 'decrypt' | 'both';

/** A value of another policy, by the names that its own file gives: these cannot be resolved here. */
export interface ForeignRequirement {
  readonly operation: string | undefined;
  readonly groups: readonly { readonly tagSet: string; readonly lacv: string | undefined; readonly all: boolean }[];
}

export interface EquivalentClassification {
  readonly policy: string;
  readonly lacv: string;
  readonly applied: Applied;
  readonly required: readonly ForeignRequirement[];
}

export interface EquivalentCategory {
  readonly policy: string;
  readonly tagSetId: string;
  readonly type: CategoryType | undefined;
  readonly lacv: string;
  readonly applied: Applied;
  /** The value has no counterpart and is left out of the other policy's label. */
  readonly discard: boolean;
}

export interface EquivalentTagSet {
  readonly policy: string;
  readonly name: string | undefined;
  readonly id: string | undefined;
  readonly required: readonly ForeignRequirement[];
}

export interface EquivalentPolicy {
  readonly name: string;
  readonly id: string;
  readonly userReference: string | undefined;
  readonly documentReference: string | undefined;
  readonly required: readonly ForeignRequirement[];
}

export interface Classification {
  /** In upper case, as classifications are compared. */
  readonly name: string;
  /** As the policy writes it, where that differs. */
  readonly spelling?: string;
  readonly lacv: string;
  readonly hierarchy: number;
  readonly colour: string | undefined;
  readonly obsolete: boolean;
  readonly markings: readonly MarkingPhrase[];
  readonly qualifiers?: readonly MarkingQualifier[];
  readonly required: readonly RequiredCategory[];
  readonly equivalents?: readonly EquivalentClassification[];
}

/** What the text of a value that its user writes has to be. */
export interface UserInput {
  readonly kind: 'string' | 'integer' | 'date';
  readonly dateFormat: string | undefined;
}

/** A value of a tag set. A policy may hold several entries of one name (another phrase, another rule). */
export interface CategoryValue {
  readonly name: string;
  /** As the policy writes it, where that differs: a real name ends with a line feed. */
  readonly spelling?: string;
  readonly lacv: string;
  readonly obsolete: boolean;
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** The label carries not the name but a text of its user. */
  readonly userInput?: UserInput;
  readonly markings: readonly MarkingPhrase[];
  readonly qualifiers?: readonly MarkingQualifier[];
  /** Classifications under which the value must not stand. */
  readonly excludedClasses: readonly string[];
  /** The only classification under which the value may stand. */
  readonly requiredClass: string | undefined;
  readonly required: readonly RequiredCategory[];
  readonly excluded: readonly CategoryReference[];
  readonly equivalents?: readonly EquivalentCategory[];
}

/**
 * The values of one type in one tag set (a `securityCategoryTag`). A tag set of several tags is several of these, of one
 * name and different types: that is how a label tells them apart.
 */
export interface TagSet {
  readonly name: string;
  readonly id: string;
  readonly type: CategoryType;
  readonly tagName?: string;
  readonly tag7Encoding?: string;
  readonly least: number;
  readonly most: number | undefined;
  readonly values: readonly CategoryValue[];
  readonly qualifiers?: readonly MarkingQualifier[];
  readonly equivalents?: readonly EquivalentTagSet[];
}

/** Words beside the classification that decide nothing (legacy). */
export interface PrivacyMark {
  readonly name: string;
  readonly obsolete: boolean;
  readonly markings: readonly MarkingPhrase[];
  readonly qualifiers: readonly MarkingQualifier[];
}

/** Who wrote the policy file, when, and for how long it holds. */
export interface PolicyFile {
  readonly schemaVersion: string;
  readonly version: number;
  /** GeneralizedTime, as written. */
  readonly created: string;
  readonly originator: string;
  readonly keyIdentifier: string;
  readonly privilegeId: string;
  readonly rbacId: string;
  readonly userReference: string | undefined;
  readonly documentReference: string | undefined;
}

/** A security policy: classifications in order, category tag sets, marking phrases. Written as an Open XML SPIF 2.1. */
export interface SecurityPolicy {
  readonly name: string;
  /** As the policy writes its name, where that differs. */
  readonly spelling?: string;
  readonly id: string;
  readonly classifications: readonly Classification[];
  readonly tagSets: readonly TagSet[];
  readonly file?: PolicyFile;
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** The policy that a label without a policy of its own is under. */
  readonly defaultPolicy?: { readonly name: string; readonly id: string };
  readonly markings?: readonly MarkingPhrase[];
  readonly qualifiers?: readonly MarkingQualifier[];
  readonly privacyMarks?: readonly PrivacyMark[];
  readonly equivalentPolicies?: readonly EquivalentPolicy[];
  /** Which nations a community consists of, where the file says so (an extension of NATO's). */
  readonly memberships?: readonly { readonly community: string; readonly members: readonly string[] }[];
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

export const tagSetOf = (policy: SecurityPolicy, name: string, type?: CategoryType): TagSet | undefined =>
  policy.tagSets.find((tagSet) => tagSet.name === name && (type === undefined || tagSet.type === type)) ??
  policy.tagSets.find((tagSet) => tagSet.name === name);

/**
 * Every entry that a value can be: those of its name, because NATO's own policy has `Context/NATO` twice and neither name
 * nor lacv is a key; else those whose user writes the text, if the text is of their kind.
 */
export function entriesOf(tagSet: TagSet, value: string): CategoryValue[] {
  const named = tagSet.values.filter((each) => each.name === value && each.userInput === undefined);
  return named.length > 0
    ? named
    : tagSet.values.filter((each) => each.userInput !== undefined && isInput(each.userInput, value));
}

const isInput = ({ kind }: UserInput, text: string): boolean => {
  if (text.trim() === '' || text.length > 256) return false;
  if (kind === 'integer') return /^[+-]?\d{1,15}$/.test(text);
  // The format of a date is the policy's own word for it; what is certain is that a date has digits.
  return kind === 'string' || /\d/.test(text);
};

/** Whether an entry may stand on a classification. */
export const fitsClass = (value: CategoryValue, classification: string): boolean =>
  !value.excludedClasses.includes(classification) && (value.requiredClass ?? classification) === classification;

/**
 * The phrase for a place (`portionMarking`, `pageTopBottom`) in a language; else the one without a language; else, when it is
 * another language that has none, the English one.
 */
export function phraseFor(markings: readonly MarkingPhrase[], code: string, language = 'en'): string | undefined {
  const fitting = markings.filter((marking) => marking.phrase !== '' && marking.codes.includes(code));
  return (
    fitting.find((marking) => marking.language === language) ??
    fitting.find((marking) => marking.language === undefined) ??
    fitting.find((marking) => marking.language === 'en')
  )?.phrase;
}
