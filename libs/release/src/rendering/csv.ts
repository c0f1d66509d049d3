import { stringify } from 'csv-stringify/sync';
import { type ReleaseContent, type RenderedFile, targetsOf } from './content';

/** The target tables. Text that a spreadsheet would run as a formula is neutralised. Absent when no target is released. */
export function renderCsv(content: ReleaseContent): RenderedFile | undefined {
  const targets = targetsOf(content);
  if (targets.length === 0) return undefined;
  const rows = targets.map(({ target }) => [
    target.nation,
    target.area,
    target.quantityNow,
    target.quantityRequired,
    target.unit,
    target.dueYear,
  ]);
  const header = ['nation', 'capability area', 'quantity now', 'quantity required', 'unit', 'due year'];
  const text = stringify([header, ...rows], { escape_formulas: true, record_delimiter: '\r\n' });
  return { name: 'targets.csv', mediaType: 'text/csv', bytes: Buffer.from(text) };
}
