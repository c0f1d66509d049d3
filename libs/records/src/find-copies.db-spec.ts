import fc from 'fast-check';
import { aDocument } from '../../../test/support/documents';
import { type Captured, captured } from '../../../test/support/captured';
import { asking } from '../../../test/support/cluster';
import { type House, type Resident, openHouse } from '../../../test/support/house';
import { aPerson } from '../../../test/support/people';

/** EXERCISE: what is said is invented. Paragraphs of 25 to 50 words, each about another thing. */
const SOURCES = [
  'EXERCISE The bridging battalions of the fourth corps lost a third of their vehicles in the floods of the spring, and the depots on the eastern bank hold spare parts for no more than nine of them until the contracts are renewed next year.',
  'EXERCISE Fuel for the northern airfields is carried by one pipeline alone; should it fail, lorries could bring a quarter of what two squadrons burn in a day, and the tank farm near the harbour would run dry within eleven days.',
  'EXERCISE When the ministers met in closed session, three delegations asked for more time because their parliaments vote on budgets in the autumn, while two others would rather see figures lowered than dates moved to the end of the decade.',
  'EXERCISE A survey of field hospitals found beds for four hundred patients, surgeons for half of these, and blood for a single week; volunteers from the reserve could staff one more ward if they were called up before the exercise begins.',
  'EXERCISE The cable that joins both headquarters crosses a valley where engineers expect landslides, so that a second line through the mountains has been planned since the winter, at a cost which nobody has put into any programme.',
  'EXERCISE Crews of the older minesweepers leave the service faster than new ones can be trained, the instructors themselves being needed at sea, and by the end of next summer only five hulls out of twelve are likely to sail.',
];
/** Of the same field, with the same names and set phrases, but about other things. */
const OTHERS = [
  'EXERCISE The ministers met in Brussels to speak of the programme of the next decade.',
  'EXERCISE Battalions of the fourth corps take part in the exercise, which begins in the autumn.',
  'EXERCISE Both headquarters have been told of the results; figures and dates follow by the end of the year.',
  'EXERCISE A quarter of the vehicles on the eastern bank were painted in the spring.',
  'EXERCISE Volunteers from the reserve met engineers of the northern airfields at a summer fair near the harbour.',
  'EXERCISE Spare parts',
  'EXERCISE The northern airfields',
  'EXERCISE Contracts and budgets, overview',
];
const ROW = 'air and missile defence';

let house: House;
let planner: Resident;
let api: Captured;

beforeAll(async () => {
  house = await openHouse();
  ({ planner } = await house.enrol({ planner: aPerson('planner').clearedTo('TOP SECRET').inRole('planner') }));
  const document = aDocument()
    .titled('(NU) EXERCISE Shortfalls')
    .saying(...SOURCES.map((text) => `(CTS) ${text}`))
    .saying('(CTS) EXERCISE Norway has 34 launchers where 61 long-range weapons are required, by 2031 at the latest.')
    .withTargets(['(CTS)', 'DEU', ROW, 4711, 9823, 'systems', 2032], ['(CTS)', 'BEL', ROW, 3, 8, 'systems', 2032]);
  await planner.client.importDocument(document.text());
  api = await captured(house, 'api');
});
afterAll(async () => {
  await api.close();
  await house.close();
});

interface Asked {
  readonly text: string;
  readonly own?: string;
  readonly nation?: string;
  readonly area?: string;
}

/** What the session at hand holds, all of it named for the one circle. */
const EVERYTHING = `(SELECT jsonb_agg(jsonb_build_object('circle', 0, 'protection', protection_id, 'document', document_protection_id))
                       FROM sec.copy_protections($1, $2::text[]))`;

