import { ApiProblem } from '#client';
import type { CaseSearchAsked, CasesAsked, SubmitCaseCommand } from '#contracts';
import { type AllianceHouse, aRequest, decideAs, openAllianceHouse } from '../../../test/support/alliance';
import { asking } from '../../../test/support/cluster';
import { aDocument } from '../../../test/support/documents';
import type { Resident } from '../../../test/support/house';
import { ask } from '../../../test/support/http';
import { aPerson } from '../../../test/support/people';

let alliance: AllianceHouse;
const ids: Record<string, string> = {};

const DOCUMENT = aDocument()
  .markedAs('NATO UNCLASSIFIED')
  .titled('(NU) EXERCISE Marigold package')
  .saying('(NS) EXERCISE The tangerine brigades will be late by one winter.')
  .withTargets(
    ['(NS)', 'NOR', 'air and missile defence', 4711, 9823, 'systems', 2032],
    ['(NU)', 'POL', 'land', 31, 47, 'brigades', 2030],
  );
const LOW = aDocument()
  .markedAs('NATO UNCLASSIFIED')
  .titled('(NU) EXERCISE A note on quinces')
  .saying('(NU) EXERCISE Nothing of it is secret.')
  .withTargets(['(NU)', 'POL', 'land', 612, 925, 'brigades', 2030]);

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { planner } = alliance;
  ids['package'] = (await planner.client.importDocument(DOCUMENT.text())).id;
  ids['note'] = (await planner.client.importDocument(LOW.text())).id;
  await take(
    'first',
    'package',
    'EXERCISE Periwinkle, what the <b>ministers</b> say',
    'EXERCISE Of the northern region.',
  );
  await take(
    'second',
    'note',
    'EXERCISE Second of its kind',
    'EXERCISE Northern & periwinkle targets, said twice: periwinkle.',
  );
});
afterAll(() => alliance.house.close());

async function proposal(document: string, changes: Partial<SubmitCaseCommand>): Promise<SubmitCaseCommand> {
  const view = await alliance.requester.client.document(ids[document] ?? '');
  const items = view.portions.map(({ id }) => ({ portion: id, treatment: 'include' as const }));
  return aRequest(view, alliance.house.clock.now(), { items, ...changes });
}

async function take(name: string, document: string, title: string, summary: string): Promise<void> {
  alliance.house.clock.advance(1_000);
  ids[name] = await alliance.requester.client.submitCase(await proposal(document, { title, summary }));
}

const names = ({ items }: { items: readonly { id: string }[] }): string[] =>
  items.map(({ id }) => Object.keys(ids).find((name) => ids[name] === id) ?? '?');
const found = async (who: Resident, words: string, asked: Partial<CaseSearchAsked> = {}): Promise<string[]> =>
  names(await who.client.searchCases({ words, ...asked }));
const listed = async (who: Resident, asked: CasesAsked): Promise<string[]> => names(await who.client.cases(asked));

