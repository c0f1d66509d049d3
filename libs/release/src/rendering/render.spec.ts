import fc from 'fast-check';
import { readAsOutsider } from '#outsider';
import type { SourcePortion } from '#records';
import { canonicalJson } from '#signing';
import { type TreatedPortion, releaseContent } from '../outgoing-content';
import type { CaseRow, ItemRow } from '../store/case.store';
import { EXERCISE_NOTICE, type ReleaseContent, type ReleasedPortion, type ReleasedTarget } from './content';
import { renderCsv } from './csv';
import { renderHtml } from './html';
import { renderJson } from './json';
import { renderAll } from './render';

const FROZEN = new Date('2026-06-01T09:00:00Z');

/** EXERCISE: all figures are invented. */
const TARGET: ReleasedTarget = {
  nation: 'DEU',
  area: 'Air and missile defence',
  quantityNow: 10,
  quantityRequired: 50,
  unit: 'batteries',
  dueYear: 2032,
};

const paragraph = (n: number, text: string): ReleasedPortion => ({ n, kind: 'paragraph', text });
const target = (n: number, change: Partial<ReleasedTarget> = {}): ReleasedPortion => ({
  n,
  kind: 'target',
  text: 'DEU · Air and missile defence',
  target: { ...TARGET, ...change },
});

const content = (change: Partial<ReleaseContent> = {}): ReleaseContent => ({
  release: 'r-0123456789abcdef0123',
  title: 'EXERCISE New capability targets',
  summary: 'EXERCISE What may be told.',
  exercise: true,
  portions: [{ n: 1, kind: 'title', text: 'EXERCISE Targets' }, paragraph(2, 'The targets are higher.'), target(3)],
  ...change,
});

const htmlOf = (of: ReleaseContent): string => renderHtml(of).bytes.toString('utf8');
const csvOf = (...changes: Partial<ReleasedTarget>[]): string =>
  renderCsv(content({ portions: changes.map((change, n) => target(n + 1, change)) }))?.bytes.toString('utf8') ?? '';

describe('every rendition', () => {
  it('is made of the same content, and at the same moment of the same bytes', async () => {
    const files = await renderAll(content(), FROZEN);
    expect(files.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ['release.html', 'text/html; charset=utf-8'],
      ['release.pdf', 'application/pdf'],
      ['release.json', 'application/json'],
      ['targets.csv', 'text/csv'],
    ]);
    expect(await renderAll(content(), FROZEN)).toEqual(files);
    const later = await renderAll(content(), new Date('2026-06-01T09:00:01Z'));
    const changed = files.filter((file, n) => !file.bytes.equals(later[n]!.bytes));
    expect(changed.map((file) => file.name)).toEqual(['release.pdf']);
  });

  it('has no table where no target is released', async () => {
    const files = await renderAll(content({ portions: [paragraph(1, 'Words alone.')] }), FROZEN);
    expect(files.map((file) => file.name)).toEqual(['release.html', 'release.pdf', 'release.json']);
    expect(htmlOf(content({ portions: [paragraph(1, 'Words alone.')] }))).not.toContain('<table');
  });
});

describe('what is withheld', () => {
  const SECRET = 'EXERCISE the withheld sentence about seventeen brigades';
  const SOURCE = 'EXERCISE the sentence from which a substitute was made';

  const treated = (treatment: ItemRow['treatment'], body: string, n: number): TreatedPortion => ({
    item: {
      n,
      portionId: `portion-${String(n)}`,
      treatment,
      reasonCode: treatment === 'include' ? null : 'SECRET-REASON',
      substitute: treatment === 'substitute' ? 'EXERCISE sanitised words' : null,
      originator: 'ACT',
      protectionId: 4711,
    },
    portion: {
      id: `portion-${String(n)}`,
      versionId: 'version',
      ordinal: n,
      kind: n === 1 ? 'title' : 'target',
      protectionId: 4711,
      originator: 'ACT',
      body,
      ...(n === 1 ? {} : { target: { ...TARGET, area: body } }),
      protection: { label: { policy: 'NATO', classification: 'TOP SECRET', categories: [] }, needToKnow: ['everyone'] },
    } satisfies SourcePortion,
  });
  const row = { release: 'r-0123456789abcdef0123', title: 'EXERCISE title', summary: 'EXERCISE summary' } as CaseRow;

  it('is in no rendition, neither shown nor carried along', async () => {
    const made = releaseContent(
      row,
      [
        treated('include', 'EXERCISE included title', 1),
        treated('withhold', SECRET, 2),
        treated('substitute', SOURCE, 3),
        treated('include', 'EXERCISE included area', 4),
      ],
      true,
    );
    expect(made.portions.map(({ n, kind, text }) => [n, kind, text])).toEqual([
      [1, 'title', 'EXERCISE included title'],
      [2, 'paragraph', 'EXERCISE sanitised words'],
      [3, 'target', 'EXERCISE included area'],
    ]);
    for (const file of await renderAll(made, FROZEN)) {
      const found = (await readAsOutsider(file.mediaType, file.bytes)).replace(/\s+/g, ' ');
      for (const word of [SECRET, SOURCE, 'SECRET-REASON', 'TOP SECRET', '4711', 'portion-', 'withheld'])
        expect([file.name, word, found.includes(word)]).toEqual([file.name, word, false]);
      expect(found).toContain('EXERCISE included area');
      if (file.name !== 'targets.csv') expect(found).toContain('EXERCISE sanitised words');
    }
  });
});

