// Reads a PDF from standard input as a stranger would, and writes every word it finds to standard output:
// text of all pages, every letter drawn, structure with its alternative texts, annotations, outline, attachments' names,
// document information and metadata.
// A program of its own: the reader is an ES module with top-level await, and a hostile file harms only this process.
import { OPS, VerbosityLevel, getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);

const pdf = await getDocument({
  data: new Uint8Array(Buffer.concat(chunks)),
  isEvalSupported: false,
  useSystemFonts: false,
  disableFontFace: true,
  verbosity: VerbosityLevel.ERRORS,
}).promise;

// The text of a page leaves out what lies beside its visible part; what is drawn holds every letter, wherever it stands.
async function drawnOn(page) {
  const { fnArray, argsArray } = await page.getOperatorList();
  const shown = argsArray.filter((_args, place) => fnArray[place] === OPS.showText);
  return shown.map(([glyphs]) => glyphs.map((glyph) => glyph?.unicode ?? '').join('')).join('\n');
}

const found = [];
for (let number = 1; number <= pdf.numPages; number += 1) {
  const page = await pdf.getPage(number);
  const content = await page.getTextContent({ includeMarkedContent: false });
  found.push(content.items.map((item) => item.str + (item.hasEOL ? '\n' : '')).join(''));
  found.push(await drawnOn(page), JSON.stringify(await page.getStructTree()));
  for (const annotation of await page.getAnnotations()) found.push(JSON.stringify(annotation));
}
const { info, metadata } = await pdf.getMetadata();
found.push(JSON.stringify(info), metadata?.getRaw?.() ?? '');
found.push(JSON.stringify((await pdf.getOutline()) ?? []), Object.keys((await pdf.getAttachments()) ?? {}).join('\n'));
process.stdout.write(found.join('\n'));