describe('a search of cases', () => {
  it('finds words in title and summary of what the reader may know of, newest first, and counts the same', async () => {
    const { requester, stranger } = alliance;
    expect(await found(requester, 'periwinkle')).toEqual(['second', 'first']);
    expect(await found(requester, 'PERIWINKLE ministers')).toEqual(['first']);
    expect(await found(requester, '"periwinkle targets" or nothing')).toEqual(['second']);
    expect(await found(requester, 'periwinkle -northern')).toEqual([]);
    expect(await requester.client.searchCases({ words: 'periwinkle', limit: 1, count: true })).toMatchObject({
      count: 2,
    });
    expect(await stranger.client.searchCases({ words: 'periwinkle', count: true })).toEqual({
      items: [],
      next: null,
      count: 0,
    });
  });

  it('finds a case under its own mark, and in nothing else that is written about it', async () => {
    const { official, house, planner } = alliance;
    expect(await found(official, 'periwinkle')).toEqual(['second', 'first']);
    const { clerk } = await house.enrol({ clerk: aPerson('clerk').clearedTo('RESTRICTED') });
    expect(await found(clerk, 'periwinkle')).toEqual(['second']);
    for (const words of ['tangerine', 'quinces', 'EXERCISE-NOBODY']) expect(await found(planner, words)).toEqual([]);
  });

  it('shows the words as plain text with offsets', async () => {
    const { items } = await alliance.requester.client.searchCases({ words: 'ministers region' });
    const { excerpt, title, state, round } = items[0]!;
    expect([title, state, round]).toEqual(['EXERCISE Periwinkle, what the <b>ministers</b> say', 'draft', 1]);
    expect(excerpt.text).toBe(`${title}\nEXERCISE Of the northern region.`);
    expect(excerpt.hits.map(({ start, end }) => excerpt.text.slice(start, end))).toEqual(['ministers', 'region']);
  });

  it('is narrowed as the list is', async () => {
    const { requester } = alliance;
    for (const [asked, expected] of [
      [{ nation: 'POL' }, ['second', 'first']],
      [{ nation: 'NOR' }, ['first']],
      [{ nation: 'NOR', area: 'land' }, []],
      [{ area: 'land', document: ids['note'] }, ['second']],
      [{ nation: 'POL', state: 'returned' }, []],
      [{ nation: 'POL', requestedBy: requester.person }, ['second', 'first']],
      [{ nation: 'POL', policy: 'NATO', classification: 'SECRET' }, ['first']],
      [{ nation: 'POL', policy: 'PUBLIC' }, []],
      [{ area: 'land', to: '2001-01-01T00:00:00Z' }, []],
      [{ area: 'land', from: '2001-01-01T00:00:00Z' }, ['second', 'first']],
    ] as const) {
      expect([asked, await listed(requester, asked)]).toEqual([asked, expected]);
      expect([asked, await found(requester, 'periwinkle', asked)]).toEqual([asked, expected]);
    }
  });

  it('follows a cursor from page to page; it is bound to words and filter', async () => {
    const { client } = alliance.requester;
    const first = await client.searchCases({ words: 'periwinkle', limit: 1 });
    const cursor = first.next ?? '';
    const second = await client.searchCases({ words: 'periwinkle', limit: 1, cursor });
    expect([...names(first), ...names(second), second.next]).toEqual(['second', 'first', null]);
    for (const asked of [{ words: 'northern' }, { words: 'periwinkle', nation: 'POL' }])
      await expect(client.searchCases({ ...asked, limit: 1, cursor })).rejects.toBeInstanceOf(ApiProblem);
    await expect(client.cases({ cursor })).rejects.toMatchObject({ problem: { code: 'bad-request' } });
    const narrowed = await client.cases({ nation: 'POL', limit: 1 });
    expect(names(await client.cases({ nation: 'POL', limit: 1, cursor: narrowed.next ?? '' }))).toEqual(['first']);
    await expect(client.cases({ nation: 'NOR', cursor: narrowed.next ?? '' })).rejects.toBeInstanceOf(ApiProblem);
  });

  it.each(['-periwinkle', '"', '- & |', '...'])('refuses %s, which names no word that must occur', async (words) => {
    await expect(alliance.requester.client.searchCases({ words })).rejects.toMatchObject({
      problem: { code: 'bad-request' },
    });
  });

  it('takes no word from an address', async () => {
    const { house, requester } = alliance;
    const { status } = await ask(house.url, '/api/cases?words=periwinkle', { as: requester.sid });
    expect(status).toBe(400);
  });

  it('leaves a record without the words', async () => {
    await found(alliance.requester, 'periwinkle "northern"', { nation: 'POL' });
    const rows = await asking(alliance.house.databases.main('superuser'), async (client) => {
      const answer = await client.query<{ record: string }>(
        `SELECT record::text AS record FROM audit_event WHERE action = 'case.search' ORDER BY id`,
      );
      return answer.rows.map(({ record }) => record);
    });
    expect(rows.at(-1)).toContain('nation=POL');
    expect(rows.at(-1)).toContain('\\"words\\":2'.replaceAll('\\', ''));
    for (const record of rows) expect(record).not.toMatch(/periwinkle|northern/i);
  });
});

describe('a case that changes', () => {
  it('is found by the words of its newest round, and in its new state', async () => {
    const { requester, originator, firstReviewer } = alliance;
    await take('third', 'note', 'EXERCISE Saffron', 'EXERCISE Of a kind.');
    const { title, summary, window, items } = await proposal('note', {
      title: 'EXERCISE Turmeric',
      summary: 'EXERCISE Other.',
    });
    await requester.client.amendCase(ids['third'] ?? '', { title, summary, window, items });
    expect([await found(requester, 'saffron'), await found(requester, 'turmeric')]).toEqual([[], ['third']]);
    expect(await listed(requester, { area: 'land', state: 'in-approval' })).toEqual([]);
    await requester.client.freezeCase(ids['third'] ?? '');
    await decideAs(originator, ids['third'] ?? '');
    expect(await found(requester, 'turmeric', { state: 'in-approval' })).toEqual(['third']);
    expect(await listed(requester, { area: 'land', state: 'in-approval' })).toEqual(['third']);
    await firstReviewer.client.returnCase(ids['third'] ?? '', 'EXERCISE Cardamom.');
    expect(await listed(requester, { area: 'land', state: 'in-approval' })).toEqual([]);
    expect(await listed(requester, { area: 'land', state: 'returned' })).toEqual(['third']);
    // What others say of a case is read with it, and not searched.
    expect(await found(requester, 'cardamom')).toEqual([]);
  });
});

describe('a case over a document that is read only whole', () => {
  it('is found by its words, and not by a target of the document', async () => {
    const { planner, requester } = alliance;
    const text = aDocument()
      .markedAs('NATO UNCLASSIFIED')
      .titled('(NU) EXERCISE Read whole')
      .withTargets(['(NU)', 'ISL', 'sea lift', 83, 97, 'ships', 2031])
      .text();
    ids['whole'] = (await planner.client.importDocument(text.replace('originator:', 'reading: whole\noriginator:'))).id;
    await take('entire', 'whole', 'EXERCISE Vanilla', 'EXERCISE All of it.');
    expect(await found(requester, 'vanilla')).toEqual(['entire']);
    expect(await listed(requester, { nation: 'ISL' })).toEqual([]);
  });
});
