import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { type FileFault, FORBIDDEN, decodeXml, firstOf, refuse, resolveReferences } from './xml-text';

/**
 * An element with its namespace resolved. Attributes without a prefix are held by their name, others as `{namespace}name`;
 * values and text are held exactly as an XML processor reports them. White space between elements is left out.
 */
export interface XmlElement {
  readonly name: string;
  readonly namespace: string;
  readonly prefix: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly content: readonly (XmlElement | string)[];
  readonly line: number;
}

export type ReadXml =
  { readonly ok: true; readonly root: XmlElement } | { readonly ok: false; readonly faults: FileFault[] };

/** A larger file is not read (bytes). NATO's own policy is a twenty-fifth of it. */
export const LARGEST_XML = 2 * 1024 * 1024;
/** Elements that nest deeper are not read; where it is far deeper, not even checked for being well-formed. */
const DEEPEST = 40;
const FAR_TOO_DEEP = 1000;
/** More of these signs are not read: each `<` can cost an element, each `=` an attribute, each `&` a reference. NATO's has 7,000 `<`. */
const MOST_SIGNS = 100_000;
export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

/**
 * The root element of an XML file, or what keeps it from being a safe, well-formed one.
 *
 * No document type, no entity of its own, nothing fetched; size and depth are bounded before anything is built.
 */
export function readXml(input: string | Uint8Array, largest = LARGEST_XML): ReadXml {
  const decoded = decodeXml(input, largest);
  if (!decoded.ok) return decoded;
  const xml = decoded.text;
  const lineOf = lineCounter(xml);
  const declared = /<!(DOCTYPE|ENTITY)/i.exec(xml);
  if (declared !== null) return refuse('a document type or an entity has no place here', lineOf(declared.index));
  const forbidden = FORBIDDEN.exec(xml);
  if (forbidden !== null) return refuse('it holds a character that XML does not allow', lineOf(forbidden.index));
  const costly = costOf(xml);
  if (costly !== undefined) return refuse(costly.fault, lineOf(costly.at));
  const wellFormed = XMLValidator.validate(xml);
  if (wellFormed !== true) return refuse(wellFormed.err.msg.slice(0, 300), wellFormed.err.line);
  return built(xml, lineOf);
}

function built(xml: string, lineOf: (index: number) => number): ReadXml {
  let nodes: unknown;
  try {
    nodes = parser().parse(xml);
  } catch (error) {
    return refuse((error as Error).message.slice(0, 300));
  }
  const builder = new TreeBuilder(lineOf);
  const roots = builder.content(nodes, new Map([['xml', XML_NAMESPACE]]));
  if (builder.faults.length > 0) return { ok: false, faults: firstOf(builder.faults) };
  const [root, ...more] = roots.filter((node) => typeof node !== 'string' || node.trim() !== '');
  if (root === undefined || typeof root === 'string' || more.length > 0)
    return refuse('a file has one element at its root, and nothing beside it');
  return { ok: true, root };
}

/**
 * What would make reading cost more than the size of the file: too much markup, or nesting without end. Found in one pass over
 * the characters, before anything is built. Comments and CDATA that hold tags can only make the count stricter.
 */
function costOf(xml: string): { fault: string; at: number } | undefined {
  const signs = { [LESS]: 0, [EQUALS]: 0, [AMPERSAND]: 0 };
  let [depth, opening] = [0, false];
  for (let at = 0; at < xml.length; at += 1) {
    const sign = xml.charCodeAt(at);
    if (sign === LESS || sign === EQUALS || sign === AMPERSAND) {
      signs[sign] += 1;
      if (signs[sign] > MOST_SIGNS)
        return { fault: `it has more than ${MOST_SIGNS} tags, attributes or references`, at };
    }
    if (sign === LESS) {
      const next = xml.charCodeAt(at + 1);
      opening = next !== SLASH && next !== BANG && next !== QUESTION;
      if (next === SLASH) depth -= 1;
    } else if (sign === GREATER && opening) {
      opening = false;
      if (xml.charCodeAt(at - 1) !== SLASH) depth += 1;
      if (depth > FAR_TOO_DEEP) return { fault: `elements nest more than ${DEEPEST} deep`, at };
    }
  }
  return undefined;
}

const [LESS, GREATER, EQUALS, AMPERSAND, SLASH, BANG, QUESTION] = [0x3c, 0x3e, 0x3d, 0x26, 0x2f, 0x21, 0x3f] as const;

const parser = (): XMLParser =>
  new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    captureMetaData: true,
    cdataPropName: CDATA,
    maxNestedTags: DEEPEST,
  });

type Namespaces = ReadonlyMap<string, string>;
type Node = Record<string | symbol, unknown>;

const CDATA = '#cdata';
const META = XMLParser.getMetaDataSymbol() as symbol;

class TreeBuilder {
  readonly faults: FileFault[] = [];

  constructor(private readonly lineOf: (index: number) => number) {}

