import { RARE_WORD, READER_CLASSES, type ReaderClass } from '../../../test/bench/fill-at-scale';
import { TWENTIETH, fillCases } from '../../../test/bench/fill-cases';
import { asking } from '../../../test/support/cluster';
import { type House, type Resident, openHouse } from '../../../test/support/house';
import { inSession } from '../../../test/support/in-session';
import { enrolReaderClasses } from '../../../test/support/reader-classes';

const SCALE = { cases: 4_000, protections: 600, policies: ['NATO'] } as const;

let house: House;
let readers: Record<ReaderClass, Resident>;
let nobody: Resident;

beforeAll(async () => {
  house = await openHouse();
  await asking(house.databases.main('superuser'), (client) => fillCases(client, SCALE));
  ({ readers, nobody } = await enrolReaderClasses(house));
}, 60_000);
afterAll(async () => {
  await house.close();
});

type Asked = NonNullable<Parameters<Resident['client']['cases']>[0]> & { readonly words?: string };

/** What a reader should see, by somebody who stands above row-level security. `condition` is put to the case `c` under the label `k`. */
const expected = (reader: Resident, condition: string): Promise<string[]> =>
  asking(house.databases.main('superuser'), async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `WITH held AS MATERIALIZED (SELECT p.id FROM protection p WHERE sec.person_covers($1, p))
       SELECT c.id FROM release_case c JOIN protection k ON k.id = c.protection_id
        WHERE c.protection_id IN (SELECT id FROM held) AND (${condition}) ORDER BY c.created_at DESC, c.id DESC`,
      [reader.person],
    );
    return rows.map((row) => row.id);
  });

async function listed({ client }: Resident, { words, ...asked }: Asked): Promise<{ ids: string[]; count: number }> {
  const ids: string[] = [];
  let count: number | undefined;
  let cursor: string | undefined;
  do {
    const all = { limit: 200, ...asked, count: count === undefined, ...(cursor === undefined ? {} : { cursor }) };
    const page = words === undefined ? await client.cases(all) : await client.searchCases({ ...all, words });
    ids.push(...page.items.map(({ id }) => id));
    count ??= page.count;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return { ids, count: count ?? -1 };
}

const REQUESTER = '00000000-0000-4000-8000-000000000007';
const SAYS = (word: string): string => `to_tsvector('simple', c.title || ' ' || c.summary) @@ '${word}'`;
const TREATS = (fields: string): string =>
  `EXISTS (SELECT FROM sec.case_target t WHERE t.case_id = c.id AND t.round = c.round AND ${fields})`;

const FILTERS: [string, Asked, string][] = [
  ['nothing', {}, 'true'],
  ['a state', { state: 'returned' }, `c.state = 'returned'`],
  ['a requester', { requestedBy: REQUESTER }, `c.requested_by = '${REQUESTER}'`],
  ['a nation', { nation: 'N7' }, TREATS(`t.nation = 'N7'`)],
  ['a nation and an area', { nation: 'N7', area: 'area 3' }, TREATS(`t.nation = 'N7' AND t.area = 'area 3'`)],
  [
    'a classification',
    { policy: 'NATO', classification: 'SECRET', state: 'draft' },
    `k.label ->> 'classification' = 'SECRET' AND c.state = 'draft'`,
  ],
  ['a policy that is none', { policy: 'NOWHERE' }, 'false'],
  [
    'dates',
    { from: '2016-01-01T00:00:00Z', to: '2019-01-01T00:00:00Z' },
    `c.created_at >= '2016-01-01Z' AND c.created_at < '2019-01-01Z'`,
  ],
  ['a rare word', { words: RARE_WORD }, SAYS(RARE_WORD)],
  ['a word of every twentieth', { words: TWENTIETH }, SAYS(TWENTIETH)],
  ['a word that stands in all', { words: 'exercise', state: 'draft' }, `c.state = 'draft'`],
  [
    'a word and a nation, from a date on',
    { words: TWENTIETH, nation: 'N7', from: '2016-01-01T00:00:00Z' },
    `${SAYS(TWENTIETH)} AND c.created_at >= '2016-01-01Z' AND ${TREATS(`t.nation = 'N7'`)}`,
  ],
];

describe('a list of cases', () => {
  it('walks for readers who see much, and merges for those who see little', async () => {
    const merging = async ({ sid }: Resident): Promise<unknown> =>
      (await inSession(house, sid, (sql) => sql.rows('SELECT merging FROM sec.session_cases(NULL, NULL)')))[0];
    expect(await merging(readers.all)).toEqual({ merging: false });
    expect(await merging(readers['old-only'])).toEqual({ merging: true });
    expect(await merging(nobody)).toEqual({ merging: true });
  });

  describe.each(READER_CLASSES)('for the reader %s', (name) => {
    it.each(FILTERS)('narrowed by %s shows and counts what is held, in order', async (_what, asked, condition) => {
      const ids = await expected(readers[name], condition);
      expect(await listed(readers[name], asked)).toEqual({ ids, count: ids.length });
    });
  });

  it('shows nothing to a reader who holds none of it', async () => {
    for (const [, asked] of FILTERS) expect(await listed(nobody, asked)).toEqual({ ids: [], count: 0 });
  });

  it('tells the counters of nobody but the session', async () => {
    const told = await inSession(house, nobody.sid, (sql) => sql.rows('SELECT * FROM sec.session_cases(NULL, NULL)'));
    expect(told).toEqual([{ ids: [], merging: true, cases: '0' }]);
    const statement = 'SELECT * FROM sec.session_cases(NULL, NULL)';
    const { rows: outside } = await asking(house.databases.main('api'), (client) =>
      client.query<Record<string, unknown>>(statement),
    );
    expect(outside).toEqual(told);
  });
});
