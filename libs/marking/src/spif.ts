import type { CategoryType } from './label';
import type {
  CategoryReference,
  CategoryValue,
  Classification,
  MarkingPhrase,
  RequiredCategory,
  SecurityPolicy,
  TagSet,
} from './policy';
import { type SpifElement, type SpifFault, readSpifXml } from './spif-xml';

export type { SpifFault } from './spif-xml';

/** Every element of SPIF 2.1. One that is not in this list might be a rule, so it is refused and not passed over. */
const KNOWN: ReadonlySet<string> = new Set(
  (
    'SPIF defaultSecurityPolicyId securityPolicyId securityClassifications securityClassification equivalentClassification markingData code ' +
    'markingQualifier qualifier requiredCategory categoryGroup securityCategoryTagSets securityCategoryTagSet equivalentSecurityCategoryTagSet ' +
    'securityCategoryTag tagCategory equivalentSecCategoryTag excludedClass excludedCategory privacyMarks privacyMark equivalentPolicies ' +
    'equivalentPolicy extensions updateInfo'
  ).split(' '),
);

/**
 * Reads a security policy from an Open XML SPIF 2.1, or says everything that is wrong with it.
 *
 * Names of policy and classifications are held in upper case (ADatP-4774: they are compared without regard to case).
 * What this reader does not evaluate (dates on a value, two tags in one tag set) is a fault: fail closed.
 */
export function parseSpif(xml: string): { ok: true; policy: SecurityPolicy } | { ok: false; faults: SpifFault[] } {
  const read = readSpifXml(xml);
  if (!read.ok) return read;
  const reader = new SpifReader(read.root);
  const policy = reader.policy();
  const faults = [...reader.faults, ...inconsistencies(policy)];
  return faults.length === 0 ? { ok: true, policy } : { ok: false, faults };
}

class SpifReader {
  readonly faults: SpifFault[] = [];
  private readonly tagSetElements: readonly SpifElement[];

  constructor(private readonly root: SpifElement) {
    this.tagSetElements = children(root, 'securityCategoryTagSets').flatMap((sets) =>
      children(sets, 'securityCategoryTagSet'),
    );
    this.refuseUnknown(root);
  }

  policy(): SecurityPolicy {
    const identity = children(this.root, 'securityPolicyId')[0] ?? this.root;
    return {
      name: this.need(identity, 'name').toUpperCase(),
      id: this.need(identity, 'id'),
      classifications: children(this.root, 'securityClassifications')
        .flatMap((all) => children(all, 'securityClassification'))
        .map((element) => this.classification(element)),
      tagSets: this.tagSetElements.flatMap((element) => this.tagSet(element)),
    };
  }

  private refuseUnknown(element: SpifElement): void {
    if (!KNOWN.has(element.name)) this.fault(element, 'SPIF 2.1 has no such element');
    element.children.forEach((child) => {
      this.refuseUnknown(child);
    });
  }

  private classification(element: SpifElement): Classification {
    const name = this.need(element, 'name').toUpperCase();
    const hierarchy = Number(this.need(element, 'hierarchy'));
    if (!Number.isInteger(hierarchy)) this.fault(element, `the hierarchy of ${name} is not a whole number`);
    return {
      name,
      lacv: this.need(element, 'lacv'),
      hierarchy,
      colour: element.attributes.get('color'),
      obsolete: isTrue(element, 'obsolete'),
      markings: markingsOf(element),
      required: this.required(element),
    };
  }

  private tagSet(element: SpifElement): TagSet[] {
    const name = this.need(element, 'name');
    const id = this.need(element, 'id');
    const [tag, ...more] = children(element, 'securityCategoryTag');
    if (tag === undefined || more.length > 0) {
      this.fault(element, `the tag set ${name} must have one tag`);
      return [];
    }
    const type = categoryType(tag);
    if (type === undefined) {
      this.fault(
        tag,
        `the tag type ${tag.attributes.get('tagType') ?? '(none)'} of ${name} is not one that decides or informs`,
      );
      return [];
    }
    const values = children(tag, 'tagCategory').map((category) => this.category(category));
    return [{ name, id, type, ...this.selection(tag), values }];
  }

  private selection(tag: SpifElement): Pick<TagSet, 'least' | 'most'> {
    const bound = (name: string): number | undefined => {
      const written = tag.attributes.get(name);
      if (written === undefined || written === 'unbounded') return undefined;
      if (!/^\d{1,6}$/.test(written)) this.fault(tag, `${name} is not a number`);
      return Number(written);
    };
    const [least, most] = [bound('minSelection') ?? 0, bound('maxSelection')];
    return { least, most: isTrue(tag, 'singleSelection') ? 1 : most };
  }

