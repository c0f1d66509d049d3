// Reads a PDF from standard input as a stranger would, and writes every word it finds to standard output:
// text of all pages, annotations, outline, attachments' names, document information and metadata.
// A program of its own: the reader is an ES module with top-level await, and a hostile file harms only this process.
import { getDocument, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);

const pdf = await getDocument({
  data: new Uint8Array(Buffer.concat(chunks)),
  isEvalSupported: false,
  useSystemFonts: false,
  disableFontFace: true,
  verbosity: VerbosityLevel.ERRORS,
}).promise;

const found = [];
for (let number = 1; number <= pdf.numPages; number += 1) {
  const page = await pdf.getPage(number);
  const content = await page.getTextContent({ includeMarkedContent: false });
  found.push(content.items.map((item) => item.str + (item.hasEOL ? '\n' : '')).join(''));
  for (const annotation of await page.getAnnotations()) found.push(JSON.stringify(annotation));
}
const { info, metadata } = await pdf.getMetadata();
found.push(JSON.stringify(info), metadata?.getRaw?.() ?? '');
found.push(JSON.stringify((await pdf.getOutline()) ?? []), Object.keys((await pdf.getAttachments()) ?? {}).join('\n'));
process.stdout.write(found.join('\n'));
