import PDFDocument from 'pdfkit';
import { readAsOutsider } from '#outsider';
import { EXERCISE_NOTICE, type ReleaseContent, type ReleasedPortion } from './content';
import { renderPdf } from './pdf';

const FROZEN = new Date('2026-06-01T09:00:00Z');
const HEADER = ['Nation', 'Capability area', 'Now', 'Required', 'Unit', 'Due'];

/** EXERCISE: all figures are invented. */
const content = (change: Partial<ReleaseContent> = {}): ReleaseContent => ({
  release: 'r-0123456789abcdef0123',
  title: 'EXERCISE New capability targets',
  summary: 'EXERCISE What may be told.',
  exercise: true,
  portions: [],
  ...change,
});

const target = (n: number, area: string): ReleasedPortion => ({
  n,
  kind: 'target',
  text: 'not shown: the table shows the fields',
  target: { nation: 'DEU', area, quantityNow: n, quantityRequired: 2 * n, unit: 'batteries', dueYear: 2032 },
});

const bytesOf = async (of: ReleaseContent, at = FROZEN): Promise<Buffer> => (await renderPdf(of, at)).bytes;
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .split(/\s+/)
    .filter((word) => word !== '');

/** The words on the pages: what is read before the first line of JSON, which says how the page is made. */
async function shownIn(bytes: Buffer): Promise<string[]> {
  const read = await readAsOutsider('application/pdf', bytes);
  return wordsOf(
    read
      .split('\n')
      .filter((line) => !line.startsWith('{') && !line.startsWith('['))
      .join('\n'),
  );
}

/** As often as pages: each is read as text, and once more letter by letter as it was drawn. */
const twice = (words: string[]): string[] => [...words, ...words];

const pagesOf = (bytes: Buffer): number => bytes.toString('latin1').split('/Type /Page\n').length - 1;

describe('the printed rendition', () => {
  it('is read back as exactly the words of the release, in their order', async () => {
    const words =
      'Größe, Łódź, İstanbul, Þingvellir, Ελλάδα, България, Türkiye, Čeština, office, affluent, „30 %“ – 182 000 ﬁnal.';
    const long = `EXERCISE ${words} `.repeat(12).trim();
    const of = content({
      title: `EXERCISE ${words}`,
      portions: [
        { n: 1, kind: 'title', text: 'EXERCISE Targets' },
        { n: 2, kind: 'paragraph', text: long },
        target(3, 'Air and missile defence'),
      ],
    });
    const row = ['DEU', 'Air and missile defence', '3', '6', 'batteries', '2032'];
    const said = [
      EXERCISE_NOTICE,
      of.title,
      of.summary,
      'EXERCISE Targets',
      long,
      ...HEADER,
      ...row,
      `Release ${of.release}`,
    ];
    expect(await shownIn(await bytesOf(of))).toEqual(twice(wordsOf(said.join(' '))));
  });

  it('says that it is an exercise where it is one, and only there', async () => {
    const of = content({ exercise: false });
    expect(await shownIn(await bytesOf(of))).toEqual(twice(wordsOf(`${of.title} ${of.summary} Release ${of.release}`)));
  });

  it('carries along its title and the moment of freezing, and nothing of who made it or when', async () => {
    const bytes = await bytesOf(content());
    const read = await readAsOutsider('application/pdf', bytes);
    const info = read.split('\n').find((line) => line.includes('"Producer"')) ?? '{}';
    expect(JSON.parse(info)).toMatchObject({
      Title: 'EXERCISE New capability targets',
      Producer: 'Imprimatur',
      Creator: 'Imprimatur',
      CreationDate: 'D:20260601090000Z',
      ModDate: 'D:20260601090000Z',
      Language: 'en',
    });
    expect(info).not.toMatch(/Author|Subject|Keywords/);
    expect(bytes.toString('latin1')).not.toMatch(/\/JavaScript|\/OpenAction|\/EmbeddedFile|\/URI/);
  });

  it('is the same bytes from the same content and moment, whenever it is made', async () => {
    const of = content({ portions: [target(1, 'Logistics')] });
    const bytes = await bytesOf(of);
    expect((await bytesOf(of)).equals(bytes)).toBe(true);
    expect((await bytesOf(of, new Date('2026-06-01T09:00:01Z'))).equals(bytes)).toBe(false);
    expect((await bytesOf(content({ portions: [target(2, 'Logistics')] }))).equals(bytes)).toBe(false);
  });

  it('shows three hundred targets over several pages, each once and in order', async () => {
    const portions = Array.from({ length: 300 }, (_unused, n) => target(n + 1, `Area ${String(n + 1)}`));
    const bytes = await bytesOf(content({ portions }));
    expect(pagesOf(bytes)).toBeGreaterThan(4);
    const shown = (await shownIn(bytes)).join(' ');
    const areas = [...shown.matchAll(/DEU Area (\d+) (\d+) (\d+) batteries 2032/g)].map((found) =>
      found.slice(1).map(Number),
    );
    const [first] = areas;
    expect(first).toEqual([1, 1, 2]);
    // Each page is read twice: what is left when repetitions go is the order of the rows.
    expect(areas.map(([n]) => n).filter((n, place, all) => all.indexOf(n) === place)).toEqual(
      portions.map(({ n }) => n),
    );
    expect(areas).toHaveLength(600);
  });

  it('leaves room for a row as it is drawn: a cell that just needs a second line has one', async () => {
    const pagesFor = async (rows: number, area: string): Promise<number> =>
      pagesOf(await bytesOf(content({ portions: Array.from({ length: rows }, (_unused, n) => target(n + 1, area)) })));
    // A row that is measured as one line and drawn as two lies over the next, and tears at the end of a page.
    expect([await pagesFor(30, 'Area'), await pagesFor(30, wideAs(165, 169))]).toEqual([1, 2]);
    expect(await pagesFor(200, wideAs(165, 169))).toBe(8);
  });
});

/** A text that is between so many points wide in the table. */
function wideAs(least: number, most: number): string {
  const pdf = new PDFDocument().font(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSerif.ttf')).fontSize(9);
  for (let length = 1; length < 60; length += 1) {
    for (const end of ['', 'i', 'n', 'm']) {
      const text = `${'an '.repeat(length)}${end}`.trim();
      const width = pdf.widthOfString(text);
      if (width > least && width < most) return text;
    }
  }
  throw new Error('no text is as wide as that');
}
