import type { CategoryType } from '../label';
import { type XmlElement, childrenOf } from '../xml/read-xml';
import { token } from '../xml/xml-text';

/** An attribute as it is compared: white space folded; undefined when it does not stand there. */
export const attributeOf = (element: XmlElement, name: string): string | undefined => {
  const value = element.attributes.get(name);
  return value === undefined ? undefined : token(value);
};

/** The name of an element, as it is compared. */
export const nameOf = (element: XmlElement): string => attributeOf(element, 'name') ?? '';

export const isTrue = (element: XmlElement, name: string): boolean =>
  ['true', '1'].includes(attributeOf(element, name) ?? '');

/** A bound of a selection; undefined when it is unbounded. */
export function boundOf(element: XmlElement, name: string): number | undefined {
  const written = attributeOf(element, name);
  return written === undefined || written === 'unbounded' ? undefined : Number(written);
}

/** The children of the children that lie along a path of names. */
export const along = (element: XmlElement, ...path: readonly string[]): XmlElement[] =>
  path.reduce<XmlElement[]>((found, name) => found.flatMap((each) => childrenOf(each, name)), [element]);

/** How the types of SPIF are the types of a label (ADatP-4774.1 section 3.3.4); `notApplicable` is none. */
export function categoryType(tag: XmlElement): CategoryType | undefined {
  const type = attributeOf(tag, 'tagType');
  switch (type === 'enumerated' ? attributeOf(tag, 'enumType') : type) {
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

/** The values that a `categoryGroup` or an `excludedCategory` means, with the tag sets in which they stand. */
export function meantBy(
  group: XmlElement,
  root: XmlElement,
): { tagSet: XmlElement; tag: XmlElement; value: XmlElement }[] {
  const [tagSetName, lacv, everyValue] = [
    attributeOf(group, 'tagSetRef'),
    attributeOf(group, 'lacv'),
    isTrue(group, 'all'),
  ];
  const type = categoryType(group);
  return along(root, 'securityCategoryTagSets', 'securityCategoryTagSet')
    .filter((tagSet) => nameOf(tagSet) === tagSetName)
    .flatMap((tagSet) =>
      childrenOf(tagSet, 'securityCategoryTag')
        .filter((tag) => categoryType(tag) === type)
        .flatMap((tag) =>
          childrenOf(tag, 'tagCategory')
            .filter((value) => everyValue || (lacv !== undefined && attributeOf(value, 'lacv') === lacv))
            .map((value) => ({ tagSet, tag, value })),
        ),
    );
}
