import { ApiProblem } from '#client';
import type { FoundListView, SearchAsked } from '#contracts';
import { asking } from '../../../test/support/cluster';
import { type DocumentBuilder, aDocument } from '../../../test/support/documents';
import { type House, type Resident, openHouse } from '../../../test/support/house';
import { ask } from '../../../test/support/http';
import { aPerson } from '../../../test/support/people';

let house: House;
let people: Record<'planner' | 'official' | 'stranger' | 'auditor', Resident>;
const ids: Record<string, string> = {};

const PACKAGE = aDocument()
  .markedAs('NATO UNCLASSIFIED')
  .titled('(NU) EXERCISE Marigold package')
  .saying(
    '(CTS) EXERCISE The tangerine brigades will be late by one winter.',
    '(NS) EXERCISE Air defence of the <b>northern</b> region, <script>alert("tangerine")</script> & more: periwinkle gap.',
    '(NU) EXERCISE The ministers take up periwinkle targets; periwinkle again, and the Ångström fiord.',
  )
  .withTargets(
    ['(CTS)', 'DEU', 'air and missile defence', 4711, 9823, 'systems', 2032],
    ['(NS)', 'NOR', 'air and missile defence', 12, 19, 'systems', 2031],
    ['(NU)', 'NOR', 'land', 3, 4, 'brigades', 2030],
  );

beforeAll(async () => {
  house = await openHouse();
  people = await house.enrol({
    planner: aPerson('planner').clearedTo('TOP SECRET').inRole('planner'),
    official: aPerson('official').clearedTo('SECRET'),
    stranger: aPerson('stranger'),
    auditor: aPerson('auditor').inRole('auditor'),
  });
  await take('package', PACKAGE);
  await take(
    'note',
    aDocument().markedAs('NATO SECRET').titled('(NS) EXERCISE A note on periwinkle').saying('(NS) EXERCISE Only this.'),
  );
  await take(
    'sealed',
    aDocument().titled('(CTS) EXERCISE Tangerine annex').withTargets(['(CTS)', 'NOR', 'land', 7, 8, 'brigades', 2030]),
  );
});
afterAll(() => house.close());

async function take(name: string, document: DocumentBuilder): Promise<void> {
  house.clock.advance(1_000);
  ids[name] = (await people.planner.client.importDocument(document.text())).id;
}

const found = (reader: Resident, words: string, asked: Partial<SearchAsked> = {}): Promise<FoundListView> =>
  reader.client.search({ words, ...asked });

/** What was found, by the name of its document and the number within the reader's own cut. */
const places = ({ items }: FoundListView): string[] =>
  items.map(({ document, n }) => `${Object.keys(ids).find((name) => ids[name] === document) ?? '?'} ${String(n)}`);

/** The texts that a reader is given of a document, by number. */
async function texts(reader: Resident, name: string): Promise<Map<number, string>> {
  const { portions } = await reader.client.document(ids[name] ?? '');
  return new Map(portions.map(({ n, text }) => [n, text]));
}

