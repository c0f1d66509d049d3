import { fillDocuments } from '../../../test/bench/fill-documents';
import { asking } from '../../../test/support/cluster';
import { type House, type Resident, openHouse } from '../../../test/support/house';
import { aPerson } from '../../../test/support/people';

const DOCUMENTS = 20_000;

let house: House;
let readers: Record<'broad' | 'narrow' | 'nobody', Resident>;

beforeAll(async () => {
  house = await openHouse();
  await asking(house.databases.main('superuser'), (client) => fillDocuments(client, DOCUMENTS));
  readers = await house.enrol({
    broad: aPerson('broad')
      .clearedTo('SECRET')
      .inCommunity('C3', 'C4', 'C5', ...Array.from({ length: 200 }, (_unused, n) => `C${String(n + 100)}`)),
    narrow: aPerson('narrow').clearedTo('RESTRICTED').inCommunity('C2', 'C600'),
    nobody: aPerson('nobody').clearedTo('SECRET').inCommunity('D1'),
  });
});
afterAll(async () => {
  await house.close();
});

/** What the reader should see, by somebody who stands above row-level security. */
const expected = (reader: Resident): Promise<string[]> =>
  asking(house.databases.main('superuser'), async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT d.id FROM document d JOIN protection p ON p.id = d.protection_id
        WHERE sec.person_covers($1, p) ORDER BY d.created_at DESC, d.id DESC`,
      [reader.person],
    );
    return rows.map((row) => row.id);
  });

async function listed(reader: Resident, pages: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pages; page += 1) {
    const answer = await reader.client.documents({ limit: 50, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...answer.items.map((item) => item.id));
    if (answer.next === null) break;
    cursor = answer.next;
  }
  return ids;
}

const mergesBy = (reader: Resident): Promise<number[] | null> =>
  asking(house.databases.main('superuser'), async (client) => {
    const { rows } = await client.query<{ merge_by: number[] | null }>(
      `SELECT merge_by FROM sec.session WHERE person_id = $1`,
      [reader.person],
    );
    return rows[0]?.merge_by ?? null;
  });

describe('a list of documents', () => {
  it('walks the dates for a reader who sees much', async () => {
    expect(await listed(readers.broad, 4)).toEqual((await expected(readers.broad)).slice(0, 200));
    expect(await mergesBy(readers.broad)).toBeNull();
  });

  it('merges by protection for a reader who sees little, and shows the same', async () => {
    const whole = await expected(readers.narrow);
    expect(whole.length).toBeGreaterThan(10);
    expect(await listed(readers.narrow, 10)).toEqual(whole);
    expect(await mergesBy(readers.narrow)).not.toBeNull();
  });

  it('shows nothing to a reader who holds none of it', async () => {
    expect(await listed(readers.nobody, 1)).toEqual([]);
  });

  it('shows a reader who merges what was imported a moment ago', async () => {
    const { planner } = await house.enrol({
      planner: aPerson('planner').clearedTo('TOP SECRET').inRole('planner').inCommunity('C2'),
    });
    const text =
      '---\nbanner: NATO RESTRICTED\noriginator: ACT\nneed-to-know: ["community:C2"]\nexercise: true\n---\n\n# (NR) EXERCISE New\n';
    const { id } = await planner.client.importDocument(text);
    expect((await listed(readers.narrow, 1))[0]).toBe(id);
    expect(await listed(readers.nobody, 1)).toEqual([]);
  });
});
