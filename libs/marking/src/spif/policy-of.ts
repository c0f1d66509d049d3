import { type XmlElement, XML_NAMESPACE, childrenOf, textOf } from '../xml/read-xml';
import { token } from '../xml/xml-text';
import type {
  Applied,
  CategoryReference,
  CategoryValue,
  Classification,
  EquivalentCategory,
  EquivalentPolicy,
  ForeignRequirement,
  MarkingPhrase,
  MarkingQualifier,
  PolicyFile,
  PrivacyMark,
  RequiredCategory,
  SecurityPolicy,
  TagSet,
} from '../policy';
import { along, attributeOf, boundOf, categoryType, isTrue, meantBy, nameOf } from './elements';

/** The policy that a SPIF describes, whose structure and consistency have been checked. */
export function policyOf(root: XmlElement): SecurityPolicy {
  const identity = childrenOf(root, 'securityPolicyId')[0] ?? root;
  const [standard] = childrenOf(root, 'defaultSecurityPolicyId');
  const all = childrenOf(root, 'securityClassifications')[0] ?? root;
  return {
    ...inUpperCase(nameOf(identity)),
    id: attributeOf(identity, 'id') ?? '',
    classifications: childrenOf(all, 'securityClassification').map((each) => classification(each, root)),
    tagSets: along(root, 'securityCategoryTagSets', 'securityCategoryTagSet').flatMap((each) => tagSets(each, root)),
    file: fileOf(root),
    ...validity(root),
    ...(standard === undefined
      ? {}
      : { defaultPolicy: { name: nameOf(standard), id: attributeOf(standard, 'id') ?? '' } }),
    markings: [root, identity, all].flatMap((each) => markingsOf(each, nameOf(identity))),
    qualifiers: [root, identity, all].flatMap(qualifiersOf),
    privacyMarks: along(root, 'privacyMarks', 'privacyMark').map(privacyMark),
    equivalentPolicies: along(root, 'equivalentPolicies', 'equivalentPolicy').map(equivalentPolicy),
    memberships: memberships(root),
  };
}

const inUpperCase = (spelling: string): { name: string; spelling?: string } => {
  const name = spelling.toUpperCase();
  return name === spelling ? { name } : { name, spelling };
};

function fileOf(root: XmlElement): PolicyFile {
  const text = (name: string): string => attributeOf(root, name) ?? '';
  return {
    schemaVersion: text('schemaVersion'),
    version: Number(attributeOf(root, 'version') ?? '1'),
    created: text('creationDate'),
    originator: text('originatorDN'),
    keyIdentifier: text('keyIdentifier'),
    privilegeId: text('privilegeId'),
    rbacId: text('rbacId'),
    userReference: attributeOf(root, 'userRefURI'),
    documentReference: attributeOf(root, 'docRefURI'),
  };
}

function validity(element: XmlElement): { notBefore?: string; notAfter?: string } {
  const [notBefore, notAfter] = [attributeOf(element, 'notBefore'), attributeOf(element, 'notAfter')];
  return { ...(notBefore === undefined ? {} : { notBefore }), ...(notAfter === undefined ? {} : { notAfter }) };
}

function classification(element: XmlElement, root: XmlElement): Classification {
  return {
    ...inUpperCase(nameOf(element)),
    lacv: attributeOf(element, 'lacv') ?? '',
    hierarchy: Number(attributeOf(element, 'hierarchy')),
    colour: attributeOf(element, 'color'),
    obsolete: isTrue(element, 'obsolete'),
    markings: markingsOf(element, nameOf(element)),
    qualifiers: qualifiersOf(element),
    required: required(element, root),
    equivalents: childrenOf(element, 'equivalentClassification').map((each) => ({
      policy: attributeOf(each, 'policyRef') ?? '',
      lacv: attributeOf(each, 'lacv') ?? '',
      applied: attributeOf(each, 'applied') as Applied,
      required: foreignRequirements(each),
    })),
  };
}

function tagSets(element: XmlElement, root: XmlElement): TagSet[] {
  const equivalents = childrenOf(element, 'equivalentSecurityCategoryTagSet').map((each) => ({
    policy: attributeOf(each, 'policyRef') ?? '',
    name: attributeOf(each, 'name'),
    id: attributeOf(each, 'id'),
    required: foreignRequirements(each),
  }));
  return childrenOf(element, 'securityCategoryTag').flatMap((tag): TagSet[] => {
    const type = categoryType(tag);
    if (type === undefined) return [];
    const [tagName, tag7Encoding] = [attributeOf(tag, 'name'), attributeOf(tag, 'tag7Encoding')];
    return [
      {
        name: nameOf(element),
        id: attributeOf(element, 'id') ?? '',
        type,
        ...(tagName === undefined ? {} : { tagName }),
        ...(tag7Encoding === undefined ? {} : { tag7Encoding }),
        least: boundOf(tag, 'minSelection') ?? 0,
        most: isTrue(tag, 'singleSelection') ? 1 : boundOf(tag, 'maxSelection'),
        values: childrenOf(tag, 'tagCategory').map((each) => category(each, root)),
        qualifiers: qualifiersOf(tag),
        equivalents,
      },
    ];
  });
}

