import { type XmlElement, childrenOf, textOf } from '../xml/read-xml';
import { type FileFault, token } from '../xml/xml-text';
import { type ElementRule, GRAMMAR } from './grammar';

export const SPIF_NAMESPACE = 'http://www.xmlspif.org/spif';

/** The name by which an element is found again: its own, else that of its kind. */
export const placeOf = (element: XmlElement): string => {
  const name = token(element.attributes.get('name') ?? '');
  return name === '' ? element.name : name;
};

/** What breaks the structure of a SPIF 2.1, each with its line; and what is only bent, and was read as it was meant. */
export function checkGrammar(root: XmlElement): { faults: FileFault[]; warnings: FileFault[] } {
  const found: { faults: FileFault[]; warnings: FileFault[] } = { faults: [], warnings: [] };
  checkElement(root, found);
  return found;
}

/**
 * The tree with elements of no namespace that SPIF knows by name taken for SPIF's: the policy printed in ADatP-4774.1 annex B
 * has such ones. To pass them over would be to pass over what might be a rule.
 */
export function withSpifNamespace(element: XmlElement): XmlElement {
  if (element.name === 'extensions') return element;
  const meant = element.namespace === '' && Object.hasOwn(GRAMMAR, element.name) && element.name !== 'SPIF';
  return {
    ...element,
    ...(meant ? { namespace: SPIF_NAMESPACE } : {}),
    content: element.content.map((child) => (typeof child === 'string' ? child : withSpifNamespace(child))),
  };
}

/** The elements that `withSpifNamespace` takes for SPIF's, as warnings. */
export function bareElements(element: XmlElement): FileFault[] {
  if (element.name === 'extensions') return [];
  const bare =
    element.namespace === ''
      ? [{ place: placeOf(element), fault: `${element.name} has no namespace; read as SPIF's`, line: element.line }]
      : [];
  return [...bare, ...childrenOf(element).flatMap(bareElements)];
}

function checkElement(element: XmlElement, found: { faults: FileFault[]; warnings: FileFault[] }): void {
  const say = (fault: string, at = element): void => {
    found.faults.push({ place: placeOf(at), fault, line: at.line });
  };
  const rule = element.namespace === SPIF_NAMESPACE && Object.hasOwn(GRAMMAR, element.name) && GRAMMAR[element.name];
  if (rule === undefined || rule === false) {
    say(`SPIF 2.1 has no such element: ${element.name}`);
    return;
  }
  checkAttributes(element, rule, say);
  if (rule.open === true) return;
  const text = token(textOf(element));
  if (rule.text === undefined) {
    if (text !== '') say(`text stands in ${element.name}`);
  } else if (!rule.text.fits(text)) say(`the text of ${element.name} is not ${rule.text.type}`);
  checkChildren(element, rule, say);
  for (const child of childrenOf(element)) checkElement(child, found);
}

function checkAttributes(element: XmlElement, rule: ElementRule, say: (fault: string) => void): void {
  for (const [name, { required, type, fits }] of Object.entries(rule.attributes)) {
    const value = element.attributes.get(name);
    if (value === undefined) {
      if (required) say(`the attribute ${name} is missing`);
    } else if (name !== 'markingQualifier' && required && token(value) === '') say(`the attribute ${name} is empty`);
    else if (!fits(value)) say(`${name} is not ${type}`);
  }
  for (const name of element.attributes.keys())
    if (!name.startsWith('{') && !Object.hasOwn(rule.attributes, name)) say(`SPIF 2.1 has no such attribute: ${name}`);
}

/** Children in the order of the schema: each rule takes as many as it may, and whatever is left stands in the wrong place. */
function checkChildren(element: XmlElement, rule: ElementRule, say: (fault: string, at?: XmlElement) => void): void {
  const children = childrenOf(element);
  let next = 0;
  for (const { name, least, most } of rule.children) {
    let count = 0;
    while (count < most && children[next]?.name === name) {
      count += 1;
      next += 1;
    }
    if (count < least && !children.some((child) => child.name === name)) say(`the element ${name} is missing`);
  }
  const misplaced = children[next];
  if (misplaced !== undefined && Object.hasOwn(GRAMMAR, misplaced.name))
    say(
      rule.children.some(({ name }) => name === misplaced.name)
        ? `${misplaced.name} stands in the wrong place, or too often`
        : `${misplaced.name} has no place in ${element.name}`,
      misplaced,
    );
}
