import fc from 'fast-check';
import { join } from 'node:path';
import { portionMark } from '#marking';
import { readPolicies } from '#process';
import type { LineFault } from './line-fault';
import { MOST_FAULTS } from './line-fault';
import { LONGEST_PORTION, MOST_PORTIONS, type MarkedDocument, parseMarkedText } from './marked-text';

const policies = readPolicies(join(__dirname, '../../../policies'));

const HEAD = `---
banner: COSMIC TOP SECRET
originator: ACT
need-to-know: [everyone]
exercise: true
subject: EXERCISE capability targets
---
`;
const TABLE = `| Mark | Nation | Capability area | Now | Required | Unit | Due |
|---|:---|---:|:---:|---|---|---|
| (NS) | DEU | Personnel | 182000 | 260000 | persons | 2035 |
| (CTS) | NATO | Air and missile defence | 10 | 50 | batteries | 2032 |`;

/** EXERCISE: all figures are invented. */
const GOOD = `${HEAD}
# (NU) EXERCISE New capability targets

(CTS) The targets are about 30 % above
the present ones. [They are not met.]

## (NS) [DEU-MOD] Germany plans further ahead.

${TABLE}

(PUBLIC) Ministers meet in June.
`;

const read = (text: string) => parseMarkedText(text, policies);

