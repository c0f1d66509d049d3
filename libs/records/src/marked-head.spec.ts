import type { LineFault } from './line-fault';
import { type Head, readHead } from './marked-head';

const LINES = ['banner: NATO SECRET', 'originator: ACT', 'need-to-know: [everyone]'];

function readLines(lines: readonly string[]): { head: Head; next: number; faults: LineFault[] } {
  const faults: LineFault[] = [];
  return { ...readHead(lines, faults), faults };
}

const headOf = (...lines: readonly string[]) => readLines(['---', ...lines, '---', '', '(NU) EXERCISE']);
const told = (...lines: readonly string[]): string[] =>
  headOf(...lines).faults.map(({ line, code }) => `${String(line)} ${code}`);

describe('the head of a marked document', () => {
  it('is read, each mark with its line', () => {
    expect(headOf('subject: EXERCISE', ...LINES, 'mark: NATO RESTRICTED', 'exercise: true')).toEqual({
      head: {
        banner: { text: 'NATO SECRET', line: 3 },
        mark: { text: 'NATO RESTRICTED', line: 6 },
        originator: 'ACT',
        needToKnow: ['everyone'],
        exercise: true,
        subject: 'EXERCISE',
        reading: 'cut',
      },
      next: 8,
      faults: [],
    });
  });

  it('may say little: what is missing is missing', () => {
    const nothing = {
      banner: undefined,
      mark: undefined,
      originator: undefined,
      needToKnow: undefined,
      subject: undefined,
    };
    expect(headOf()).toEqual({ head: { ...nothing, exercise: false, reading: 'cut' }, next: 2, faults: [] });
    expect(headOf('# a comment').faults).toEqual([]);
  });

  it('says whether the document may be read in cuts, or only whole', () => {
    expect(headOf(...LINES, 'reading: whole').head.reading).toBe('whole');
    expect(headOf(...LINES, 'reading: cut').head.reading).toBe('cut');
    for (const other of ['reading: Whole', 'reading: true', 'reading:', 'reading: [whole]'])
      expect(told(...LINES, other)).toEqual(['1 head']);
  });

  it('takes line 1 for a mark that is written in an unusual way', () => {
    for (const line of ['"banner": NATO SECRET', '{banner: NATO SECRET}', "'banner' : NATO SECRET"]) {
      const { head, faults } = readLines(['---', line, '---', 'banner: of the body']);
      expect(faults).toEqual([]);
      expect(head.banner).toEqual({ text: 'NATO SECRET', line: 1 });
    }
  });

  it('takes no word for yes, no or a number', () => {
    expect(headOf('subject: 2025-06-04').head.subject).toBe('2025-06-04');
    expect(headOf('subject: no').head.subject).toBe('no');
    expect(told('subject: 5')).toEqual(['1 head']);
    expect(told('exercise: yes')).toEqual(['1 head']);
  });

  it.each<[string, readonly string[], string[]]>([
    ['a word that no head has', ['classification: NATO SECRET'], ['1 head']],
    ['a word that stands twice', ['originator: ACT', 'subject: EXERCISE', 'originator: DEU'], ['4 head']],
    ['a word that stands twice, written otherwise', ['originator: ACT', '"originator": DEU'], ['3 head']],
    ['an alias', ['originator: &a ACT', 'subject: *a'], ['1 head']],
    ['an alias of nothing', ['subject: *a'], ['1 head']],
    ['aliases of aliases', ['a: &a [x, x]', 'b: &b [*a, *a]', 'c: &c [*b, *b]', 'need-to-know: *c'], ['1 head']],
    ['a value that merges another', ['<<: {subject: EXERCISE}'], ['1 head']],
    ['a value of another kind', ['subject: !!binary aGVsbG8='], ['1 head']],
    ['a kind that nobody knows', ['subject: !secret EXERCISE'], ['2 head']],
    ['a list', ['- banner: NATO SECRET'], ['1 head']],
    ['a text', ['NATO SECRET'], ['1 head']],
    ['a list for a text', ['banner: [NATO, SECRET]'], ['1 head']],
    ['a text for a list', ['need-to-know: everyone'], ['1 head']],
    ['fifty-one tokens', [`need-to-know: [${Array.from({ length: 51 }, () => 'everyone').join(', ')}]`], ['1 head']],
    ['an empty banner', ['banner: ""'], ['1 head']],
    ['a bracket that is not closed', ['need-to-know: [everyone'], ['2 head']],
    ['a quotation mark that is not closed', ['subject: "EXERCISE'], ['2 head']],
    ['a tab for a blank', ['subject:', '\t- EXERCISE'], ['3 head']],
    ['a second document', ['subject: EXERCISE', '...', 'subject: another'], ['4 head']],
    ['a list without a bottom', [`subject: ${'['.repeat(7_000)}`], ['2 head']],
    ['more than anybody needs', [`# ${'x'.repeat(8_000)}`], ['1 head']],
  ])('with %s is refused, with its line', (_name, lines, faults) => {
    expect(told(...lines)).toEqual(faults);
    expect(headOf(...lines).head).toMatchObject({ banner: undefined, originator: undefined, needToKnow: undefined });
  });

  it.each<[string, readonly string[]]>([
    ['that is not there', ['(NU) EXERCISE']],
    ['that does not end', ['---', ...LINES, '', '(NU) EXERCISE']],
    ['that ends after more than sixty lines', ['---', ...Array.from({ length: 60 }, () => '# EXERCISE'), '---']],
    ['that begins after an empty line', ['', '---', ...LINES, '---']],
    ['of nothing', []],
  ])('%s is a fault of line 1', (_name, lines) => {
    const { next, faults } = readLines(lines);
    expect({ next, faults: faults.map(({ line, code }) => [line, code]) }).toEqual({
      next: 0,
      faults: [[1, 'no-head']],
    });
  });

  it('says nothing to the log of the process, whose lines hold no text of a document', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      headOf('{EXERCISE: secret}: x', 'subject: !secret EXERCISE', '? [EXERCISE]', ': x');
      headOf('? {a: EXERCISE}', ': x');
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
    }
  });
});