  content(nodes: unknown, scope: Namespaces): (XmlElement | string)[] {
    const found = (Array.isArray(nodes) ? (nodes as Node[]) : []).map((node) => this.node(node, scope));
    const whole = found.reduce<(XmlElement | string)[]>((before, each) => {
      const last = before.at(-1);
      if (typeof last === 'string' && typeof each === 'string') before[before.length - 1] = last + each;
      else before.push(each);
      return before;
    }, []);
    return whole.some((each) => typeof each !== 'string')
      ? whole.filter((each) => typeof each !== 'string' || each.trim() !== '')
      : whole;
  }

  private node(node: Node, scope: Namespaces): XmlElement | string {
    if (typeof node['#text'] === 'string') return this.text(node['#text'], 'text', this.line(node));
    const cdata = node[CDATA];
    if (Array.isArray(cdata))
      return cdata.map((each: Node) => (typeof each['#text'] === 'string' ? each['#text'] : '')).join('');
    const tag = Object.keys(node).find((key) => key !== ':@');
    if (tag === undefined) {
      this.faults.push({ place: 'file', fault: 'an element has a name that cannot be read', line: this.line(node) });
      return '';
    }
    return this.element(tag, node, scope);
  }

  private element(tag: string, node: Node, outer: Namespaces): XmlElement {
    const line = this.line(node);
    const written = Object.entries((node[':@'] as Record<string, string> | undefined) ?? {});
    const scope = new Map(outer);
    for (const [name, value] of written) {
      if (name === 'xmlns') scope.set('', this.text(value, tag, line));
      else if (name.startsWith('xmlns:')) scope.set(name.slice(6), this.text(value, tag, line));
    }
    const { prefix, name } = this.split(tag, line);
    return {
      name,
      namespace: this.namespace(prefix, scope, line),
      prefix,
      attributes: this.attributes(written, { scope, tag, line }),
      content: this.content(node[tag], scope),
      line,
    };
  }

  private attributes(
    written: readonly (readonly [string, string])[],
    at: { readonly scope: Namespaces; readonly tag: string; readonly line: number },
  ): Map<string, string> {
    const found = new Map<string, string>();
    for (const [qualified, value] of written) {
      if (qualified === 'xmlns' || qualified.startsWith('xmlns:')) continue;
      if (value.includes('<')) this.faults.push({ place: at.tag, fault: `< stands in ${qualified}`, line: at.line });
      const { prefix, name } = this.split(qualified, at.line);
      const key = prefix === '' ? name : `{${this.namespace(prefix, at.scope, at.line)}}${name}`;
      if (found.has(key)) this.faults.push({ place: at.tag, fault: `${qualified} stands twice`, line: at.line });
      // Attribute-value normalisation (XML 1.0, 3.3.3): written white space is a blank, a character reference is not.
      found.set(key, this.text(value.replace(/[\t\r\n]/g, ' '), at.tag, at.line));
    }
    return found;
  }

  private split(qualified: string, line: number): { prefix: string; name: string } {
    const parts = qualified.split(':');
    if (parts.length > 2 || parts.includes(''))
      this.faults.push({ place: qualified, fault: 'it is no name with one prefix', line });
    return parts.length === 1 ? { prefix: '', name: qualified } : { prefix: parts[0] ?? '', name: parts[1] ?? '' };
  }

  private namespace(prefix: string, scope: Namespaces, line: number): string {
    const found = scope.get(prefix);
    if (found === undefined && prefix !== '')
      this.faults.push({ place: prefix, fault: 'the prefix is not bound to a namespace', line });
    return found ?? '';
  }

  private text(written: string, place: string, line: number): string {
    const { text, unknown } = resolveReferences(written);
    for (const each of unknown)
      this.faults.push({ place, fault: `${each} is no entity that XML knows by itself`, line });
    return text;
  }

  private line(node: Node): number {
    return this.lineOf((node[META] as { startIndex?: number } | undefined)?.startIndex ?? 0);
  }
}

/** The line of a position, by halving over where lines end: a file of many lines and many faults costs no more than its size. */
function lineCounter(xml: string): (index: number) => number {
  let ends: number[] | undefined;
  return (index) => {
    ends ??= lineEnds(xml);
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

function lineEnds(xml: string): number[] {
  const ends: number[] = [];
  for (let at = xml.indexOf('\n'); at !== -1; at = xml.indexOf('\n', at + 1)) ends.push(at);
  return ends;
}

/** The elements of a name among the children of an element, in the element's own namespace. */
export const childrenOf = (element: XmlElement, name?: string): XmlElement[] =>
  element.content.filter(
    (child): child is XmlElement =>
      typeof child !== 'string' &&
      (name === undefined || (child.name === name && child.namespace === element.namespace)),
  );

/** The text of an element, without that of elements in it. */
export const textOf = (element: XmlElement): string =>
  element.content.filter((child): child is string => typeof child === 'string').join('');
