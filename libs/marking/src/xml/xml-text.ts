/** What is wrong with a file: where (a name, and the line where the text still tells it) and what. */
export interface FileFault {
  readonly place: string;
  readonly fault: string;
  readonly line?: number;
}

/** The text of a file, or why its bytes are not the text that they say they are. */
export type DecodedText =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly faults: FileFault[] };

/**
 * The text of an XML file given as bytes or as text, if it is not larger than `largest` (bytes, or characters of a text).
 *
 * UTF-8 and UTF-16 are read; a file that declares another encoding, or whose bytes break the one that it has, is refused,
 * because two readers would see two files. INVARIANT: nothing is decoded before its size is known to be bearable.
 */
export function decodeXml(input: string | Uint8Array, largest: number): DecodedText {
  if (input.length > largest) return refuse('the file is larger than it may be');
  if (typeof input === 'string') return { ok: true, text: input.replace(/^\uFEFF/, '') };
  const encoding = encodingOf(input);
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(input);
  } catch {
    return refuse(`the bytes are not ${encoding.toUpperCase()}`);
  }
  const declared = /^<\?xml[^>]{0,200}?\bencoding\s{0,9}=\s{0,9}["']([\w.-]{1,40})["']/.exec(text)?.[1]?.toLowerCase();
  if (declared !== undefined && !agrees(declared, encoding))
    return refuse(`the file says it is ${declared.toUpperCase()}, and reads as ${encoding.toUpperCase()}`);
  return { ok: true, text };
}

const agrees = (declared: string, encoding: string): boolean =>
  declared === encoding ||
  (declared === 'us-ascii' && encoding === 'utf-8') ||
  (declared === 'utf-16' && encoding.startsWith('utf-16'));

/** By byte order mark, else by how `<?` or `<a` looks in its first bytes (XML 1.0, appendix F). */
function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be';
  return 'utf-8';
}

export const refuse = (fault: string, line?: number): { ok: false; faults: FileFault[] } => ({
  ok: false,
  faults: [{ place: 'file', fault, ...(line === undefined ? {} : { line }) }],
});

const MOST_FAULTS = 200;

/** The first faults, and how many more there are: a file made of faults is not answered with a larger one. */
export const firstOf = (faults: FileFault[]): FileFault[] =>
  faults.length <= MOST_FAULTS
    ? faults
    : [...faults.slice(0, MOST_FAULTS), { place: 'file', fault: `${faults.length - MOST_FAULTS} more faults` }];

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text with XML's five entities and its character references replaced, and the references that are none of them. */
export function resolveReferences(written: string): { text: string; unknown: string[] } {
  if (!written.includes('&')) return { text: written, unknown: [] };
  const unknown: string[] = [];
  const text = written.replace(/&([^;&\s]{0,10};)?/g, (reference, name: string | undefined) => {
    const character = characterOf(name?.slice(0, -1) ?? '');
    if (character === undefined) unknown.push(reference);
    return character ?? '';
  });
  return { text, unknown };
}

function characterOf(entity: string): string | undefined {
  const code = /^#x[0-9a-f]+$/i.test(entity)
    ? parseInt(entity.slice(2), 16)
    : /^#[0-9]+$/.test(entity)
      ? Number(entity.slice(1))
      : NaN;
  if (Object.hasOwn(NAMED, entity)) return NAMED[entity];
  return code > 0 && code <= 0x10ffff && FORBIDDEN.exec(String.fromCodePoint(code)) === null
    ? String.fromCodePoint(code)
    : undefined;
}

/** What XML 1.0 does not let stand in a document: control characters, halves of surrogate pairs, two non-characters. */
export const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u;

/** The text with runs of white space as single blanks and none at the ends: `xs:token`, as names are compared. */
export const token = (text: string): string => text.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
