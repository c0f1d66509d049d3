import fc from 'fast-check';
import { excerptOf, soughtWords } from './excerpt';

const words = (text: string, asked: string): string[] => {
  const excerpt = excerptOf(text, soughtWords(asked));
  return excerpt.hits.map(({ start, end }) => excerpt.text.slice(start, end));
};

describe('an excerpt', () => {
  it.each([
    ['air defence', ['air', 'defence']],
    ['"air defence"', ['air', 'defence']],
    ['"air', ['air']],
    ['air or sea', ['air', 'sea']],
    ['"to or from"', ['to', 'or', 'from']],
    ['air -sea', ['air']],
    ['air -"sea lane"', ['air']],
    ['air-defence', ['air', 'defence']],
    ['Å 3.5 ﬁord', ['å', '3', '5', 'fiord']],
    ['- -- "" ()', []],
  ])('of %s looks for %j', (asked, sought) => {
    expect([...soughtWords(asked)]).toEqual(sought);
  });

  it('marks whole words in any case and form, and nothing else', () => {
    expect(words('The Fiord and the fiords: A\u030a, Å and a.', 'fiord å')).toEqual(['Fiord', 'A\u030a', 'Å']);
    expect(words('Nothing of it.', 'fiord')).toEqual([]);
  });

  it('leaves markup what it is: text', () => {
    const { text, hits } = excerptOf('<b>fiord</b> & <script>x</script>', soughtWords('fiord'));
    expect([text, hits]).toEqual(['<b>fiord</b> & <script>x</script>', [{ start: 3, end: 8 }]]);
  });

  it('cuts what is long between words, and says so', () => {
    const { text } = excerptOf(`${'before '.repeat(50)}fiord ${'after '.repeat(100)}`, soughtWords('fiord'));
    expect(text).toMatch(/^… before .* fiord after .* after …$/);
    expect(text.length).toBeLessThan(320);
  });

  it('is always of the text, whatever that is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 900 }), fc.string({ maxLength: 20 }), (text, asked) => {
        const sought = soughtWords(asked);
        const excerpt = excerptOf(text, sought);
        expect(text).toContain(excerpt.text.replace(/^… /, '').replace(/ …$/, ''));
        for (const { start, end } of excerpt.hits)
          expect(sought.has(excerpt.text.slice(start, end).normalize('NFKC').toLowerCase())).toBe(true);
      }),
    );
  });
});
