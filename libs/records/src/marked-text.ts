import { type Label, type PolicySet, parseMark } from '#marking';
import { type LineFault, MOST_FAULTS } from './line-fault';
import { readHead } from './marked-head';
import type { MarkedPortion } from './marked-portion';
import {
  ORIGINATOR,
  checkHead,
  checkOwnMark,
  checkReadWhole,
  checkWhole,
  readBanner,
  readHeadMark,
} from './marked-whole';
import type { Target } from './store/document.store';

export type { MarkedPortion } from './marked-portion';

/** A portion-marked document as it was written. The first portion is its title. */
export interface MarkedDocument {
  readonly banner: Label;
  /** The document's own label: under it stands that the document exists. The banner, where the head names none. */
  readonly mark: Label;
  readonly originator: string;
  readonly needToKnow: readonly string[];
  readonly exercise: boolean;
  readonly subject: string | undefined;
  /** Whether parts of it may be read and told without the others; false for what may be read only whole. */
  readonly extractable: boolean;
  readonly portions: readonly MarkedPortion[];
}

export const LONGEST_PORTION = 20_000;
export const MOST_PORTIONS = 5_000;

/**
 * What a reader does not see: control and format characters (zero width, directions, soft hyphens), line and paragraph
 * separators, halves of surrogate pairs. With them a text would look like another and not be found to be its copy.
 */
const UNSEEN = /[^\P{Cc}\t]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const codePoint = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;

const TABLE_HEADER = ['mark', 'nation', 'capability area', 'now', 'required', 'unit', 'due'];

/** A block of the text: lines that belong together, with the number of the first. */
interface Block {
  readonly line: number;
  readonly lines: readonly string[];
}

/**
 * Reads portion-marked Markdown or plain text. Refused as a whole, with line and reason for every fault: an unmarked or wrongly
 * marked portion, a banner below its content, a table that is not one of targets. Takes time in proportion to the text.
 */
export function parseMarkedText(
  text: string,
  policies: PolicySet,
): { ok: true; document: MarkedDocument } | { ok: false; faults: LineFault[] } {
  const faults: LineFault[] = [];
  const lines = text
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n');
  lines.forEach((line, index) => {
    const unseen = UNSEEN.exec(line)?.[0].codePointAt(0);
    if (unseen !== undefined && faults.length < MOST_FAULTS)
      faults.push({ line: index + 1, code: 'control-character', reason: `the control character ${codePoint(unseen)}` });
  });
  const { head, next } = readHead(lines, faults);
  const reader = new PortionReader(policies, head.originator ?? '', faults);
  for (const block of blocksFrom(lines, next)) reader.read(block);
  const banner = readBanner(head, policies, faults);
  const mark = head.mark === undefined ? banner : readHeadMark(head.mark, 'wrong-document-mark', policies, faults);
  checkHead(head, faults);
  checkWhole(reader.portions, banner, policies, faults);
  checkOwnMark(mark, banner, policies, faults);
  if (head.reading === 'whole') checkReadWhole(reader.portions, mark, policies, faults);
  if (faults.length > 0 || banner === undefined || mark === undefined)
    return { ok: false, faults: faults.sort((a, b) => a.line - b.line) };
  return {
    ok: true,
    document: {
      banner: banner.label,
      mark: mark.label,
      originator: head.originator ?? '',
      needToKnow: head.needToKnow ?? [],
      exercise: head.exercise,
      subject: head.subject,
      extractable: head.reading === 'cut',
      portions: reader.portions,
    },
  };
}

function blocksFrom(lines: readonly string[], first: number): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; lines: string[] } | undefined;
  for (let index = first; index < lines.length; index += 1) {
    const line = (lines[index] ?? '').trim();
    const heading = /^#{1,6} /.test(line);
    if (line === '' || heading) open = undefined;
    if (line === '') continue;
    if (open === undefined) {
      open = { line: index + 1, lines: [] };
      blocks.push(open);
    }
    open.lines.push(line);
    if (heading) open = undefined;
  }
  return blocks;
}

/** Reads blocks into portions and notes what is wrong with them. */
class PortionReader {
  readonly portions: MarkedPortion[] = [];
  private stopped = false;

  constructor(
    private readonly policies: PolicySet,
    private readonly originator: string,
    private readonly faults: LineFault[],
  ) {}

