import PDFDocument from 'pdfkit';
import { EXERCISE_NOTICE, type ReleaseContent, type RenderedFile, targetsOf } from './content';
import { FONTS } from './letters';

const MARGIN = 64;
const GAP = 6;
const COLUMNS = [46, 170, 60, 66, 76, 40] as const;

/**
 * A tagged PDF, rendered anew: the document information holds the title alone, and its date is the moment of freezing.
 * No trace of what was withheld can be under anything, because it was never there.
 */
export async function renderPdf(content: ReleaseContent, frozenAt: Date): Promise<RenderedFile> {
  const pdf = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    lang: 'en',
    tagged: true,
    displayTitle: true,
    info: {
      Title: content.title,
      CreationDate: frozenAt,
      ModDate: frozenAt,
      Producer: 'Imprimatur',
      Creator: 'Imprimatur',
    },
  });
  const collected = collect(pdf);
  pdf.registerFont('text', FONTS.text);
  pdf.registerFont('bold', FONTS.bold);
  if (content.exercise) pdf.font('bold').fontSize(9).fillColor('#9a3412').text(EXERCISE_NOTICE).moveDown();
  pdf.font('bold').fontSize(20).fillColor('#1b1f24').text(content.title).moveDown(0.5);
  pdf.font('text').fontSize(12).fillColor('#3b4650').text(content.summary).moveDown();
  pdf.fillColor('#1b1f24').fontSize(10.5);
  for (const portion of content.portions.filter((each) => each.target === undefined)) {
    pdf
      .font(portion.kind === 'title' ? 'bold' : 'text')
      .text(portion.text, { lineGap: 2 })
      .moveDown(0.6);
  }
  drawTargets(pdf, content);
  pdf.moveDown().font('text').fontSize(8).fillColor('#55606a').text(`Release ${content.release}`, MARGIN);
  pdf.end();
  return { name: 'release.pdf', mediaType: 'application/pdf', bytes: await collected };
}

function drawTargets(pdf: PDFKit.PDFDocument, content: ReleaseContent): void {
  const targets = targetsOf(content);
  if (targets.length === 0) return;
  pdf.moveDown(0.5);
  row(pdf, 'bold', ['Nation', 'Capability area', 'Now', 'Required', 'Unit', 'Due']);
  for (const { target } of targets) {
    const { nation, area, quantityNow, quantityRequired, unit, dueYear } = target;
    row(pdf, 'text', [nation, area, String(quantityNow), String(quantityRequired), unit, String(dueYear)]);
  }
}

/** What a cell is measured with and drawn with: with two widths a row would end lower than was made room for. */
const textWidth = (column: number): number => (COLUMNS[column] ?? 60) - GAP;

function row(pdf: PDFKit.PDFDocument, font: string, cells: readonly string[]): void {
  pdf.font(font).fontSize(9);
  const height = Math.max(...cells.map((cell, index) => pdf.heightOfString(cell, { width: textWidth(index) })));
  if (pdf.y + height > pdf.page.height - MARGIN) pdf.addPage();
  const top = pdf.y;
  let left = MARGIN;
  cells.forEach((cell, index) => {
    pdf.text(cell, left, top, { width: textWidth(index) });
    left += textWidth(index) + GAP;
  });
  pdf.y = top + height + 4;
  pdf.x = MARGIN;
}

function collect(pdf: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => {
      resolve(Buffer.concat(chunks));
    });
    pdf.on('error', reject);
  });
}
