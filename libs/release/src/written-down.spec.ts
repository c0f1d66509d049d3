import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { plain, writtenDown } from './written-down';

/** EXERCISE: all figures are invented. */
const SECRET = 'EXERCISE: seventeen brigades stand ready by 2032. Of these 18,400 persons are missing; more than half!';
const TOLD = 'EXERCISE: the targets are higher than before.';

const found = (text: string, source = SECRET, allowed: readonly string[] = [TOLD]): string[] =>
  writtenDown(text, [source], allowed).map((each) => each.what);

describe('what is written for an audience', () => {
  it('repeats nothing where it says its own words', () => {
    expect(found('EXERCISE: forces will grow over the next decade.')).toEqual([]);
    expect(found('')).toEqual([]);
    expect(writtenDown(SECRET, [], [])).toEqual([]);
  });

  it.each([
    ['as it stands', 'As was said: seventeen brigades stand ready by 2032.'],
    ['in other letters', 'SEVENTEEN BRIGADES STAND READY BY 2032'],
    ['over other lines', 'seventeen\nbrigades \t stand\u00a0ready by 2032'],
    ['with other punctuation', '„seventeen brigades“ – stand ready, by 2032…'],
    ['with markup', '**seventeen** brigades _stand_ ready by 2032'],
    ['in compatible letters', 'ｓｅｖｅｎｔｅｅｎ brigades stand ready by 2032'],
    ['with characters that nobody sees', 'seven\u00adteen bri\u200bgades stand\u2060 ready by 2032'],
    ['in the midst of others', 'Some say that seventeen brigades stand ready by 2032 and that it is not enough.'],
  ])('a sentence is found %s', (_name, text) => {
    expect(found(text)).toEqual(['sentence']);
  });

  it('a sentence counts from 24 plain characters on', () => {
    const sentence = (length: number): string => `${'ab '.repeat(30).slice(0, length - 1)}x`;
    expect(plain(sentence(24))).toHaveLength(24);
    expect(found(sentence(24), sentence(24))).toEqual(['sentence']);
    expect(found(sentence(23), sentence(23))).toEqual([]);
    expect(found(`${sentence(23)} !!`, `${sentence(23)} !!`)).toEqual([]);
  });

  it('sentences are told apart by what ends them', () => {
    for (const end of ['.', ';', ':', '!', '?'])
      expect(
        found(
          'this is the second sentence of it',
          `A first one${end} this is the second sentence of it${end} a third.`,
        ),
      ).toEqual(['sentence']);
    expect(found('this is the second sentence of it', 'A first one and this is the second sentence of it')).toEqual([]);
  });

  it.each([
    ['as it stands', '18,400'],
    ['without a separator', '18400'],
    ['with a blank', '18 400'],
    ['with a blank that does not break', '18\u00a0400'],
    ['with a narrow blank', '18\u202f400'],
    ['with a point', '18.400'],
    ['in compatible digits', '１８４００'],
    ['behind a year', '2032 18,400'],
    ['before a unit', '18,400km'],
    ['at the end', 'are 18,400.'],
    ['in a list', '7, 18,400, 9'],
  ])('a figure is found %s', (_name, figure) => {
    expect(found(`EXERCISE: about ${figure} are missing.`)).toEqual(['figure']);
  });

  it.each([
    ['a part of another figure', '118,400', 'x 18,400'],
    ['the beginning of another figure', '184000', 'x 18,400'],
    ['a figure of three digits', '400', 'x 400'],
    ['a year', '2032', 'by 2032'],
    ['a year of the last century', '1949', 'since 1949'],
    ['a decimal', '1.84', 'x 1.84'],
  ])('%s is no figure', (_name, figure, source) => {
    expect(found(`EXERCISE ${figure} EXERCISE`, source)).toEqual([]);
  });

  it('a figure that is no year is one, though it begins like one', () => {
    expect(found('20,321', 'x 20,321')).toEqual(['figure']);
    expect(found('1849', 'x 1849')).toEqual(['figure']);
  });

  it('may say what the audience gets anyway', () => {
    expect(found(SECRET, SECRET, [SECRET])).toEqual([]);
    expect(found('18,400', SECRET, ['EXERCISE: 18400 persons'])).toEqual([]);
    expect(found('18,400', SECRET, ['EXERCISE: 18401 persons'])).toEqual(['figure']);
    expect(
      found('seventeen brigades stand ready by 2032', SECRET, ['Seventeen brigades stand ready; by 2032!']),
    ).toEqual([]);
  });

  it('is told for each source, a sentence before a figure', () => {
    const sources = [SECRET, TOLD, 'x 4711', SECRET];
    expect(writtenDown(`${SECRET} 4711`, sources, [])).toEqual([
      { source: 0, what: 'sentence' },
      { source: 2, what: 'figure' },
      { source: 3, what: 'sentence' },
    ]);
  });

  it('never repeats a sentence or figure unnoticed, wherever it is put', () => {
    const words = fc.array(fc.constantFrom('Panzer', 'brigade', 'Stärke', 'Łódź', 'готов', 'and', 'of', '12'), {
      minLength: 6,
      maxLength: 12,
    });
    const noise = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(
        words,
        noise,
        noise,
        fc.constantFrom(' ', '\n', ' - ', ', ', '\u00a0'),
        (sentence, before, after, between) => {
          const source = `EXERCISE. ${sentence.join(' ')}.`;
          fc.pre(plain(sentence.join(' ')).length >= 24);
          expect(found(`${before} ${sentence.join(between).toUpperCase()} ${after}`, source, [])).toEqual(['sentence']);
        },
      ),
    );
    const figure = fc.integer({ min: 2_200, max: 9_999_999 });
    fc.assert(
      fc.property(
        figure,
        fc.constantFrom('en-GB', 'de-DE', 'fr-FR', 'pl-PL'),
        fc.constantFrom('en-GB', 'de-DE', 'cs-CZ'),
        (number, one, other) => {
          const text = `EXERCISE by 2031 ${number.toLocaleString(one)} persons`;
          expect(found(text, `x ${number.toLocaleString(other)}`, [])).toEqual(['figure']);
        },
      ),
    );
  });
});

