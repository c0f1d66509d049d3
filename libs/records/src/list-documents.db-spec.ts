import { READER_CLASSES, type ReaderClass, fillAtScale } from '../../../test/bench/fill-at-scale';
import { asking } from '../../../test/support/cluster';
import { type House, type Resident, openHouse } from '../../../test/support/house';
import { aPerson } from '../../../test/support/people';
import { enrolReaderClasses } from '../../../test/support/reader-classes';

const SCALE = { documents: 6_000, protections: 600, policies: ['NATO'] } as const;

let house: House;
let readers: Record<ReaderClass, Resident>;
let nobody: Resident;

beforeAll(async () => {
  house = await openHouse();
  await asking(house.databases.main('superuser'), (client) => fillAtScale(client, SCALE));
  ({ readers, nobody } = await enrolReaderClasses(house));
}, 60_000);
afterAll(async () => {
  await house.close();
});

/** What a reader should see, by somebody who stands above row-level security. `asked` is put to documents, `t` being a target of it. */
const expected = (reader: Resident, asked = 'true'): Promise<string[]> =>
  asking(house.databases.main('superuser'), async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `WITH held AS MATERIALIZED (SELECT p.id FROM protection p WHERE sec.person_covers($1, p))
       SELECT d.id FROM document d JOIN protection k ON k.id = d.protection_id
        WHERE d.protection_id IN (SELECT id FROM held) AND (${asked}) ORDER BY d.created_at DESC, d.id DESC`,
      [reader.person],
    );
    return rows.map((row) => row.id);
  });

type Asked = Parameters<Resident['client']['documents']>[0];

async function listed(reader: Resident, asked: Asked = {}, pages = 1_000): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pages; page += 1) {
    const answer = await reader.client.documents({ limit: 200, ...asked, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...answer.items.map((item) => item.id));
    if (answer.next === null) break;
    cursor = answer.next;
  }
  return ids;
}

/** Which way the lists take: NULL walks. */
const ways = (reader: Resident): Promise<{ merge_by: number[] | null; targets_by: number[] | null }> =>
  asking(house.databases.main('superuser'), async (client) => {
    const statement = 'SELECT merge_by, targets_by FROM sec.session WHERE person_id = $1';
    const { rows } = await client.query<{ merge_by: number[] | null; targets_by: number[] | null }>(statement, [
      reader.person,
    ]);
    return rows[0] ?? { merge_by: null, targets_by: null };
  });

const WITH_TARGET = (fields: string): string =>
  `EXISTS (SELECT FROM portion t WHERE t.document_id = d.id AND t.protection_id IN (SELECT id FROM held) AND ${fields})`;

const FILTERS: [string, Asked, string][] = [
  ['nothing', {}, 'true'],
  ['an originator', { originator: 'ACO' }, `d.originator = 'ACO'`],
  ['an originator that nobody is', { originator: 'aco' }, 'false'],
  ['a nation', { nation: 'N7' }, WITH_TARGET(`t.nation = 'N7'`)],
  ['a nation and an area', { nation: 'N7', area: 'area 3' }, WITH_TARGET(`t.nation = 'N7' AND t.area = 'area 3'`)],
  ['an area that is none', { area: 'nowhere' }, 'false'],
  ['a policy', { policy: 'NATO' }, `k.label ->> 'policy' = 'NATO'`],
  [
    'a classification',
    { policy: 'NATO', classification: 'SECRET' },
    `k.label ->> 'policy' = 'NATO' AND k.label ->> 'classification' = 'SECRET'`,
  ],
  ['a policy that is none', { policy: 'NOWHERE' }, 'false'],
  [
    'dates',
    { from: '2016-01-01T00:00:00Z', to: '2019-01-01T00:00:00Z' },
    `d.created_at >= '2016-01-01Z' AND d.created_at < '2019-01-01Z'`,
  ],
  [
    'all of it',
    { originator: 'ACT', area: 'area 4', policy: 'NATO', classification: 'RESTRICTED', from: '2016-01-01T00:00:00Z' },
    `d.originator = 'ACT' AND k.label ->> 'classification' = 'RESTRICTED' AND d.created_at >= '2016-01-01Z' AND ${WITH_TARGET(`t.area = 'area 4'`)}`,
  ],
];

describe('a list of documents', () => {
  it('walks for readers who see much, and merges for those who see little', async () => {
    for (const name of READER_CLASSES) await listed(readers[name], {}, 1);
    expect((await ways(readers.all)).merge_by).toBeNull();
    expect((await ways(readers.all)).targets_by).toBeNull();
    expect((await ways(readers['old-only'])).merge_by).not.toBeNull();
    expect((await ways(readers['old-only'])).targets_by).not.toBeNull();
  });

  describe.each(READER_CLASSES)('for the reader %s', (name) => {
    it.each(FILTERS)('narrowed by %s shows and counts what is held, in order', async (_what, asked, condition) => {
      const whole = await expected(readers[name], condition);
      expect(await listed(readers[name], asked)).toEqual(whole);
      const { count } = await readers[name].client.documents({ ...asked, limit: 1, count: true });
      expect(count).toBe(whole.length);
    });
  });

  it('shows nothing to a reader who holds none of it', async () => {
    expect(await nobody.client.documents({ count: true })).toEqual({ items: [], next: null, count: 0 });
  });

  it('shows a reader who merges what was imported a moment ago, and counts it', async () => {
    const before = await readers['old-only'].client.documents({ limit: 1, count: true });
    const { planner } = await house.enrol({
      planner: aPerson('planner').clearedTo('TOP SECRET').inRole('planner').inCommunity('OLD-ONLY'),
    });
    const text =
      '---\nbanner: NATO RESTRICTED\noriginator: ACT\nneed-to-know: ["community:OLD-ONLY"]\nexercise: true\n---\n\n# (NR) EXERCISE New\n';
    const { id } = await planner.client.importDocument(text);
    const after = await readers['old-only'].client.documents({ limit: 1, count: true });
    expect([after.items[0]?.id, after.count]).toEqual([id, (before.count ?? 0) + 1]);
    expect(await listed(nobody)).toEqual([]);
  });
});
