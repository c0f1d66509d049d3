import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { ReleaseHead } from '#register';
import { atomFeed } from './feed';

const WHERE = { installation: 'exercise & <sons>', publicUrl: 'https://register.example' };

const head = (changes: Partial<ReleaseHead> = {}): ReleaseHead => ({
  id: 'r-0123456789abcdef0123',
  publishedAt: '2026-06-05T15:00:02.000Z',
  title: 'EXERCISE A title',
  summary: 'EXERCISE A summary.',
  exercise: true,
  renditions: [{ name: 'release.pdf', mediaType: 'application/pdf', bytes: 1, sha256: '0'.repeat(64) }],
  leafIndex: 0,
  ...changes,
});

const parsed = (xml: string): Record<string, Record<string, unknown>> =>
  new XMLParser({ ignoreAttributes: false }).parse(xml) as Record<string, Record<string, unknown>>;

describe('the feed', () => {
  it.each([
    ['markup', '<b>bold</b> & <script>x</script>', '&lt;b&gt;bold&lt;/b&gt; &amp; &lt;script&gt;x&lt;/script&gt;'],
    ['the end of a CDATA section, twice', 'a ]]> b ]]> c', 'a ]]&gt; b ]]&gt; c'],
    ['an entity', '&amp;lt;', '&amp;amp;lt;'],
    ['letters of other alphabets', 'Türkiye, Україна, 𝔛', 'Türkiye, Україна, 𝔛'],
    ['what XML cannot carry', 'a\u0000b\u0008c\ud800d\uffffe', 'a\ufffdb\ufffdc\ufffdd\ufffde'],
  ])('carries %s as text', (_what, title, inHtml) => {
    const xml = atomFeed([head({ title, summary: title })], WHERE);
    expect(XMLValidator.validate(xml)).toBe(true);
    const entry = parsed(xml)['feed']!['entry'] as Record<string, Record<string, string>>;
    expect(entry['title']!['#text']).toBe(inHtml);
    expect(entry['summary']!['#text']).toContain(inHtml);
    expect(entry['content']!['#text']).toContain(`<p>${inHtml}</p>`);
  });

  it('says of an exercise that it is one', () => {
    const notice = 'EXERCISE: invented data for an exercise.';
    expect(atomFeed([head()], WHERE)).toContain(notice);
    expect(atomFeed([head({ exercise: false })], WHERE)).not.toContain(notice);
  });

  it('depends on nothing but what was released', () => {
    expect(atomFeed([], WHERE)).toBe(atomFeed([], WHERE));
    const feed = parsed(atomFeed([], WHERE))['feed']!;
    expect(feed['updated']).toBe('1970-01-01T00:00:00.000Z');
    expect(feed['title']).toBe('Public register: exercise & <sons>');
    expect(feed['entry']).toBeUndefined();
  });
});
