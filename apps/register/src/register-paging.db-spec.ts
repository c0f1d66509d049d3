import type { Transactions } from '#database';
import { type Published, PublicSide } from '../../../test/support/public-side';
import { type TestSite, openSite } from '../../../test/support/site';

const MANY = 120;

let side: PublicSide;
let transactions: Transactions;
let site: TestSite;
const published: Published[] = [];

beforeAll(async () => {
  side = await PublicSide.open([{ id: 'BEL', name: 'Belgium' }]);
  transactions = await side.asRegister();
  const { officersFile, installation } = side;
  site = await openSite({ transactions, officersFile, installation });
  for (let n = 0; n < MANY; n += 1) {
    // Five releases share each moment: their order must hold all the same.
    const minute = String(Math.floor(n / 5)).padStart(2, '0');
    published.push(
      await side.publish({ title: `EXERCISE ${String(n)}`, publishedAt: `2026-06-05T15:${minute}:00.000Z` }),
    );
  }
}, 120_000);

afterAll(async () => {
  await site.close();
  await transactions.close();
  await side.close();
});

const idsIn = (html: string): string[] =>
  [...html.matchAll(/<h2><a href="\/releases\/(r-[0-9a-f]{20})">/g)].map(([, id = '']) => id);

const nextIn = (html: string): string | undefined => /rel="next" href="([^"]*)"/.exec(html)?.[1];

it(
  'leads through every release once, the newest first',
  async () => {
    const ids: string[] = [];
    const sizes: number[] = [];
    for (let path: string | undefined = '/'; path !== undefined;) {
      const html = await site.text(path);
      ids.push(...idsIn(html));
      sizes.push(idsIn(html).length);
      path = nextIn(html);
    }
    const expected = published
      .map(({ outgoing, publishedAt }) => ({ id: outgoing.release, publishedAt }))
      .sort((a, b) =>
        a.publishedAt === b.publishedAt ? (a.id < b.id ? 1 : -1) : a.publishedAt < b.publishedAt ? 1 : -1,
      );
    expect(ids).toEqual(expected.map(({ id }) => id));
    expect(sizes).toEqual([25, 25, 25, 25, 20]);
  },
  // Each certificate is verified once on the way.
  120_000,
);

it('keeps its place when something newer appears', async () => {
  const next = nextIn(await site.text('/'))!;
  const before = idsIn(await site.text(next));
  await side.publish({ title: 'EXERCISE newer', publishedAt: '2026-06-05T16:00:00.000Z' });
  expect(idsIn(await site.text(next))).toEqual(before);
});

it('leads through the log too', async () => {
  const size = MANY + 1;
  const places: number[] = [];
  for (let path: string | undefined = '/log'; path !== undefined;) {
    const html = await site.text(path);
    places.push(...[...html.matchAll(/<th scope="row" class="number">(\d+)<\/th>/g)].map(([, place]) => Number(place)));
    path = nextIn(html);
  }
  expect(places).toEqual(Array.from({ length: size }, (_unused, n) => size - 1 - n));
});

it.each([
  '',
  'x',
  '_',
  '2026-06-05T15:00:00.000Z',
  '2026-06-05T15:00:00.000Z_',
  '_r-0123456789abcdef0123',
  '2026-13-45T15:00:00.000Z_r-0123456789abcdef0123',
  '2026-06-05T15:00:00.000+02:00_r-0123456789abcdef0123',
  '2026-06-05T15:00:00.000Z_r-0123456789ABCDEF0123',
  "2026-06-05T15:00:00.000Z_r-0123456789abcdef012'",
  '2026-06-05T15:00:00.000Z_r-0123456789abcdef0123_more',
  'infinity_r-0123456789abcdef0123',
  '%00',
  '%ff',
  '9'.repeat(1_000),
  '2001-01-01T00:00:00.000Z_r-0123456789abcdef0123',
  '2026-06-05T15:00:00.000Z_r-0123456789abcdef0123&before=2026-06-05T15:00:00.000Z_r-0123456789abcdef0123',
])('answers a page that begins before %p as it answers anything that is not there', async (cursor) => {
  expect(await site.raw(`/?before=${cursor}`)).toBe(await site.raw('/nothing-of-the-kind'));
});

it.each(['', '0', '-1', '01', '1.5', '1e1', 'x', '99999', '9'.repeat(30), '1&before=2'])(
  'answers a page of the log that begins before %p likewise',
  async (before) => {
    expect(await site.raw(`/log?before=${before}`)).toBe(await site.raw('/nothing-of-the-kind'));
  },
);

it.each(['', '-1', '01', '1.5', '1e1', 'x', '0x1', '99999', '9'.repeat(30), '1&first=2', '%00'])(
  'answers leaves from %p on likewise',
  async (first) => {
    expect(await site.raw(`/log/leaves?first=${first}`)).toBe(await site.raw('/nothing-of-the-kind'));
  },
);

it.each(['', 'first=1', 'second=1', 'first=0&second=1', 'first=2&second=1', 'first=1&second=999', 'first=x&second=1'])(
  'answers a proof of growth for %p likewise',
  async (query) => {
    expect(await site.raw(`/log/consistency?${query}`)).toBe(await site.raw('/nothing-of-the-kind'));
  },
);
