import type { ReleaseContent } from './content';
import { letterRefusals } from './letters';

const content = (changes: Partial<ReleaseContent> = {}): ReleaseContent => ({
  release: 'EXERCISE-1',
  title: 'EXERCISE A title',
  summary: 'EXERCISE A summary',
  exercise: true,
  portions: [{ n: 1, kind: 'paragraph', text: 'EXERCISE Words.\n\tMore, in two lines.' }],
  ...changes,
});

describe('the letters of what leaves', () => {
  it('are those of the alphabets of all members', () => {
    const text =
      'Ærø Ålesund Łódź Żytomierz Škoda Čapek Țepeș Ñandú İstanbul Ğ Þór Ősz „Lage“ – Ελλάδα България Македонија €';
    expect(letterRefusals(content({ summary: text }))).toEqual([]);
  });

  it.each<[string, Partial<ReleaseContent>]>([
    ['a title', { title: 'EXERCISE 北' }],
    ['a summary', { summary: 'EXERCISE 北' }],
    ['a portion', { portions: [{ n: 1, kind: 'paragraph', text: 'EXERCISE 北' }] }],
    [
      'the field of a target',
      {
        portions: [
          {
            n: 1,
            kind: 'target',
            text: 'EXERCISE',
            target: { nation: 'DEU', area: '北', quantityNow: 1, quantityRequired: 2, unit: 'EXERCISE', dueYear: 2030 },
          },
        ],
      },
    ],
  ])('are refused by code point in %s where the font has none', (_where, change) => {
    expect(letterRefusals(content(change))).toEqual([expect.objectContaining({ code: 'letters', have: 'U+5317' })]);
  });

  it('are named ten at most, and counted', () => {
    const many = Array.from({ length: 12 }, (_unused, n) => String.fromCodePoint(0x5317 + n)).join('');
    expect(letterRefusals(content({ title: `${many}${many}` }))[0]?.have).toMatch(
      /^U\+5317( U\+53[0-9A-F]{2}){9} and 2 more$/,
    );
    expect(letterRefusals(content({ title: '\u{1F6A2}\u{0}' }))[0]?.have).toBe('U+1F6A2 U+0000');
  });
});
