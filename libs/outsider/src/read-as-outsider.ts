import { spawn } from 'node:child_process';
import { join } from 'node:path';

const TIME_LIMIT_MS = 20_000;
const TEXT_LIMIT = 20 * 1024 * 1024;

/**
 * Every word that a stranger finds in a file: what is shown and what is only carried along (attributes, comments,
 * metadata). What cannot be read is an error, and so a no.
 */
export async function readAsOutsider(mediaType: string, bytes: Buffer): Promise<string> {
  const read = await readEssence(mediaType, bytes);
  // A PDF shows so what its font has no letter for, and no database keeps it.
  if (read.includes('\u0000')) throw new Error(`the ${mediaType} holds letters that mean nothing`);
  return read;
}

async function readEssence(mediaType: string, bytes: Buffer): Promise<string> {
  const essence = mediaType.split(';')[0]?.trim();
  switch (essence) {
    case 'application/pdf':
      return readPdf(bytes);
    case 'text/html':
      return readHtml(decode(bytes));
    case 'application/json':
      return readJson(decode(bytes));
    case 'text/csv':
    case 'text/plain':
      return decode(bytes);
    default:
      throw new Error(`no outsider's reader for ${mediaType}`);
  }
}

const decode = (bytes: Buffer): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/**
 * The page as it stands, attributes and comments included; once more with its character references resolved; and with the
 * markup taken out, its place once a blank and once nothing, so that no tag within a word hides it.
 */
const readHtml = (html: string): string =>
  [html, resolved(html), resolved(html.replace(TAG, ' ')), resolved(html.replace(TAG, ''))].join('\n');

/** Up to the next bracket of whatever kind: a page of opening brackets alone must not take for ever. */
const TAG = /<[^<>]*>/g;
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }),
);

/** Character references as the characters that they stand for. One that is not known is an error: it might say anything. */
const resolved = (text: string): string =>
  text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|([a-z][a-z0-9]*));?/gi,
    (reference, hex?: string, decimal?: string, name?: string) => {
      const character =
        name === undefined
          ? String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
          : NAMED.get(name);
      if (character === undefined || /[^\P{Cc}\t\n]/u.test(character))
        throw new Error(`the character reference ${reference} is not known`);
      return character;
    },
  );

/** The text with its escapes resolved as well: of a name that stands twice JSON.parse keeps one value only. */
const readJson = (json: string): string =>
  [
    json,
    json.replace(/\\u([0-9a-f]{4})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    ...stringsOf(JSON.parse(json)),
  ].join('\n');

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsOf(inner)]);
}

function readPdf(bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = spawn(process.execPath, ['--max-old-space-size=512', join(__dirname, 'read-pdf.mjs')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    const text: Buffer[] = [];
    const faults: Buffer[] = [];
    let length = 0;
    reader.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > TEXT_LIMIT) reader.kill('SIGKILL');
      else text.push(chunk);
    });
    reader.stderr.on('data', (chunk: Buffer) => faults.push(chunk));
    // The reader may die before it has read everything; its exit code tells.
    reader.stdin.on('error', () => undefined);
    reader.on('error', reject);
    reader.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(text).toString('utf8'));
      else
        reject(new Error(`the PDF cannot be read back: ${Buffer.concat(faults).toString('utf8').trim().slice(-200)}`));
    });
    reader.stdin.end(bytes);
  });
}