function category(element: XmlElement, root: XmlElement): CategoryValue {
  const [name, written] = [nameOf(element), element.attributes.get('name') ?? ''];
  const kind = attributeOf(element, 'userInput');
  return {
    name,
    ...(written === name ? {} : { spelling: written }),
    lacv: attributeOf(element, 'lacv') ?? '',
    obsolete: isTrue(element, 'obsolete'),
    ...validity(element),
    ...(kind === 'string' || kind === 'integer' || kind === 'date'
      ? { userInput: { kind, dateFormat: attributeOf(element, 'dateFormat') } }
      : {}),
    markings: markingsOf(element, name),
    qualifiers: qualifiersOf(element),
    excludedClasses: childrenOf(element, 'excludedClass').map((each) => token(textOf(each)).toUpperCase()),
    requiredClass: attributeOf(element, 'requiredClass')?.toUpperCase(),
    required: required(element, root),
    excluded: childrenOf(element, 'excludedCategory').flatMap((group) => references(group, root)),
    equivalents: childrenOf(element, 'equivalentSecCategoryTag').map(equivalentCategory),
  };
}

/** Several rules on one element must all be met. A rule that names no operation asks for one value at least. */
const required = (element: XmlElement, root: XmlElement): RequiredCategory[] =>
  childrenOf(element, 'requiredCategory').map((rule) => ({
    operation: (attributeOf(rule, 'operation') ?? 'oneOrMore') as RequiredCategory['operation'],
    of: childrenOf(rule, 'categoryGroup').flatMap((group) => references(group, root)),
  }));

/** The values that a group means: by lacv, or all of the tag. Entries of one name are one value on a label. */
function references(group: XmlElement, root: XmlElement): CategoryReference[] {
  const found = new Map<string, CategoryReference>();
  for (const { tagSet, tag, value } of meantBy(group, root)) {
    const type = categoryType(tag);
    if (type !== undefined) found.set(nameOf(value), { tagSet: nameOf(tagSet), value: nameOf(value), type });
  }
  return [...found.values()];
}

const foreignRequirements = (element: XmlElement): ForeignRequirement[] =>
  childrenOf(element, 'requiredCategory').map((rule) => ({
    operation: attributeOf(rule, 'operation'),
    groups: childrenOf(rule, 'categoryGroup').map((group) => ({
      tagSet: attributeOf(group, 'tagSetRef') ?? '',
      lacv: attributeOf(group, 'lacv'),
      all: isTrue(group, 'all'),
    })),
  }));

const equivalentCategory = (element: XmlElement): EquivalentCategory => ({
  policy: attributeOf(element, 'policyRef') ?? '',
  tagSetId: attributeOf(element, 'tagSetId') ?? '',
  type: categoryType(element),
  lacv: attributeOf(element, 'lacv') ?? '',
  applied: attributeOf(element, 'applied') as Applied,
  discard: attributeOf(element, 'action') === 'discard',
});

const equivalentPolicy = (element: XmlElement): EquivalentPolicy => ({
  name: nameOf(element),
  id: attributeOf(element, 'id') ?? '',
  userReference: attributeOf(element, 'userRefURI'),
  documentReference: attributeOf(element, 'docRefURI'),
  required: foreignRequirements(element),
});

const privacyMark = (element: XmlElement): PrivacyMark => ({
  name: nameOf(element),
  obsolete: isTrue(element, 'obsolete'),
  markings: markingsOf(element, nameOf(element)),
  qualifiers: qualifiersOf(element),
});

const LANGUAGE = `{${XML_NAMESPACE}}lang`;

const markingsOf = (element: XmlElement, name: string): MarkingPhrase[] =>
  childrenOf(element, 'markingData').map((marking) => ({
    phrase: attributeOf(marking, 'phrase') ?? name,
    language: attributeOf(marking, LANGUAGE),
    codes: childrenOf(marking, 'code').map((code) => token(textOf(code))),
  }));

/** Qualifiers keep their blanks: a separator may be nothing else. */
const qualifiersOf = (element: XmlElement): MarkingQualifier[] =>
  childrenOf(element, 'markingQualifier').flatMap((group) =>
    childrenOf(group, 'qualifier').map((qualifier) => ({
      kind: attributeOf(qualifier, 'qualifierCode') as MarkingQualifier['kind'],
      text: qualifier.attributes.get('markingQualifier') ?? '',
      language: attributeOf(qualifier, LANGUAGE),
      place: attributeOf(group, 'markingCode'),
    })),
  );

const NATO_EXTENSION = 'urn:nato:stanag:4774:spif:extensions:1:0';

/** Extensions decide nothing; NATO's lists of who belongs to a community are kept because people ask. */
function memberships(root: XmlElement): { community: string; members: string[] }[] {
  const name = (element: XmlElement): string => attributeOf(element, `{${NATO_EXTENSION}}name`) ?? '';
  return along(root, 'extensions')
    .flatMap((extensions) => childrenOf(extensions))
    .filter((each) => each.name === 'memberships' && each.namespace === NATO_EXTENSION)
    .flatMap((list) => childrenOf(list, 'membership'))
    .map((each) => ({ community: name(each), members: childrenOf(each, 'member').map(name) }));
}