/** How each text is found to be a copy; `-` for one that is none. */
async function found(texts: readonly (string | Asked)[], given: readonly string[] = []): Promise<string[]> {
  const asked = texts.map((text) => ({ circle: 0, ...(typeof text === 'string' ? { text } : text) }));
  const rows = await api
    .as(planner)
    .run<{ n: number; how: string }>(`SELECT n, how FROM sec.near_copies($1, $2::text[], ${EVERYTHING})`, [
      JSON.stringify(asked),
      given,
    ]);
  return asked.map((_text, n) => {
    const how = rows.filter((row) => row.n === n).map((row) => row.how);
    return how.length === 0 ? '-' : how.sort().join('+');
  });
}

const wordsOf = (text: string): string[] => text.split(' ');
const source = fc.constantFrom(...SOURCES);
const other = fc.constantFrom(...OTHERS);
const strange = fc.constantFrom('quietly', 'Tuesday', 'perhaps', '17', 'ladders', 'of', 'the', 'and');
const edits = (most: number) =>
  fc.array(fc.record({ at: fc.nat(), word: strange, how: fc.constantFrom('put', 'drop', 'insert') }), {
    maxLength: most,
  });

function edited(text: string, changes: readonly { at: number; word: string; how: string }[]): string {
  const words = wordsOf(text);
  for (const { at, word, how } of changes)
    words.splice(at % words.length, how === 'insert' ? 0 : 1, ...(how === 'drop' ? [] : [word]));
  return words.join(' ');
}

/** Draws many texts and asks about them at once. */
async function allOf(texts: fc.Arbitrary<string>, how: string, numRuns = 120): Promise<void> {
  const drawn = fc.sample(texts, { numRuns, seed: 73 });
  const answers = await found(drawn);
  expect(drawn.filter((_text, n) => answers[n] !== how)).toEqual([]);
}

describe('a near copy', () => {
  it('is a paragraph of which a few words were put, dropped or inserted', async () => {
    await allOf(
      fc.tuple(source, edits(4)).map(([text, changes]) => edited(text, changes)),
      'near',
    );
  });

  it('is half a paragraph, or one in another order, in capitals and with other punctuation', async () => {
    const half = fc.tuple(source, fc.boolean()).map(([text, first]) => {
      const words = wordsOf(text);
      const middle = Math.floor(words.length / 2);
      return (first ? words.slice(0, middle) : words.slice(middle)).join(' ');
    });
    await allOf(half, 'near');
    const turned = fc.tuple(source, fc.integer({ min: 5, max: 18 })).map(([text, at]) => {
      const words = wordsOf(text);
      return [...words.slice(at), ...words.slice(0, at)].join(' – ').toUpperCase();
    });
    await allOf(turned, 'near');
  });

  it('is a passage of 18 words in the midst of whatever else', async () => {
    const around = fc.tuple(source, fc.nat(), fc.array(other, { maxLength: 30 }), fc.array(other, { maxLength: 30 }));
    const lifted = around.map(([text, at, before, after]) => {
      const words = wordsOf(text);
      const from = at % (words.length - 17);
      return [...before, words.slice(from, from + 18).join(' '), ...after].join(' ');
    });
    await allOf(lifted, 'near');
  });

  it('is no text that shares names and set phrases, however many of them stand together', async () => {
    await allOf(other, '-');
    const many = fc.shuffledSubarray(OTHERS, { minLength: 2 }).map((texts) => texts.join(' '));
    await allOf(many, '-');
  });

  it('has numbers for words, whatever separates their thousands', async () => {
    const text = 'EXERCISE Of 12,400 rifles and 350 mortars in the store, 1,200 rifles are older than thirty years.';
    await planner.client.importDocument(aDocument().titled('(NU) EXERCISE Store').saying(`(CTS) ${text}`).text());
    const again = 'Of 12.400 rifles and 350 mortars in the store, 1 200 rifles are older';
    expect(await found([again, again.replaceAll(/\d+/g, '7')])).toEqual(['near', '-']);
  });

  it('is none of what the readers get anyway, nor of the portion whose place a text takes', async () => {
    const [first = '', second = ''] = SOURCES;
    expect(await found([first, second], [first])).toEqual(['-', 'near']);
    expect(await found([{ text: first, own: first }, { text: second, own: first }, first])).toEqual([
      '-',
      'near',
      'near',
    ]);
    expect(await found([`${first} ${second}`], [first])).toEqual(['near']);
  });
});

