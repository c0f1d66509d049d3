import { type XmlElement, childrenOf, textOf } from '../xml/read-xml';
import { type FileFault, token } from '../xml/xml-text';
import { placeOf } from './check-grammar';
import { along, attributeOf, boundOf, categoryType, isTrue, meantBy, nameOf } from './elements';

/** Faults of a policy that contradicts itself, and warnings of what a real policy carries and is read all the same. */
export interface Consistency {
  readonly faults: FileFault[];
  readonly warnings: FileFault[];
}

/**
 * The consistency of a SPIF (ADatP-4774.1 section 3.4, and the keys of its schema): names, numbers and colours that must be
 * unique are, references resolve, and no rule contradicts another. Each fault is told with its place and line.
 */
export function inconsistencies(root: XmlElement): Consistency {
  const levels = along(root, 'securityClassifications', 'securityClassification');
  const tagSets = along(root, 'securityCategoryTagSets', 'securityCategoryTagSet');
  const tags = tagSets.flatMap((tagSet) => childrenOf(tagSet, 'securityCategoryTag').map((tag) => ({ tagSet, tag })));
  const values = tags.flatMap(({ tagSet, tag }) =>
    childrenOf(tag, 'tagCategory').map((value) => ({ value, place: `${nameOf(tagSet)}/${nameOf(value)}` })),
  );
  return {
    faults: [
      ...uniqueClassifications(levels),
      ...uniqueTagSets(tagSets),
      ...tags.flatMap(({ tagSet, tag }) => tagFaults(tagSet, tag)),
      ...tagSets.flatMap(twoTagsOfOneType),
      ...values.flatMap((each) => classReferences(each, levels)),
      ...values.flatMap(({ value, place }) => valueFaults(value, place)),
      ...categoryReferences(root, levels, values),
      ...policyReferences(root, levels, values),
      ...dates(root, nameOf(root)),
    ],
    warnings: tags.flatMap(({ tagSet, tag }) => repeatedValues(tagSet, tag)),
  };
}

const fault = (element: XmlElement, place: string, said: string): FileFault => ({
  place,
  fault: said,
  line: element.line,
});

/** The elements after the first of each key, as faults. */
function repeated(
  elements: readonly XmlElement[],
  key: (element: XmlElement) => string | undefined,
  said: string,
): FileFault[] {
  const seen = new Set<string>();
  return elements.flatMap((element) => {
    const value = key(element);
    if (value === undefined || value === '') return [];
    if (seen.has(value)) return [fault(element, placeOf(element), said)];
    seen.add(value);
    return [];
  });
}

const uniqueClassifications = (levels: readonly XmlElement[]): FileFault[] => [
  ...repeated(levels, (each) => nameOf(each).toUpperCase(), 'two classifications have this name'),
  ...repeated(levels, (each) => numberText(each, 'lacv'), 'two classifications have this lacv'),
  ...repeated(levels, (each) => numberText(each, 'hierarchy'), 'two classifications have this place in the hierarchy'),
  ...repeated(levels, (each) => attributeOf(each, 'color')?.toLowerCase(), 'two classifications have this colour'),
];

const numberText = (element: XmlElement, name: string): string => String(Number(attributeOf(element, name)));

const uniqueTagSets = (tagSets: readonly XmlElement[]): FileFault[] => [
  ...repeated(tagSets, nameOf, 'two tag sets have this name'),
  ...repeated(tagSets, (each) => attributeOf(each, 'id'), 'two tag sets have this id'),
];

/** A tag says its type in one way, and its limits can be kept. */
function tagFaults(tagSet: XmlElement, tag: XmlElement): FileFault[] {
  const say = (said: string): FileFault[] => [fault(tag, nameOf(tagSet), said)];
  const type = attributeOf(tag, 'tagType');
  const count = new Set(childrenOf(tag, 'tagCategory').map(nameOf)).size;
  const [least, most] = [boundOf(tag, 'minSelection') ?? 0, boundOf(tag, 'maxSelection')];
  const single = isTrue(tag, 'singleSelection');
  return [
    ...(categoryType(tag) === undefined
      ? say(`the tag type ${type ?? '(none)'} of ${nameOf(tagSet)} is not one that decides or informs`)
      : []),
    ...(type !== 'enumerated' && attributeOf(tag, 'enumType') !== undefined && attributeOf(tag, 'enumType') !== type
      ? say(`it is ${type ?? ''}, and has the enumType of another`)
      : []),
    ...(type !== 'tagType7' && attributeOf(tag, 'tag7Encoding') !== undefined
      ? say(`it is ${type ?? ''}, and has a tag7Encoding`)
      : []),
    ...(least < 0 || (most !== undefined && most < 1) ? say('a limit of selection is below what can be chosen') : []),
    ...(most !== undefined && least > most ? say('it asks for more values than it allows') : []),
    ...(single && (least > 1 || (most !== undefined && most > 1)) ? say('it allows one value, and more') : []),
    ...(least > count ? say('it asks for more values than it has') : []),
  ];
}

/** A label tells the tags of one tag set apart by their type alone. */
const twoTagsOfOneType = (tagSet: XmlElement): FileFault[] =>
  repeated(childrenOf(tagSet, 'securityCategoryTag'), categoryType, `${nameOf(tagSet)} has two tags of one type`);

interface Value {
  readonly value: XmlElement;
  readonly place: string;
}

