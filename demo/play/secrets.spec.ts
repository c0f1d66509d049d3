import type { DocumentView } from '#contracts';
import { figuresOf, figuresToldIn, withheldIn } from './secrets';

const label = { policy: 'NATO', classification: 'TOP SECRET', categories: [] };
const target = {
  nation: 'DEU',
  area: 'Logistics',
  quantityNow: 92,
  quantityRequired: 2520,
  unit: 'lorries',
  dueYear: 2032,
};

/** EXERCISE. */
const DOCUMENT: DocumentView = {
  id: '00000000-0000-4000-8000-000000000000',
  mark: '(CTS)',
  banner: 'COSMIC TOP SECRET',
  originator: 'ACT',
  exercise: true,
  extractable: true,
  attachments: [],
  version: 1,
  date: '2025-06-05T00:00:00Z',
  portions: [
    {
      n: 1,
      id: '',
      kind: 'paragraph',
      mark: '(CTS)',
      label,
      originator: 'ACT',
      text: 'The reserve stands ready in the spring. More follows later this year.',
    },
    { n: 2, id: '', kind: 'target', mark: '(CTS)', label, originator: 'ACT', text: 'DEU · Logistics', target },
  ],
};

describe('the search for national figures', () => {
  const figures = figuresOf([DOCUMENT]);
  it.each([
    ['plainly', 'There will be 2520 of them.'],
    ['with a separator', 'There will be 2,520 of them.'],
    ['with a narrow blank', 'There will be 2\u202f520 of them.'],
    ['at the end of a sentence', 'They are 2520.'],
    ['as data', '{"quantityRequired":2520}'],
    ['with its unit, though short', 'Germany has 92 lorries.'],
  ])('finds a figure that is told %s', (_how, text) => {
    expect(figuresToldIn(text, figures, [])).not.toEqual([]);
  });

  it.each([
    ['another number', 'There will be 2521 of them, and 12520 later.'],
    ['digits of a hash or a colour', 'a2520f and #2520ab'],
    ['a short number by itself', 'Turn to page 92.'],
  ])('does not take %s for one', (_what, text) => {
    expect(figuresToldIn(text, figures, [])).toEqual([]);
  });

  it('lets a figure pass that the release itself tells', () => {
    expect(figuresToldIn('There will be 2,520.', figures, ['2,520 in all.'])).toEqual([]);
  });
});

describe('the search for withheld sentences', () => {
  it('finds one, whatever its case and punctuation', () => {
    const { found, searched } = withheldIn(['… THE RESERVE: stands ready, in the spring!'], [DOCUMENT], []);
    expect(found).toEqual(['the reserve stands ready in the spring']);
    expect(searched).toBe(2);
  });

  it('passes over what may be told, and finds nothing where nothing is', () => {
    expect(
      withheldIn(['The reserve stands ready in the spring.'], [DOCUMENT], ['The reserve stands ready in the spring.'])
        .found,
    ).toEqual([]);
    expect(withheldIn(['Something else entirely.'], [DOCUMENT], []).found).toEqual([]);
  });
});