describe('a search', () => {
  it('finds words in what the reader holds, and nowhere else, newest documents first', async () => {
    expect(places(await found(people.planner, 'tangerine'))).toEqual(['sealed 1', 'package 2', 'package 3']);
    expect(places(await found(people.official, 'periwinkle'))).toEqual(['note 1', 'package 2', 'package 3']);
    expect(await found(people.official, 'brigades late', { count: true })).toEqual({ items: [], next: null, count: 0 });
    expect(await found(people.stranger, 'periwinkle', { count: true })).toEqual({ items: [], next: null, count: 0 });
  });

  it('numbers as the reader counts, and its excerpts are of that very portion', async () => {
    for (const reader of [people.planner, people.official]) {
      const cut = await texts(reader, 'package');
      const { items } = await found(reader, 'periwinkle or northern or winter');
      for (const { document, n, excerpt } of items.filter((item) => item.document === ids['package'])) {
        expect(document).toBe(ids['package']);
        expect(cut.get(n ?? 0)).toContain(excerpt?.text ?? '-');
      }
    }
  });

  it('shows where the words stand in plain text, of which nothing is markup', async () => {
    const { items } = await found(people.official, 'periwinkle northern');
    expect(items).toHaveLength(1);
    const { text, hits } = items[0]?.excerpt ?? { text: '', hits: [] };
    expect(hits.map(({ start, end }) => text.slice(start, end))).toEqual(['northern', 'periwinkle']);
    expect(text).toContain('<b>');
  });

  it.each([
    ['in any case', 'PERIWINKLE', 3],
    ['with a letter that is written in two ways', 'A\u030angström', 1],
    ['as a phrase', '"periwinkle targets"', 1],
    ['as a phrase that does not occur', '"periwinkle ministers"', 0],
    ['one or the other', 'ministers or northern', 2],
    ['all of them', 'periwinkle ministers', 1],
    ['without others', 'periwinkle -northern', 2],
    ['not in part', 'periwink', 0],
    ['with what would be operators', `periwinkle & | ! ( ) : * ' <-> \\`, 3],
  ])('looks for words %s', async (_how, words, count) => {
    expect((await found(people.official, words, { count: true })).count).toBe(count);
    expect((await found(people.official, words)).items).toHaveLength(count);
  });

  it('is narrowed like the lists', async () => {
    const first = (await found(people.official, 'periwinkle')).items[2];
    expect(places(await found(people.official, 'nor', { nation: 'NOR' }))).toEqual(['package 4', 'package 5']);
    expect(places(await found(people.official, 'nor', { nation: 'NOR', area: 'land' }))).toEqual(['package 5']);
    expect(
      places(await found(people.official, 'periwinkle', { policy: 'NATO', classification: 'UNCLASSIFIED' })),
    ).toEqual(['package 3']);
    expect(places(await found(people.official, 'land or periwinkle', { kind: 'target' }))).toEqual(['package 5']);
    expect(await found(people.planner, 'tangerine', { kind: 'target', count: true })).toMatchObject({ count: 0 });
    expect(await found(people.planner, 'land', { kind: 'target', count: true })).toMatchObject({ count: 2 });
    expect(places(await found(people.official, 'periwinkle', { to: '2000-01-01T00:00:00Z' }))).toEqual([]);
    expect(places(await found(people.official, 'periwinkle', { originator: 'nobody' }))).toEqual([]);
    expect(
      places(await found(people.official, 'periwinkle', { from: first?.createdAt, originator: 'ACT' })),
    ).toHaveLength(3);
  });

  it('goes on where a page ends, and takes no cursor of another search, person or list', async () => {
    const whole = places(await found(people.planner, 'exercise'));
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page: FoundListView = await found(people.planner, 'exercise', {
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      pages.push(...places(page));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual(whole);
    expect(whole.length).toBeGreaterThan(6);
    const { next } = await found(people.planner, 'exercise', { limit: 2 });
    const stranger = found(people.official, 'exercise', { limit: 2, cursor: next ?? '' });
    await expect(stranger).rejects.toThrow('bad-request');
    for (const asked of [
      { words: 'periwinkle' },
      { words: 'exercise', nation: 'NOR' },
      { words: 'exercise', originator: 'ACT' },
    ])
      await expect(people.planner.client.search({ limit: 2, cursor: next ?? '', ...asked })).rejects.toThrow(
        'bad-request',
      );
    await expect(people.planner.client.documents({ cursor: next ?? '' })).rejects.toThrow('bad-request');
    await expect(people.planner.client.targets({ cursor: next ?? '' })).rejects.toThrow('bad-request');
  });

  it.each([
    ['nothing but absence', { words: '-periwinkle' }],
    ['no word', { words: '!!! ---' }],
    ['nothing', { words: '   ' }],
    ['too much', { words: 'x'.repeat(201) }],
    ['a character that nobody sees', { words: 'peri\u200bwinkle' }],
    ['a field that is none', { words: 'periwinkle', ids: Array.from({ length: 300 }, () => 'x') }],
    ['a list where a name belongs', { words: 'periwinkle', nation: ['DEU', 'NOR'] }],
    ['a classification of no policy', { words: 'periwinkle', classification: 'SECRET' }],
    ['a day that is none', { words: 'periwinkle', from: '2026-02-31' }],
    ['a page without end', { words: 'periwinkle', limit: 201 }],
  ])('refuses %s', async (_what, json) => {
    const answer = await ask(house.url, '/api/search', { method: 'POST', as: people.official.sid, json });
    expect([answer.status, (JSON.parse(answer.body) as { code: string }).code]).toEqual([400, 'bad-request']);
  });

  it('refuses ten thousand ids before it reads them', async () => {
    const json = { words: 'periwinkle', ids: Array.from({ length: 10_000 }, (_unused, n) => `id-${String(n)}`) };
    const answer = await ask(house.url, '/api/search', { method: 'POST', as: people.official.sid, json });
    expect([answer.status, (JSON.parse(answer.body) as { code: string }).code]).toEqual([413, 'too-large']);
  });

  it('takes no words in an address', async () => {
    for (const path of [
      '/api/documents?text=periwinkle',
      '/api/targets?words=periwinkle',
      '/api/search?words=periwinkle',
    ])
      expect((await ask(house.url, path, { as: people.official.sid })).status).toBeGreaterThanOrEqual(400);
  });
});

describe('no_write_down: search words', () => {
  const WORDS = ['heliotrope', 'Quicksilver', 'zinnia'];

  it('stand nowhere afterwards: in no column of any table, refused or answered', async () => {
    await found(people.planner, WORDS.join(' '));
    await found(people.official, `"${WORDS.join(' ')}" or marigold`, { nation: 'NOR', count: true });
    await expect(found(people.official, `-${WORDS[0] ?? ''}`)).rejects.toThrow(ApiProblem);
    await expect(found(people.official, WORDS.join(' '), { cursor: 'of.nobody' })).rejects.toThrow(ApiProblem);
    await house.seal();
    expect(await tablesWith(WORDS)).toEqual([]);
    // The same look finds what does stand somewhere.
    expect(await tablesWith(['Marigold'])).toContain('public.portion');
  });

  it('are on the record as a number, with what was shown', async () => {
    const { items } = await found(people.official, 'periwinkle gap');
    const { items: events } = await people.auditor.client.events({
      person: people.official.person,
      action: 'document.search',
      limit: 1,
    });
    expect(events[0]?.details).toMatchObject({
      words: 2,
      documents: [...new Set(items.map(({ document }) => document))],
    });
    expect(JSON.stringify(events)).not.toContain('periwinkle');
  });
});

/** Every table in which one of the words stands, in whatever column. */
const tablesWith = (words: readonly string[]): Promise<string[]> =>
  asking(house.databases.main('superuser'), async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`,
    );
    expect(rows.length).toBeGreaterThan(20);
    const hold: string[] = [];
    for (const { name } of rows) {
      const asked = `SELECT 1 FROM ${name} AS t WHERE EXISTS (SELECT FROM unnest($1::text[]) AS w WHERE t::text ILIKE '%' || w || '%') LIMIT 1`;
      if ((await client.query(asked, [words])).rows.length > 0) hold.push(name.includes('.') ? name : `public.${name}`);
    }
    return hold;
  });

describe('a list of targets', () => {
  const lines = async (reader: Resident, asked = {}): Promise<string[]> =>
    (await reader.client.targets(asked)).items.map(
      ({ nation, area, n, mark }) => `${nation} ${area} ${String(n)} ${mark}`,
    );

  it('goes across documents, as far as the reader sees them, with their own numbers', async () => {
    expect(await lines(people.planner)).toEqual([
      'NOR land 2 (CTS)',
      'DEU air and missile defence 5 (CTS)',
      'NOR air and missile defence 6 (NS)',
      'NOR land 7 (NU)',
    ]);
    expect(await lines(people.official)).toEqual(['NOR air and missile defence 4 (NS)', 'NOR land 5 (NU)']);
    expect(await people.stranger.client.targets({ count: true })).toEqual({ items: [], next: null, count: 0 });
  });

  it.each([
    ['a nation', { nation: 'NOR' }, 3, 2],
    ['an area', { area: 'land' }, 2, 1],
    ['both', { nation: 'NOR', area: 'land' }, 2, 1],
    ['a year', { dueYear: 2032 }, 1, 0],
    ['an originator', { originator: 'ACT' }, 4, 2],
    ['an originator that is none', { originator: 'nobody' }, 0, 0],
    ['a classification', { policy: 'NATO', classification: 'SECRET' }, 1, 1],
    ['a date', { from: '2000-01-01T00:00:00Z' }, 4, 2],
    ['another date', { to: '2000-01-01T00:00:00Z' }, 0, 0],
  ])('narrowed by %s is as long as it counts', async (_what, asked, all, some) => {
    for (const [reader, count] of [
      [people.planner, all],
      [people.official, some],
    ] as const) {
      const page = await reader.client.targets({ ...asked, count: true });
      expect([page.items.length, page.count]).toEqual([count, count]);
    }
    expect(
      (await people.planner.client.targets({ ...asked, document: ids['sealed'] ?? '', count: true })).count,
    ).toBeLessThan(2);
  });

  it('goes on where a page ends, and takes no cursor of another filter or person', async () => {
    const whole = await lines(people.planner);
    const one: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await people.planner.client.targets({ limit: 1, ...(cursor === undefined ? {} : { cursor }) });
      one.push(...page.items.map(({ nation, area, n, mark }) => `${nation} ${area} ${String(n)} ${mark}`));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(one).toEqual(whole);
    const { next } = await people.planner.client.targets({ limit: 1 });
    await expect(people.planner.client.targets({ limit: 1, nation: 'NOR', cursor: next ?? '' })).rejects.toThrow(
      'bad-request',
    );
    await expect(people.official.client.targets({ limit: 1, cursor: next ?? '' })).rejects.toThrow('bad-request');
  });

  it.each([
    'nation=DEU&nation=NOR',
    'dueYear=soon',
    'classification=SECRET',
    'count=yes',
    'limit=0',
    'document=7',
    'sort=mark',
    `area=${'x'.repeat(121)}`,
  ])('refuses %s', async (query) => {
    const answer = await ask(house.url, `/api/targets?${query}`, { as: people.official.sid });
    expect([answer.status, (JSON.parse(answer.body) as { code: string }).code]).toEqual([400, 'bad-request']);
  });
});

describe('a new version', () => {
  const seen = async (reader: Resident): Promise<unknown[]> => [
    await reader.client.targets({ count: true, limit: 1 }),
    await found(reader, 'periwinkle', { count: true, limit: 2 }),
    await reader.client.documents({ nation: 'NOR', count: true }),
  ];

  it('of which a reader sees nothing new changes nothing that is listed or found for them', async () => {
    const before = await seen(people.official);
    const { text } = { text: PACKAGE.saying('(CTS) EXERCISE One more tangerine secret.').text() };
    await people.planner.client.importVersion(ids['package'] ?? '', text);
    expect(await seen(people.official)).toEqual(before);
    expect(places(await found(people.planner, 'tangerine'))).toHaveLength(4);
  });

  it('takes the place of the one before', async () => {
    const text = aDocument()
      .markedAs('NATO UNCLASSIFIED')
      .titled('(NU) EXERCISE Marigold package')
      .saying('(NU) EXERCISE Nothing of it is left.')
      .text();
    await people.planner.client.importVersion(ids['package'] ?? '', text);
    expect(places(await found(people.official, 'periwinkle'))).toEqual(['note 1']);
    expect((await people.official.client.targets({ count: true })).count).toBe(0);
    expect((await people.planner.client.documents({ nation: 'DEU', count: true })).count).toBe(0);
    expect(places(await found(people.official, 'left'))).toEqual(['package 2']);
  });
});

describe('a document that is read only whole', () => {
  it('is found as a document, by who reads all of it, without an excerpt and without its parts', async () => {
    const text = aDocument()
      .titled('(CTS) EXERCISE Whole annex')
      .saying('(NU) EXERCISE With a snapdragon in it.')
      .withTargets(['(NU)', 'BEL', 'sea', 1, 2, 'ships', 2033])
      .text()
      .replace('exercise: true', 'exercise: true\nreading: whole');
    ids['whole'] = (await people.planner.client.importDocument(text)).id;
    const { items } = await found(people.planner, 'snapdragon annex', { count: true });
    expect(items).toEqual([
      expect.objectContaining({ document: ids['whole'], n: null, kind: 'document', excerpt: null }),
    ]);
    expect((await found(people.official, 'snapdragon', { count: true })).count).toBe(0);
    expect((await people.planner.client.targets({ nation: 'BEL', count: true })).count).toBe(0);
  });
});