describe('a target put into words', () => {
  it('is found by its figures and its area, whatever else is said', async () => {
    const said = (text: string): string => `EXERCISE ${text}`;
    expect(
      await found([
        said('Germany has to go from 4,711 to 9,823 systems of air and missile defence.'),
        said('In air and missile defence 9 823 are wanted, in 2032, where 4711 stand.'),
        said('Germany has to go from 4,711 to 9,823 tanks.'),
        said('Air and missile defence will have 4,711 launchers.'),
        said('Air and missile defence: 4,711 in all. Of the 12 bases, 14 lie in the north; 9,823 persons work there.'),
        said('Air and missile defence has 3 systems and wants 8.'),
        said('Air and missile defence grew between 1949 and 2032.'),
      ]),
    ).toEqual(['figures', 'figures', '-', '-', '-', '-', '-']);
  });

  it('is the same target in a row of its own, and a row made from words', async () => {
    const row = (nation: string, area: string, now: number, required: number): Asked => ({
      text: `${nation} · ${area} · now ${String(now)} · required ${String(required)} batteries · by 2035`,
      nation,
      area,
    });
    expect(
      await found([
        row('DEU', 'Air and  Missile Defence', 4711, 9823),
        row('BEL', ROW, 4711, 9823),
        row('DEU', ROW, 4711, 9824),
        row('NOR', 'long-range weapons', 34, 61),
        row('NOR', 'tanks', 34, 61),
      ]),
    ).toEqual(['figures', '-', '-', 'figures', '-']);
  });
});

describe('whoever asks', () => {
  it('hears of what they hold alone, whatever protections they name', async () => {
    const { junior } = await house.enrol({ junior: aPerson('junior').clearedTo('SECRET').inRole('planner') });
    const texts = JSON.stringify(SOURCES.map((text) => ({ text, circle: 0 })));
    const alike = (who: Captured) =>
      who.run<{ protection_id: number; document_protection_id: number }>(
        'SELECT * FROM sec.copy_protections($1, ARRAY[]::text[])',
        [texts],
      );
    const [known] = await alike(api.as(planner));
    const named = [{ circle: 0, protection: known?.protection_id, document: known?.document_protection_id }];
    const ask = (who: Captured) =>
      who.run('SELECT * FROM sec.near_copies($1, ARRAY[]::text[], $2)', [texts, JSON.stringify(named)]);
    expect(await ask(api.as(planner))).toHaveLength(SOURCES.length);
    expect([await alike(api.as(junior)), await ask(api.as(junior))]).toEqual([[], []]);
    expect([await alike(api), await ask(api)]).toEqual([[], []]);
  });

  it('gets no fingerprints but those that the text has, whatever is handed in with it', async () => {
    const admin = house.databases.main('superuser');
    const forged = await asking(admin, async (client) => {
      await client.query('BEGIN');
      const { rows } = await client.query<{ fingerprints: string[]; made: string[] }>(
        `INSERT INTO portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body, body_digest, fingerprints)
         SELECT gen_random_uuid(), version_id, document_id, 999, kind, protection_id, document_protection_id, originator, body, body_digest, ARRAY[1, 2]
           FROM portion WHERE body = $1
         RETURNING fingerprints, sec.winnowed(sec.shingles(body)) AS made`,
        [SOURCES[0]],
      );
      await client.query('ROLLBACK');
      return rows[0];
    });
    expect(forged?.fingerprints).toEqual(forged?.made);
    expect(forged?.made.length).toBeGreaterThan(10);
  });
});