function documentOf(text: string): MarkedDocument {
  const parsed = read(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.document;
}

function faultsOf(text: string): readonly LineFault[] {
  const parsed = read(text);
  return parsed.ok ? [] : parsed.faults;
}

const told = (text: string): string[] => faultsOf(text).map(({ line, code }) => `${String(line)} ${code}`);
const replaced = (from: string, to: string): string => {
  if (!GOOD.includes(from)) throw new Error(`the good document does not hold ${from}`);
  return GOOD.replace(from, to);
};

describe('a good document', () => {
  it('is read portion by portion, each with mark, originator, kind and line', () => {
    const document = documentOf(GOOD);
    expect(document).toMatchObject({
      originator: 'ACT',
      needToKnow: ['everyone'],
      exercise: true,
      subject: 'EXERCISE capability targets',
    });
    expect(portionMark(policies, document.banner)).toBe('(CTS)');
    expect(
      document.portions.map(({ label, ...portion }) => ({ ...portion, mark: portionMark(policies, label) })),
    ).toEqual([
      { line: 9, kind: 'title', mark: '(NU)', originator: 'ACT', text: 'EXERCISE New capability targets' },
      {
        line: 11,
        kind: 'paragraph',
        mark: '(CTS)',
        originator: 'ACT',
        text: 'The targets are about 30 % above the present ones. [They are not met.]',
      },
      { line: 14, kind: 'paragraph', mark: '(NS)', originator: 'DEU-MOD', text: 'Germany plans further ahead.' },
      {
        line: 18,
        kind: 'target',
        mark: '(NS)',
        originator: 'ACT',
        text: 'DEU · Personnel · now 182000 · required 260000 persons · by 2035',
        target: {
          nation: 'DEU',
          area: 'Personnel',
          quantityNow: 182000,
          quantityRequired: 260000,
          unit: 'persons',
          dueYear: 2035,
        },
      },
      {
        line: 19,
        kind: 'target',
        mark: '(CTS)',
        originator: 'ACT',
        text: 'NATO · Air and missile defence · now 10 · required 50 batteries · by 2032',
        target: {
          nation: 'NATO',
          area: 'Air and missile defence',
          quantityNow: 10,
          quantityRequired: 50,
          unit: 'batteries',
          dueYear: 2032,
        },
      },
      { line: 21, kind: 'paragraph', mark: '(PUBLIC)', originator: 'ACT', text: 'Ministers meet in June.' },
    ]);
  });

  it('is the same with other line ends, a byte order mark, blanks around, or no newline at the end', () => {
    const document = documentOf(GOOD);
    for (const text of [
      GOOD.replaceAll('\n', '\r\n'),
      GOOD.replaceAll('\n', '\r'),
      `\ufeff${GOOD}`,
      GOOD.trimEnd(),
      GOOD.replaceAll('\n(', '\n  \t('),
      GOOD.replaceAll('.\n', '. \t\n'),
    ])
      expect(documentOf(text)).toEqual(document);
  });

  it('keeps the letters of every alphabet', () => {
    const words = 'Größe, Łódź, İstanbul, Þingvellir, Ελλάδα, България, ﬁnal, 北大西洋, 𝒳 and 👍';
    expect(documentOf(`${HEAD}(NU) ${words}`).portions[0]?.text).toBe(words);
  });

  it('reads marks in whatever case and spelling the policy knows', () => {
    for (const [written, mark] of [
      ['(cts)', '(CTS)'],
      ['(Cosmic Top Secret)', '(CTS)'],
      ['(NS REL UKR)', '(NS REL UKR)'],
      ['(NATO SECRET Releasable to Ukraine)', '(NS REL UKR)'],
    ] as const) {
      const [portion] = documentOf(`${HEAD}${written} EXERCISE`).portions;
      expect(portionMark(policies, portion!.label)).toBe(mark);
    }
  });

  it('has a mark of its own where its head names one, and else its banner', () => {
    expect(documentOf(GOOD).mark).toEqual(documentOf(GOOD).banner);
    const own = documentOf(replaced('banner: COSMIC TOP SECRET', 'banner: COSMIC TOP SECRET\nmark: NATO SECRET'));
    expect(portionMark(policies, own.mark)).toBe('(NS)');
    expect(portionMark(policies, own.banner)).toBe('(CTS)');
  });

  it('may be read in cuts, or only whole where its own mark covers every portion', () => {
    const whole = (mark: string): string =>
      replaced(HEAD, HEAD.replace('originator:', `reading: whole\n${mark}originator:`));
    expect(documentOf(GOOD).extractable).toBe(true);
    expect(documentOf(whole('')).extractable).toBe(false);
    expect(told(whole('mark: NATO SECRET\n'))).toEqual(
      faultsOf(whole('mark: NATO SECRET\n')).map(({ line }) => `${String(line)} beyond-the-whole`),
    );
    expect(told(whole('mark: NATO SECRET\n'))).toHaveLength(2);
  });

  it('may hold as much as is allowed, and no more', () => {
    const longest = 'x'.repeat(LONGEST_PORTION);
    expect(documentOf(`${HEAD}(NU) ${longest}`).portions[0]?.text).toHaveLength(LONGEST_PORTION);
    expect(told(`${HEAD}(NU) ${longest}x`)).toEqual(['8 too-long']);
    const most = Array.from({ length: MOST_PORTIONS }, (_unused, n) => `(NU) EXERCISE ${String(n)}`).join('\n\n');
    expect(documentOf(`${HEAD}${most}`).portions).toHaveLength(MOST_PORTIONS);
    expect(told(`${HEAD}${most}\n\n(NU) One too many.\n\n(NU) Another.`)).toEqual([
      `${String(8 + 2 * MOST_PORTIONS)} too-many-portions`,
    ]);
  });
});

describe('a document is refused, each fault with its line', () => {
  it.each<[string, string, string[]]>([
    ['a portion without a mark', replaced('(CTS) The targets', 'The targets'), ['11 unmarked']],
    ['a mark that is not closed', replaced('(CTS) The targets', '(CTS The targets'), ['11 unmarked']],
    ['a mark in other brackets', replaced('(CTS) The targets', '[CTS] The targets'), ['11 unmarked']],
    ['a mark that nobody knows', replaced('(CTS) The targets', '(NX) The targets'), ['11 wrong-mark']],
    ['an empty mark', replaced('(CTS) The targets', '() The targets'), ['11 wrong-mark']],
    ['a mark of two levels', replaced('(CTS) The targets', '(CTS NS) The targets'), ['11 wrong-mark']],
    ['a portion without text', replaced('(PUBLIC) Ministers meet in June.', '(PUBLIC)'), ['21 empty']],
    ['an originator that is none', replaced('[DEU-MOD]', '[somebody]'), ['14 originator']],
    ['a second title', replaced('## (NS)', '# (NS)'), ['14 second-title']],
    ['a nation that is none', replaced('| DEU |', '| Germany |'), ['18 nation']],
    ['a row without an area', replaced('| Personnel |', '| |'), ['18 table-row']],
    ['a row without a unit', replaced('| batteries |', '| |'), ['19 table-row']],
    ['a quantity in words', replaced('| 182000 |', '| many |'), ['18 quantity']],
    ['a quantity below nothing', replaced('| 182000 |', '| -1 |'), ['18 quantity']],
    ['a quantity with a comma', replaced('| 182000 |', '| 182,000 |'), ['18 quantity']],
    ['a quantity in other digits', replaced('| 182000 |', '| ١٨٢٠٠٠ |'), ['18 quantity']],
    ['a quantity beyond all measure', replaced('| 182000 |', '| 1820000000000 |'), ['18 quantity']],
    ['a due year of the last century', replaced('| 2035 |', '| 1935 |'), ['18 due-year']],
    ['a due year of the next', replaced('| 2035 |', '| 2101 |'), ['18 due-year']],
    ['a due year that is none', replaced('| 2035 |', '| soon |'), ['18 due-year']],
    ['a row with a cell less', replaced('| persons |', '|'), ['18 table-row']],
    ['a row with a pipe missing', replaced('| Personnel | 182000', '| Personnel 182000'), ['18 table-row']],
    ['a row with a pipe within a cell', replaced('Personnel', 'Personnel \\| staff'), ['18 table-row']],
    ['a row without a mark', replaced('| (NS) | DEU', '| | DEU'), ['18 wrong-mark']],
    ['words within the table', replaced('| (CTS) | NATO', 'See below.\n| (CTS) | NATO'), ['19 table-row']],
    ['another table', replaced('| Unit | Due |', '| Due | Unit |'), ['16 table-header']],
    ['a table without its rule', replaced('|---|:---|---:|:---:|---|---|---|\n', ''), ['17 table-rule']],
    ['a rule of six columns', replaced('|---|:---|', '|---|'), ['17 table-rule']],
    ['a table before the title', `${HEAD}${TABLE}\n\n(NU) EXERCISE`, ['8 no-title']],
    ['a control character', replaced('Ministers', 'Mini\u0007sters'), ['21 control-character']],
    ['a delete character', replaced('Ministers', 'Mini\u007fsters'), ['21 control-character']],
    ['an escape sequence of eight bits', replaced('Ministers', 'Mini\u009bsters'), ['21 control-character']],
    ['a blank without width', replaced('Ministers', 'Mini\u200bsters'), ['21 control-character']],
    ['a change of direction', replaced('Ministers', 'Mini\u202esters'), ['21 control-character']],
    ['a soft hyphen', replaced('Ministers', 'Mini\u00adsters'), ['21 control-character']],
    ['an invisible tag', replaced('Ministers', 'Mini\u{e0041}sters'), ['21 control-character']],
    ['half a surrogate pair', replaced('Ministers', 'Mini\ud83dsters'), ['21 control-character']],
    ['a separator of lines', replaced('Ministers', 'Mini\u2028sters'), ['21 control-character']],
    [
      'a control character in its head',
      replaced('exercise: true', 'exercise: true\u0000'),
      ['1 head', '1 no-banner', '1 no-originator', '1 no-need-to-know', '5 control-character'],
    ],
    ['an originator in its head that is none', replaced('originator: ACT', 'originator: somebody'), ['1 originator']],
    ['no originator in its head', replaced('originator: ACT\n', ''), ['1 no-originator']],
    ['no banner in its head', replaced('banner: COSMIC TOP SECRET\n', ''), ['1 no-banner']],
    ['no need-to-know in its head', replaced('need-to-know: [everyone]\n', ''), ['1 no-need-to-know']],
    [
      'a banner below its content',
      replaced('banner: COSMIC TOP SECRET', 'banner: NATO SECRET'),
      ['2 banner-below-content'],
    ],
    ['a banner that is none', replaced('banner: COSMIC TOP SECRET', 'banner: TOP OF THE WORLD'), ['2 wrong-banner']],
    ['no portion at all', HEAD, ['1 empty']],
    ['a need-to-know that is none', replaced('[everyone]', '[everyone, the-boss]'), ['1 need-to-know']],
    ['a need-to-know of nobody', replaced('[everyone]', '[]'), ['1 no-need-to-know']],
    [
      'a mark of its own above the banner',
      replaced('banner: COSMIC TOP SECRET', 'banner: COSMIC TOP SECRET\nmark: CTS-A'),
      ['3 document-mark'],
    ],
    [
      'a mark of its own that is none',
      replaced('banner: COSMIC TOP SECRET', 'banner: COSMIC TOP SECRET\nmark: NOTHING'),
      ['3 wrong-document-mark'],
    ],
    ['portions that nobody may read together', `${HEAD}(NS ONLY DEU) EXERCISE\n\n(NS ONLY NLD) EXERCISE`, ['2 banner']],
  ])('%s', (_name, text, faults) => {
    expect(told(text)).toEqual(faults);
  });

  it('in order of the lines, all at once, and nothing of it is kept', () => {
    const text = replaced('(CTS) The targets', '(NX) The targets')
      .replace('| 182000 |', '| many |')
      .replace('banner: COSMIC TOP SECRET', 'banner: nothing')
      .replace('(PUBLIC) Ministers', 'Ministers');
    expect(told(text)).toEqual(['2 wrong-banner', '11 wrong-mark', '18 quantity', '21 unmarked']);
    expect(read(text)).not.toHaveProperty('document');
  });

  it('and a near miss is named', () => {
    expect(faultsOf(replaced('(CTS) The targets', '(CTA) The targets'))[0]?.reason).toContain('did you mean (CTS');
  });

  it('and a character that nobody sees is named', () => {
    expect(faultsOf(replaced('Ministers', 'Mini\u202esters'))[0]?.reason).toBe('the control character U+202E');
  });
});

describe('no portion is lost', () => {
  const row = (n: number): string => `| (NU) | BEL | Area ${String(n)} | 1 | 2 | units | 2030 |`;
  const rows = (count: number): string => Array.from({ length: count }, (_unused, n) => row(n)).join('\n');
  const [header, rule] = TABLE.split('\n');

  it('behind a table that is too long', () => {
    const table = `${header!}\n${rule!}\n${rows(MOST_PORTIONS)}`;
    expect(told(`${HEAD}(NU) EXERCISE\n\n${table}\n\n(CTS) Behind it.`)).toEqual([
      `${String(12 + MOST_PORTIONS - 1)} too-many-portions`,
    ]);
  });

  it('in a document of whatever size: each block is a portion, or a fault', () => {
    const block = fc.constantFrom(
      '(NU) EXERCISE words',
      '(CTS) more words',
      'no mark',
      '(NX) wrong',
      `${header!}\n${rule!}\n${row(1)}`,
    );
    fc.assert(
      fc.property(fc.array(block, { maxLength: 30 }), (blocks) => {
        const parsed = read(`${HEAD}(NU) EXERCISE\n\n${blocks.join('\n\n')}`);
        const wrong = blocks.filter((each) => each === 'no mark' || each.startsWith('(NX)')).length;
        if (parsed.ok) expect([parsed.document.portions.length, wrong]).toEqual([blocks.length + 1, 0]);
        else expect(parsed.faults).toHaveLength(wrong);
      }),
    );
  });
});

describe('hostile documents', () => {
  const MIB = 1024 * 1024;

  // Time is not measured: what does not take time in proportion to the text would not end before the test does.
  it.each<[string, string, string]>([
    ['two MiB of parentheses', '('.repeat(2 * MIB), 'unmarked'],
    ['two MiB of pairs of parentheses', '()'.repeat(MIB), 'wrong-mark'],
    ['two MiB of wrong marks', '(NX) a\n\n'.repeat(MIB / 4), 'too-many-faults'],
    ['two MiB of long wrong marks', `(${'NATO SECRET REL '.repeat(31)}) a\n\n`.repeat(MIB / 256), 'too-many-faults'],
    ['two MiB of lines without a mark', 'a\n\n'.repeat((2 * MIB) / 3), 'too-many-faults'],
    ['two MiB of control characters', '\u0001\n'.repeat(MIB), 'too-many-faults'],
    ['two MiB of pipes', `(NU) EXERCISE\n\n${'|'.repeat(2 * MIB)}`, 'table-header'],
    [
      'a rule of a table without end',
      `(NU) EXERCISE\n\n${TABLE.split('\n')[0]!}\n${'| :-'.repeat(MIB / 2)}`,
      'table-rule',
    ],
    ['two MiB of number signs', '#'.repeat(2 * MIB), 'unmarked'],
    ['two MiB of opening brackets', `(NU) ${'['.repeat(2 * MIB)}`, 'too-long'],
    ['two MiB of nations', `(NS REL ${'UKR '.repeat(MIB / 2)}) EXERCISE`, 'unmarked'],
  ])('%s', (_name, text, code) => {
    const faults = faultsOf(`${HEAD}${text}`);
    expect(faults.map((fault) => fault.code)).toContain(code);
    expect(faults.length).toBeLessThan(MOST_FAULTS + 10);
    expect(Math.max(...faults.map((fault) => fault.reason.length))).toBeLessThan(5_000);
  });

  it('never make the reader throw; whatever is accepted can be written down again', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '\n',
        '\n\n',
        '---\n',
        '(',
        ')',
        '|',
        '# ',
        '(CTS) ',
        '(PUBLIC)',
        '[DEU] ',
        '&a ',
        '*a',
        '!!binary ',
        '{',
        '"',
        '\r',
        '\t',
      ),
    );
    const edits = fc.array(fc.record({ at: fc.nat(), drop: fc.nat(40), piece }), { minLength: 1, maxLength: 4 });
    let accepted = 0;
    fc.assert(
      fc.property(edits, (made) => {
        const text = made.reduce((whole, { at, drop, piece: added }) => {
          const place = at % (whole.length + 1);
          return `${whole.slice(0, place)}${added}${whole.slice(place + drop)}`;
        }, GOOD);
        const parsed = read(text);
        if (!parsed.ok) {
          expect(parsed.faults.length).toBeGreaterThan(0);
          const lines = text.split(/\r\n?|\n/).length;
          expect(parsed.faults.filter(({ line }) => line < 1 || line > lines)).toEqual([]);
          return;
        }
        accepted += 1;
        for (const portion of parsed.document.portions) {
          const again = documentOf(
            `${HEAD}${portionMark(policies, portion.label)} [${portion.originator}] ${portion.text}`,
          );
          expect(again.portions[0]).toMatchObject({
            label: portion.label,
            originator: portion.originator,
            text: portion.text,
          });
        }
      }),
      { numRuns: 200 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('that are no document at all are refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(faultsOf(text).length).toBeGreaterThan(0);
      }),
    );
  });
});