describe('the guard’s question in SQL', () => {
  const folder = join(__dirname, '../../../migrations/main');
  const source = readFileSync(join(__dirname, 'written-down.ts'), 'utf8');

  /** The function as the newest migration that makes it leaves it. */
  function newest(name: string): string {
    const made = new RegExp(`CREATE (?:OR REPLACE )?FUNCTION sec\\.${name}\\(.*?\\$\\$;`, 's');
    const found = readdirSync(folder)
      .sort()
      .flatMap((file) => made.exec(readFileSync(join(folder, file), 'utf8'))?.[0] ?? []);
    if (found.length === 0) throw new Error(`no migration makes sec.${name}`);
    return found.at(-1)!.replaceAll('\\\\', '\\');
  }

  it('makes the same of a text: compatible letters, lower case, words alone, nothing unseen', () => {
    const sql = newest('plain');
    expect(sql).toContain('normalize($1, NFKC)');
    expect(sql).toContain('lower(');
    expect(sql).toContain(`'[^[:alnum:]]+', ' ', 'g')`);
    const [unseen = ''] = /(?<=')\[\\u00ad[^\]]*\]/.exec(sql) ?? [];
    const stripped = new RegExp(unseen, 'g');
    for (const character of ['\u00ad', '\u200b', '\u200d', '\u202e', '\u2060', '\ufeff']) {
      expect(`a${character}b`.replace(stripped, '')).toBe('ab');
      expect(plain(`a${character}b`)).toBe('ab');
    }
    expect(plain(' ﬁ–Ä,\u00a0B２\n')).toBe('fi ä b2');
  });

  it('has the same measures: sentences of 24, figures of four digits, years apart, the same separators', () => {
    const sql = newest('withheld_text_occurs');
    expect(sql).toContain('length(s.words) >= 24');
    expect(sql).toContain(String.raw`regexp_split_to_table(body, '[.;:!?]\s+')`);
    expect(sql).toContain(String.raw`(\d{4,})`);
    expect(sql).toContain(String.raw`!~ '^(19|20)\d\d$'`);
    const separators = [...sql.matchAll(/\(\\d\)\[([^\]]*)\]/g)].map((match) => match[1]!);
    expect(separators.length).toBeGreaterThan(2);
    for (const each of separators) expect(source).toContain(`(\\d)[${each}]`);
  });
});