function classReferences({ value, place }: Value, levels: readonly XmlElement[]): FileFault[] {
  const names = new Set(levels.map((each) => nameOf(each).toUpperCase()));
  const excluded = childrenOf(value, 'excludedClass');
  const classOf = (element: XmlElement): string => token(textOf(element)).toUpperCase();
  const wanted = attributeOf(value, 'requiredClass')?.toUpperCase();
  return [
    ...excluded
      .filter((each) => !names.has(classOf(each)))
      .map((each) => fault(each, place, `it names ${classOf(each)}, which is no classification`)),
    ...repeated(excluded, classOf, 'it excludes a classification twice').map((each) => ({ ...each, place })),
    ...(wanted === undefined || names.has(wanted)
      ? []
      : [fault(value, place, `it names ${wanted}, which is no classification`)]),
    ...(wanted !== undefined && excluded.some((each) => classOf(each) === wanted)
      ? [fault(value, place, `it needs ${wanted} and excludes it`)]
      : []),
    ...(excluded.length > 0 && [...names].every((name) => excluded.some((each) => classOf(each) === name))
      ? [fault(value, place, 'it excludes every classification')]
      : []),
  ];
}

function valueFaults(value: XmlElement, place: string): FileFault[] {
  const input = attributeOf(value, 'userInput');
  return [
    ...(attributeOf(value, 'dateFormat') !== undefined && input !== 'date'
      ? [fault(value, place, 'it has a date format, and its user writes no date')]
      : []),
    ...dates(value, place),
  ];
}

function dates(element: XmlElement, place: string): FileFault[] {
  const [from, until] = [attributeOf(element, 'notBefore'), attributeOf(element, 'notAfter')];
  return from !== undefined && until !== undefined && Date.parse(from) > Date.parse(until)
    ? [fault(element, place, 'it ends before it begins')]
    : [];
}

/** Groups of required and excluded values name a tag set, its type, and one value or all. */
function categoryReferences(root: XmlElement, levels: readonly XmlElement[], values: readonly Value[]): FileFault[] {
  const owners = [...levels.map((value) => ({ value, place: nameOf(value) })), ...values];
  return owners.flatMap(({ value, place }) => {
    const required = along(value, 'requiredCategory', 'categoryGroup');
    const excluded = childrenOf(value, 'excludedCategory');
    const itself = (group: XmlElement): boolean => meantBy(group, root).some((each) => each.value === value);
    return [
      ...[...required, ...excluded].flatMap((group) => groupFaults(group, place, root)),
      ...excluded.filter(itself).map((group) => fault(group, place, 'it excludes itself')),
    ];
  });
}

function groupFaults(group: XmlElement, place: string, root: XmlElement): FileFault[] {
  const [named, lacv] = [attributeOf(group, 'tagSetRef') ?? '', attributeOf(group, 'lacv')];
  const say = (said: string): FileFault[] => [fault(group, place, said)];
  const tagSet = along(root, 'securityCategoryTagSets', 'securityCategoryTagSet').find(
    (each) => nameOf(each) === named,
  );
  if (tagSet === undefined) return say(`it names no tag set: ${named}`);
  if ((lacv !== undefined) === isTrue(group, 'all')) return say('a group names one value or all, and one of the two');
  if (!childrenOf(tagSet, 'securityCategoryTag').some((tag) => categoryType(tag) === categoryType(group)))
    return say(`${named} is not of the type that the group names`);
  return meantBy(group, root).length === 0 ? say(`it names no value: ${named} ${lacv ?? ''}`.trimEnd()) : [];
}

/** Equivalences name a policy that the file declares. */
function policyReferences(root: XmlElement, levels: readonly XmlElement[], values: readonly Value[]): FileFault[] {
  const declared = along(root, 'equivalentPolicies', 'equivalentPolicy');
  const known = [...declared, ...childrenOf(root, 'defaultSecurityPolicyId')];
  const names = new Set(known.map(nameOf));
  const users = [
    ...levels.flatMap((each) =>
      childrenOf(each, 'equivalentClassification').map((use) => ({ use, place: nameOf(each) })),
    ),
    ...values.flatMap(({ value, place }) =>
      childrenOf(value, 'equivalentSecCategoryTag').map((use) => ({ use, place })),
    ),
    ...along(root, 'securityCategoryTagSets', 'securityCategoryTagSet').flatMap((each) =>
      childrenOf(each, 'equivalentSecurityCategoryTagSet').map((use) => ({ use, place: nameOf(each) })),
    ),
  ];
  return [
    ...repeated(declared, nameOf, 'two equivalent policies have this name'),
    ...repeated(declared, (each) => attributeOf(each, 'id'), 'two equivalent policies have this id'),
    ...users
      .filter(({ use }) => !names.has(attributeOf(use, 'policyRef') ?? ''))
      .map(({ use, place }) =>
        fault(use, place, `it names no equivalent policy: ${attributeOf(use, 'policyRef') ?? ''}`),
      ),
  ];
}

/**
 * Entries of one name, and values of one lacv. NATO's own policy has both, so they are told and not refused: a label is
 * written with names, and of entries of one name it has to fit one.
 */
function repeatedValues(tagSet: XmlElement, tag: XmlElement): FileFault[] {
  const values = childrenOf(tag, 'tagCategory');
  const place = (each: FileFault): FileFault => ({ ...each, place: `${nameOf(tagSet)}/${each.place}` });
  const firstOfName = values.filter(
    (each, index) => values.findIndex((other) => nameOf(other) === nameOf(each)) === index,
  );
  return [
    ...repeated(values, nameOf, 'the value has a second entry'),
    ...repeated(firstOfName, (each) => attributeOf(each, 'lacv'), 'another value has the same lacv'),
    ...values
      .filter((each) => (each.attributes.get('name') ?? '') !== nameOf(each))
      .map((each) => fault(each, nameOf(each), 'its name has white space at an end or doubled')),
  ].map(place);
}
