import type { CategoryType, LabelCategory } from '../label';
import { type XmlElement, childrenOf, textOf } from '../xml/read-xml';
import { type FileFault, token } from '../xml/xml-text';

export const LABEL_NAMESPACE = 'urn:nato:stanag:4774:confidentialitymetadatalabel:1:0';
export const CLEARANCE_NAMESPACE = 'urn:nato:stanag:4774:confidentialityclearance:1:0';

const TYPES: readonly string[] = ['PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE'] satisfies CategoryType[];

/** The children of an element, taken one after the other in the order of the schema; what is wrong on the way is gathered. */
export class Parts {
  private readonly children: readonly XmlElement[];
  private next = 0;

  constructor(
    private readonly element: XmlElement,
    readonly faults: FileFault[],
    readonly warnings: FileFault[],
  ) {
    this.children = childrenOf(element);
    if (childrenOf(element).length > 0 && token(textOf(element)) !== '') this.say('text stands between its elements');
  }

  /** The next child, if it is of this name; where `must`, its absence is a fault. */
  take(name: string, namespace = LABEL_NAMESPACE, must = false): XmlElement | undefined {
    const child = this.children[this.next];
    if (child?.name === name && child.namespace === namespace) {
      this.next += 1;
      return child;
    }
    if (must) this.say(this.absent(name, namespace));
    return undefined;
  }

  private absent(name: string, namespace: string): string {
    const elsewhere = this.children.find((child) => child.name === name);
    if (elsewhere === undefined) return `the element ${name} is missing`;
    return elsewhere.namespace === namespace
      ? `${name} stands in the wrong place`
      : `${name} is not of the namespace ${namespace}`;
  }

  takeAll(name: string, namespace = LABEL_NAMESPACE): XmlElement[] {
    const found: XmlElement[] = [];
    for (let each = this.take(name, namespace); each !== undefined; each = this.take(name, namespace)) found.push(each);
    return found;
  }

  /** The rest, whatever it is. */
  takeRest(): XmlElement[] {
    const rest = this.children.slice(this.next);
    this.next = this.children.length;
    return rest;
  }

  /** The rest, which may only be elements of other namespaces (`##other`). */
  takeOthers(open: boolean): XmlElement[] {
    const rest = this.takeRest();
    for (const child of rest)
      if (!open || child.namespace === this.element.namespace || child.namespace === '')
        this.say(`${child.name} has no place here, or stands in the wrong one`, child);
    return rest;
  }

  say(fault: string, at = this.element): void {
    this.faults.push({ place: at.name, fault, line: at.line });
  }

  warn(fault: string, at = this.element): void {
    this.warnings.push({ place: at.name, fault, line: at.line });
  }

  /** The text of an element as `xs:token`; an empty one is a fault. */
  text(element: XmlElement | undefined): string {
    if (element === undefined) return '';
    if (childrenOf(element).length > 0) this.say('elements stand where a text belongs', element);
    const text = token(textOf(element));
    if (text === '') this.say('it is empty', element);
    return text;
  }
}

/** A `Category`: GenericValue alone (ADatP-4774 appendix 1: IntegerValue and BitStringValue shall not be used). */
export function readCategory(element: XmlElement, parts: Parts): LabelCategory {
  const type = element.attributes.get('Type');
  const tagSet = token(element.attributes.get('TagName') ?? '');
  if (type === undefined || !TYPES.includes(type))
    parts.say(`Type is not one of ${TYPES.join(', ')}: ${type ?? 'it is missing'}`, element);
  if (tagSet === '') parts.say('the attribute TagName is missing', element);
  const inside = new Parts(element, parts.faults, parts.warnings);
  const values = inside.takeAll('GenericValue').map((each) => {
    if (childrenOf(each).length > 0) parts.say('elements stand where a text belongs', each);
    return textOf(each);
  });
  for (const other of inside.takeOthers(false))
    if (other.name === 'IntegerValue' || other.name === 'BitStringValue')
      parts.say('IntegerValue and BitStringValue shall not be used', other);
  return { tagSet, type: type as CategoryType, values };
}
