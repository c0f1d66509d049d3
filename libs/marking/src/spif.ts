import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { CategoryType } from './label';
import type { CategoryValue, Classification, MarkingPhrase, SecurityPolicy, TagSet } from './policy';

/** What is wrong with a SPIF, and where. */
export interface SpifFault {
  readonly place: string;
  readonly fault: string;
}

/** A larger file is not read. */
const LARGEST = 8 * 1024 * 1024;
const NAMESPACE = 'http://www.xmlspif.org/spif';

type Element = Readonly<Record<string, unknown>>;

/** Reads a security policy from an Open XML SPIF 2.1, or says everything that is wrong with it. No DTD, no entity, no network. */
export function parseSpif(xml: string): { ok: true; policy: SecurityPolicy } | { ok: false; faults: SpifFault[] } {
  if (xml.length > LARGEST) return refuse('file', 'larger than a policy may be');
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) return refuse('file', 'a document type or an entity has no place in a policy');
  const wellFormed = XMLValidator.validate(xml);
  if (wellFormed !== true) return refuse(`line ${String(wellFormed.err.line)}`, wellFormed.err.msg);
  if (!xml.includes(NAMESPACE)) return refuse('SPIF', `not of the namespace ${NAMESPACE}`);
  const root = children(parser().parse(xml) as Element, 'SPIF')[0];
  if (root === undefined) return refuse('file', 'the root element is not SPIF');
  const faults: SpifFault[] = [];
  const policy = readPolicy(root, faults);
  faults.push(...inconsistencies(policy));
  return faults.length === 0 ? { ok: true, policy } : { ok: false, faults };
}

const refuse = (place: string, fault: string): { ok: false; faults: SpifFault[] } => ({ ok: false, faults: [{ place, fault }] });

const parser = (): XMLParser =>
  new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: true,
    trimValues: true,
    isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
  });

function readPolicy(root: Element, faults: SpifFault[]): SecurityPolicy {
  const identity = children(root, 'securityPolicyId')[0];
  const need = required(faults);
  return {
    name: need(identity, 'name', 'securityPolicyId'),
    id: need(identity, 'id', 'securityPolicyId'),
    classifications: children(children(root, 'securityClassifications')[0], 'securityClassification').map((element) =>
      readClassification(element, faults),
    ),
    tagSets: children(children(root, 'securityCategoryTagSets')[0], 'securityCategoryTagSet').flatMap((element) =>
      readTagSet(element, faults),
    ),
  };
}

function readClassification(element: Element, faults: SpifFault[]): Classification {
  const need = required(faults);
  const name = need(element, 'name', 'securityClassification');
  const hierarchy = Number(need(element, 'hierarchy', name));
  if (!Number.isInteger(hierarchy)) faults.push({ place: name, fault: 'the hierarchy is not a whole number' });
  return {
    name,
    lacv: need(element, 'lacv', name),
    hierarchy,
    colour: attribute(element, 'color'),
    obsolete: attribute(element, 'obsolete') === 'true',
    markings: readMarkings(element),
  };
}

function readTagSet(element: Element, faults: SpifFault[]): TagSet[] {
  const need = required(faults);
  const name = need(element, 'name', 'securityCategoryTagSet');
  const id = need(element, 'id', name);
  return children(element, 'securityCategoryTag').flatMap((tag): TagSet[] => {
    const type = categoryType(tag);
    if (type === undefined) {
      faults.push({ place: name, fault: `the tag type ${String(attribute(tag, 'tagType'))} is not one that decides or informs` });
      return [];
    }
    const most = attribute(tag, 'maxSelection');
    return [
      {
        name,
        id,
        type,
        least: Number(attribute(tag, 'minSelection') ?? 0),
        most: attribute(tag, 'singleSelection') === 'true' ? 1 : most === undefined || most === 'unbounded' ? undefined : Number(most),
        values: children(tag, 'tagCategory').map((category) => readCategory(category, name, faults)),
      },
    ];
  });
}

function readCategory(element: Element, tagSet: string, faults: SpifFault[]): CategoryValue {
  const need = required(faults);
  return {
    name: need(element, 'name', tagSet),
    lacv: need(element, 'lacv', tagSet),
    obsolete: attribute(element, 'obsolete') === 'true',
    markings: readMarkings(element),
    excludedClasses: texts(element, 'excludedClass'),
  };
}

const readMarkings = (element: Element): MarkingPhrase[] =>
  children(element, 'markingData').flatMap((marking): MarkingPhrase[] => {
    const phrase = attribute(marking, 'phrase');
    return phrase === undefined ? [] : [{ phrase, language: attribute(marking, 'lang'), codes: texts(marking, 'code') }];
  });

function categoryType(tag: Element): CategoryType | undefined {
  const type = attribute(tag, 'tagType');
  switch (type === 'enumerated' ? attribute(tag, 'enumType') : type) {
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
  return [
    ...(names.size === 0 ? [{ place: policy.name, fault: 'it has no classification' }] : []),
    ...repeated(policy.classifications.map((each) => each.name)).map((name) => ({ place: name, fault: 'two classifications have this name' })),
    ...repeated(policy.classifications.map((each) => each.lacv)).map((lacv) => ({ place: lacv, fault: 'two classifications have this lacv' })),
    ...repeated(policy.classifications.map((each) => String(each.hierarchy))).map((rank) => ({
      place: rank,
      fault: 'two classifications have this place in the hierarchy',
    })),
    ...policy.tagSets.flatMap((tagSet) =>
      tagSet.values.flatMap((value) =>
        value.excludedClasses
          .filter((excluded) => !names.has(excluded))
          .map((excluded) => ({ place: `${tagSet.name}/${value.name}`, fault: `it excludes ${excluded}, which is no classification` })),
      ),
    ),
  ];
}

const repeated = (values: readonly string[]): string[] => [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];

function children(element: Element | undefined, name: string): Element[] {
  const found = element?.[name];
  return Array.isArray(found) ? found.map((child: unknown) => (typeof child === 'object' && child !== null ? (child as Element) : {})) : [];
}

function texts(element: Element, name: string): string[] {
  const found = element[name];
  return Array.isArray(found) ? found.flatMap((child: unknown) => (typeof child === 'string' ? [child] : [])) : [];
}

function attribute(element: Element | undefined, name: string): string | undefined {
  const value = element?.[`@${name}`];
  return typeof value === 'string' ? value : undefined;
}

const required =
  (faults: SpifFault[]) =>
  (element: Element | undefined, name: string, place: string): string => {
    const value = attribute(element, name);
    if (value === undefined || value === '') faults.push({ place, fault: `the attribute ${name} is missing` });
    return value ?? '';
  };