  private category(element: SpifElement): CategoryValue {
    if (element.attributes.has('notBefore') || element.attributes.has('notAfter'))
      this.fault(element, 'dates on a value are not supported');
    return {
      name: this.need(element, 'name'),
      lacv: this.need(element, 'lacv'),
      obsolete: isTrue(element, 'obsolete'),
      markings: markingsOf(element),
      excludedClasses: texts(element, 'excludedClass').map((name) => name.toUpperCase()),
      requiredClass: element.attributes.get('requiredClass')?.toUpperCase(),
      required: this.required(element),
      excluded: children(element, 'excludedCategory').flatMap((group) => this.references(group)),
    };
  }

  private required(element: SpifElement): RequiredCategory[] {
    return children(element, 'requiredCategory').flatMap((rule): RequiredCategory[] => {
      const operation = rule.attributes.get('operation');
      const of = children(rule, 'categoryGroup').flatMap((group) => this.references(group));
      if (operation === 'onlyOne' || operation === 'oneOrMore' || operation === 'all') return [{ operation, of }];
      this.fault(rule, 'the operation is none of onlyOne, oneOrMore, all');
      return [];
    });
  }

  /** The values that a group means: one by its lacv, or all of the tag set. */
  private references(group: SpifElement): CategoryReference[] {
    const tagSet = this.need(group, 'tagSetRef');
    const lacv = group.attributes.get('lacv');
    const everyValue = isTrue(group, 'all');
    const values = this.tagSetElements
      .filter((element) => element.attributes.get('name') === tagSet)
      .flatMap((element) => children(element, 'securityCategoryTag').flatMap((tag) => children(tag, 'tagCategory')))
      .filter((value) => everyValue || (lacv !== undefined && value.attributes.get('lacv') === lacv));
    if (values.length === 0) this.fault(group, `it names no value: ${tagSet} ${lacv ?? ''}`.trimEnd());
    return values.map((value) => ({ tagSet, value: value.attributes.get('name') ?? '' }));
  }

  private need(element: SpifElement, name: string): string {
    const value = element.attributes.get(name);
    if (value === undefined || value === '') this.fault(element, `the attribute ${name} is missing`);
    return value ?? '';
  }

  private fault(element: SpifElement, fault: string): void {
    this.faults.push({ place: element.attributes.get('name') ?? element.name, fault, line: element.line });
  }
}

const children = (element: SpifElement, name: string): SpifElement[] =>
  element.children.filter((child) => child.name === name);

const texts = (element: SpifElement, name: string): string[] => children(element, name).map((child) => child.text);

const isTrue = (element: SpifElement, name: string): boolean =>
  ['true', '1'].includes(element.attributes.get(name) ?? '');

const markingsOf = (element: SpifElement): MarkingPhrase[] =>
  children(element, 'markingData').flatMap((marking): MarkingPhrase[] => {
    const phrase = marking.attributes.get('phrase');
    return phrase === undefined
      ? []
      : [{ phrase, language: marking.attributes.get('xml:lang'), codes: texts(marking, 'code') }];
  });

function categoryType(tag: SpifElement): CategoryType | undefined {
  const type = tag.attributes.get('tagType');
  switch (type === 'enumerated' ? tag.attributes.get('enumType') : type) {
    case 'restrictive':
      return 'RESTRICTIVE';
    case 'permissive':
      return 'PERMISSIVE';
    case 'tagType7':
      return 'INFORMATIVE';
    default:
      return undefined;
  }
}

/** The consistency that decisions rest on (of ADatP-4774.1 section 3.4): unique names and order, references that resolve. */
function inconsistencies(policy: SecurityPolicy): SpifFault[] {
  const names = new Set(policy.classifications.map((classification) => classification.name));
  const twice = (values: readonly string[], fault: string): SpifFault[] =>
    [...new Set(values.filter((value, index) => values.indexOf(value) !== index))].map((place) => ({ place, fault }));
  const classesNamed = policy.tagSets.flatMap((tagSet) =>
    tagSet.values.flatMap(({ name, excludedClasses, requiredClass }) =>
      [...excludedClasses, ...(requiredClass === undefined ? [] : [requiredClass])].map((named) => ({
        place: `${tagSet.name}/${name}`,
        named,
      })),
    ),
  );
  return [
    ...(names.size === 0 ? [{ place: policy.name, fault: 'it has no classification' }] : []),
    ...twice(
      policy.classifications.map((each) => each.name),
      'two classifications have this name',
    ),
    ...twice(
      policy.classifications.map((each) => each.lacv),
      'two classifications have this lacv',
    ),
    ...twice(
      policy.classifications.map((each) => String(each.hierarchy)),
      'two classifications have this place in the hierarchy',
    ),
    ...twice(
      policy.tagSets.map((each) => each.name),
      'two tag sets have this name',
    ),
    ...classesNamed
      .filter(({ named }) => !names.has(named))
      .map(({ place, named }) => ({ place, fault: `it names ${named}, which is no classification` })),
  ];
}