describe('the page', () => {
  const tagsOf = (html: string): string[] => html.match(/<[^>]*>/g) ?? [];

  it('has no script, and loads nothing from elsewhere', () => {
    const html = htmlOf(content());
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).not.toMatch(
      /<script|<link|<img|<iframe|<base|<form|<object|\bon\w+=|\bhref=|\bsrc=|url\(|@import|javascript:/i,
    );
  });

  it('says that it is an exercise where it is one, and only there', () => {
    expect(htmlOf(content())).toContain(EXERCISE_NOTICE);
    expect(htmlOf(content({ exercise: false }))).not.toContain(EXERCISE_NOTICE);
  });

  it('shows every word as a word, whatever it is made of', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onclick='x",
        '&lt;b&gt;',
        '-->',
        '</title>',
        ']]>',
      ),
    );
    const plainTags = tagsOf(htmlOf(content({ portions: [paragraph(1, 'x'), target(2)] })));
    fc.assert(
      fc.property(word, word, word, word, word, (title, summary, text, area, unit) => {
        const portions = [paragraph(1, text), target(2, { area, unit, nation: unit })];
        const html = htmlOf(content({ title, summary, portions }));
        expect(tagsOf(html)).toEqual(plainTags);
        const shown = html
          .replace(/<[^>]*>/g, '\u0000')
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&quot;', '"')
          .replaceAll('&#39;', "'")
          .replaceAll('&amp;', '&')
          .split('\u0000');
        expect(shown).toEqual(expect.arrayContaining([title, summary, text, area, unit]));
      }),
    );
  });

  it('escapes what could end a text or an attribute', () => {
    expect(htmlOf(content({ title: `&<>"'` }))).toContain('<h1>&amp;&lt;&gt;&quot;&#39;</h1>');
  });

  it('keeps the letters of every alphabet, and the order of the portions', () => {
    const words = ['Größe', 'Łódź', 'İstanbul', 'Þingvellir', 'Ελλάδα', 'България', '北大西洋'];
    const html = htmlOf(content({ portions: words.map((each, n) => paragraph(n + 1, each)) }));
    expect(html.match(/<p>[^<]*<\/p>/g)).toEqual(words.map((each) => `<p>${each}</p>`));
  });
});

describe('the table', () => {
  it('has a header and a row for each target, in their order', () => {
    expect(csvOf({}, { nation: 'NLD', quantityNow: 0 })).toBe(
      'nation,capability area,quantity now,quantity required,unit,due year\r\n' +
        'DEU,Air and missile defence,10,50,batteries,2032\r\n' +
        'NLD,Air and missile defence,0,50,batteries,2032\r\n',
    );
    expect(renderCsv(content({ portions: [] }))).toBeUndefined();
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '＝1', '＋1', '－1', '＠x'])('runs no formula: %j', (text) => {
    const cell = csvOf({ unit: text }).split(',').at(-2) ?? '';
    expect(cell.replace(/^"/, '').startsWith(`'${text.charAt(0)}`)).toBe(true);
  });

  it('keeps commas, quotation marks and lines within their cell', () => {
    expect(csvOf({ area: 'a, "b"\nc' })).toContain('DEU,"a, ""b""\nc",10');
    expect(csvOf({ area: 'Ελλάδα' })).toContain('DEU,Ελλάδα,10');
  });
});

describe('the data', () => {
  it('are canonical JSON and say the same', () => {
    const text = renderJson(content()).bytes.toString('utf8');
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual({ format: 'imprimatur-release/1', ...content() });
    expect(`${canonicalJson(JSON.parse(text))}\n`).toBe(text);
    const turned = Object.fromEntries(Object.entries(content()).reverse()) as unknown as ReleaseContent;
    expect(renderJson(turned).bytes.toString('utf8')).toBe(text);
  });
});