  read(block: Block): void {
    if (this.stops(block.line)) return;
    const first = block.lines[0] ?? '';
    if (first.startsWith('|')) this.readTable(block);
    else this.readText(block.line, block.lines.join(' ').replace(/^#{1,6} /, ''), /^# /.test(first));
  }

  private readText(line: number, text: string, heading: boolean): void {
    const kind = this.portions.length === 0 ? 'title' : 'paragraph';
    if (heading && kind !== 'title') this.fault(line, 'second-title', 'a document has one title');
    const parts = /^(\([^()]{0,500}\)) ?(?:\[([^[\]]{1,60})\] ?)?(.*)$/s.exec(text);
    if (parts === null) {
      this.fault(line, 'unmarked', 'the portion does not begin with a mark such as (CTS)');
      return;
    }
    const [, mark = '', originator, body = ''] = parts;
    this.add({ line, kind, mark, originator, body: body.trim() });
  }

  private add(found: {
    line: number;
    kind: MarkedPortion['kind'];
    mark: string;
    originator: string | undefined;
    body: string;
    target?: Target;
  }): void {
    const { line, kind, body, target } = found;
    const parsed = parseMark(this.policies, found.mark);
    if (!parsed.ok)
      this.fault(
        line,
        'wrong-mark',
        `${parsed.fault}${parsed.meant === undefined ? '' : `; did you mean ${parsed.meant}?`}`,
      );
    if (body === '') this.fault(line, 'empty', 'the portion has no text');
    if (body.length > LONGEST_PORTION)
      this.fault(line, 'too-long', `longer than ${String(LONGEST_PORTION)} characters`);
    const originator = found.originator ?? this.originator;
    if (found.originator !== undefined && !ORIGINATOR.test(originator))
      this.fault(line, 'originator', `${JSON.stringify(originator)} is no originator`);
    if (parsed.ok)
      this.portions.push({
        line,
        kind,
        label: parsed.label,
        originator,
        text: body,
        ...(target === undefined ? {} : { target }),
      });
  }

  private readTable(block: Block): void {
    const [header = '', rule = '', ...rows] = block.lines;
    if (this.portions.length === 0) this.fault(block.line, 'no-title', 'a table stands before the title');
    const cells = cellsOf(header).map((cell) => cell.toLowerCase());
    if (cells.join('|') !== TABLE_HEADER.join('|')) {
      this.fault(
        block.line,
        'table-header',
        'a target table has the columns Mark, Nation, Capability area, Now, Required, Unit, Due',
      );
      return;
    }
    if (!/^\|(?: ?:?-+:? ?\|){7}$/.test(rule))
      this.fault(block.line + 1, 'table-rule', 'the second line of a table is |---|…|');
    rows.forEach((row, index) => {
      this.readRow(block.line + 2 + index, cellsOf(row));
    });
  }

  private readRow(line: number, cells: readonly string[]): void {
    if (this.stops(line)) return;
    if (cells.length !== 7) {
      this.fault(line, 'table-row', `seven cells, not ${String(cells.length)}`);
      return;
    }
    const [mark = '', nation = '', area = '', now = '', required = '', unit = '', due = ''] = cells;
    const numbers = [now, required, due].map((cell) => (/^\d{1,12}$/.test(cell) ? Number(cell) : undefined));
    const [quantityNow, quantityRequired, dueYear] = numbers;
    if (!/^([A-Z]{3}|NATO)$/.test(nation)) this.fault(line, 'nation', `${JSON.stringify(nation)} is no nation`);
    if (area === '' || unit === '') this.fault(line, 'table-row', 'area and unit are needed');
    if (quantityNow === undefined || quantityRequired === undefined)
      this.fault(line, 'quantity', 'Now and Required are whole numbers');
    if (dueYear === undefined || dueYear < 2000 || dueYear > 2100)
      this.fault(line, 'due-year', `${JSON.stringify(due)} is no due year`);
    if (quantityNow === undefined || quantityRequired === undefined || dueYear === undefined) return;
    const target = { nation, area, quantityNow, quantityRequired, unit, dueYear };
    const body = `${nation} · ${area} · now ${String(quantityNow)} · required ${String(quantityRequired)} ${unit} · by ${String(dueYear)}`;
    this.add({ line, kind: 'target', mark, originator: undefined, body, target });
  }

  /** Whether no more is read. INVARIANT: what is not read is a fault; a portion passed over in silence would be lost. */
  private stops(line: number): boolean {
    if (this.stopped) return true;
    this.stopped = this.portions.length >= MOST_PORTIONS || this.faults.length >= MOST_FAULTS;
    if (this.portions.length >= MOST_PORTIONS)
      this.fault(line, 'too-many-portions', `more than ${String(MOST_PORTIONS)} portions`);
    else if (this.stopped)
      this.fault(line, 'too-many-faults', `more than ${String(MOST_FAULTS)} faults; from here on nothing was read`);
    return this.stopped;
  }

  private fault(line: number, code: string, reason: string): void {
    this.faults.push({ line, code, reason });
  }
}

const cellsOf = (row: string): string[] =>
  row
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => cell.trim());
