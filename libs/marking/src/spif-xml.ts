import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** What is wrong with a SPIF: where (a name, and the line where the text still tells it) and what. */
export interface SpifFault {
  readonly place: string;
  readonly fault: string;
  readonly line?: number;
}

/** An element of the SPIF namespace, with its attributes by written name and its children of the same namespace. */
export interface SpifElement {
  readonly name: string;
  readonly line: number;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly SpifElement[];
  readonly text: string;
}

/** A larger file is not read (characters). */
export const LARGEST_SPIF = 8 * 1024 * 1024;
const NAMESPACE = 'http://www.xmlspif.org/spif';
const DEEPEST = 40;

/** The root element, or what keeps the text from being a safe, well-formed SPIF. No DTD, no entity of its own, no network. */
export function readSpifXml(xml: string): { ok: true; root: SpifElement } | { ok: false; faults: SpifFault[] } {
  if (xml.length > LARGEST_SPIF) return refuse('the file is larger than a policy may be');
  const declared = /<!(DOCTYPE|ENTITY)/i.exec(xml);
  if (declared !== null)
    return refuse('a document type or an entity has no place in a policy', lineCounter(xml)(declared.index));
  const wellFormed = XMLValidator.validate(xml);
  if (wellFormed !== true) return refuse(wellFormed.err.msg, wellFormed.err.line);
  const faults: SpifFault[] = [];
  let nodes: unknown;
  try {
    nodes = parser().parse(xml);
  } catch (error) {
    return refuse((error as Error).message);
  }
  const reading: Reading = { lineOf: lineCounter(xml), faults };
  const root = elements(nodes, new Map(), reading).find((element) => element.name === 'SPIF');
  if (faults.length > 0) return { ok: false, faults };
  return root === undefined ? refuse(`there is no element SPIF of the namespace ${NAMESPACE}`) : { ok: true, root };
}

const refuse = (fault: string, line?: number): { ok: false; faults: SpifFault[] } => ({
  ok: false,
  faults: [{ place: 'file', fault, ...(line === undefined ? {} : { line }) }],
});

const parser = (): XMLParser =>
  new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    captureMetaData: true,
    maxNestedTags: DEEPEST,
  });

interface Reading {
  readonly lineOf: (index: number) => number;
  readonly faults: SpifFault[];
}

type Namespaces = ReadonlyMap<string, string>;

const META = XMLParser.getMetaDataSymbol() as symbol;

function elements(nodes: unknown, outer: Namespaces, reading: Reading): SpifElement[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown): SpifElement[] => {
    if (typeof node !== 'object' || node === null) return [];
    const tag = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
    return tag === undefined ? [] : element(tag, node as Record<string | symbol, unknown>, outer, reading);
  });
}

function element(
  tag: string,
  node: Record<string | symbol, unknown>,
  outer: Namespaces,
  reading: Reading,
): SpifElement[] {
  const line = reading.lineOf((node[META] as { startIndex?: number } | undefined)?.startIndex ?? 0);
  const decoded = (text: string): string => decode(text, tag, line, reading.faults);
  const written = Object.entries((node[':@'] as Record<string, string> | undefined) ?? {});
  const attributes = new Map(written.map(([name, value]) => [name, decoded(value)]));
  const scope = new Map(outer);
  for (const [name, value] of attributes) {
    if (name === 'xmlns') scope.set('', value);
    else if (name.startsWith('xmlns:')) scope.set(name.slice(6), value);
  }
  const [local = tag, prefix = ''] = tag.split(':').reverse();
  if (scope.get(prefix) !== NAMESPACE) return [];
  const inside = node[tag];
  const text = (Array.isArray(inside) ? inside : [])
    .map((child: unknown) => (child as Record<string, unknown>)['#text'])
    .filter((child): child is string => typeof child === 'string')
    .join('');
  // Extensions are other people's: what stands in them decides nothing here.
  const children = local === 'extensions' ? [] : elements(inside, scope, reading);
  return [{ name: local, line, attributes, children, text: decoded(text) }];
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text with XML's five entities and character references replaced, blanks folded (a real policy ends a name with a line feed). */
function decode(text: string, place: string, line: number, faults: SpifFault[]): string {
  const whole = text.replace(/&([^;&\s]{0,10};)?/g, (written, name: string | undefined) => {
    const entity = name?.slice(0, -1) ?? '';
    const code = /^#x[0-9a-f]+$/i.test(entity)
      ? parseInt(entity.slice(2), 16)
      : /^#[0-9]+$/.test(entity)
        ? Number(entity.slice(1))
        : NaN;
    const character = NAMED[entity] ?? (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined);
    if (character === undefined)
      faults.push({ place, fault: `${written} is no entity that XML knows by itself`, line });
    return character ?? '';
  });
  return whole.replace(/\s+/g, ' ').trim();
}

/** Line numbers of ascending positions, each found by going on from the one before. */
function lineCounter(xml: string): (index: number) => number {
  let [at, line] = [0, 1];
  return (index) => {
    if (index < at) [at, line] = [0, 1];
    for (let next = xml.indexOf('\n', at); next !== -1 && next < index; next = xml.indexOf('\n', at)) {
      line += 1;
      at = next + 1;
    }
    return line;
  };
}
