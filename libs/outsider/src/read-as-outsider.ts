import { spawn } from 'node:child_process';
import { join } from 'node:path';

const TIME_LIMIT_MS = 20_000;
const TEXT_LIMIT = 20 * 1024 * 1024;

/**
 * Every word that a stranger finds in a file: what is shown and what is only carried along (attributes, comments,
 * metadata). What cannot be read is an error, and so a no.
 */
export async function readAsOutsider(mediaType: string, bytes: Buffer): Promise<string> {
  const essence = mediaType.split(';')[0]?.trim();
  switch (essence) {
    case 'application/pdf':
      return readPdf(bytes);
    case 'text/html':
      return readHtml(decode(bytes));
    case 'application/json':
      return `${decode(bytes)}\n${stringsOf(JSON.parse(decode(bytes))).join('\n')}`;
    case 'text/csv':
    case 'text/plain':
      return decode(bytes);
    default:
      throw new Error(`no outsider's reader for ${mediaType}`);
  }
}

const decode = (bytes: Buffer): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/** The page as it stands, attributes and comments included, and once more with the markup taken out. */
function readHtml(html: string): string {
  const shown = html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');
  return `${html}\n${shown}`;
}

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
