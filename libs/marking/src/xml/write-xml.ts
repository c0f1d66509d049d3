import { type XmlElement, XML_NAMESPACE } from './read-xml';

/** An element to be written: `attributes` as in `XmlElement`, undefined ones left out. */
export function xmlElement(
  [namespace, prefix]: readonly [string, string],
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  content: readonly (XmlElement | string)[] = [],
): XmlElement {
  const given = Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { name, namespace, prefix, attributes: new Map(given), content, line: 0 };
}

/**
 * The element as an XML file in UTF-8, two blanks an indent. What `readXml` reads of it is the element again; prefixes are
 * kept, and numbered where one stands for two namespaces.
 */
export function writeXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, new Map([[XML_NAMESPACE, 'xml']]), '')}\n`;
}

function written(element: XmlElement, outer: ReadonlyMap<string, string>, indent: string): string {
  const scope = new Map(outer);
  const declared: string[] = [];
  const name = qualified(element, scope, declared);
  const attributes = [...element.attributes].map(([key, value]) => {
    const parts = /^\{(.*)\}([^}]*)$/s.exec(key);
    const attribute =
      parts === null ? key : prefixed(parts[1] ?? '', parts[2] ?? '', { scope, declared, wanted: 'ns' });
    return ` ${attribute}="${escaped(value, true)}"`;
  });
  const open = `${indent}<${name}${[...declared, ...attributes].join('')}`;
  if (element.content.length === 0) return `${open}/>`;
  if (element.content.some((child) => typeof child === 'string'))
    return `${open}>${element.content
      .map((child) => (typeof child === 'string' ? escaped(child, false) : written(child, scope, '')))
      .join('')}</${name}>`;
  const inside = element.content.map((child) =>
    typeof child === 'string' ? '' : written(child, scope, `${indent}  `),
  );
  return `${open}>\n${inside.join('\n')}\n${indent}</${name}>`;
}

interface Declaring {
  readonly scope: Map<string, string>;
  readonly declared: string[];
  readonly wanted: string;
}

/** Elements of no namespace are written bare, which is right as long as no default namespace is ever declared. */
const qualified = (element: XmlElement, scope: Map<string, string>, declared: string[]): string =>
  element.namespace === ''
    ? element.name
    : prefixed(element.namespace, element.name, { scope, declared, wanted: element.prefix || 'ns' });

function prefixed(namespace: string, name: string, { scope, declared, wanted }: Declaring): string {
  const known = scope.get(namespace);
  if (known !== undefined) return `${known}:${name}`;
  const taken = new Set(scope.values());
  let prefix = wanted;
  for (let number = 2; taken.has(prefix); number += 1) prefix = `${wanted}${number}`;
  scope.set(namespace, prefix);
  declared.push(` xmlns:${prefix}="${escaped(namespace, true)}"`);
  return `${prefix}:${name}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** In an attribute white space other than a blank is a reference, because readers turn the written one into a blank. */
const escaped = (text: string, attribute: boolean): string =>
  text.replace(attribute ? /[&<>"\t\n\r]/g : /[&<>\r]/g, (character) => ESCAPES[character] ?? character);

/** The element as XML that stands on its own, with every namespace that it uses. */
export const writeElement = (element: XmlElement): string => written(element, new Map([[XML_NAMESPACE, 'xml']]), '');
