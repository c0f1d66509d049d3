import { type Actor, AccessPolicy, shippedRules } from '#access';
import { actorAsOf } from '../../libs/examination/src/actor-as-of';
import { presentMoment, rightsFacts } from '../../libs/examination/src/store/rights.store';
import { actorOf } from '../support/channels';
import { type GeneratedRights, generateRights } from '../support/generated-rights';
import { type House, type Resident, openHouse } from '../support/house';
import { inSession } from '../support/in-session';
import { changedFunction, openedPolicy, takenAway } from '../support/taken-away';

/*
 * What a security officer is told of the rights of others is what row-level security gives those people in reality, and what `sec.enter`
 * says of them: two computations, from dated statements and from what stands.
 */

let house: House;
let generated: GeneratedRights;

beforeAll(async () => {
  house = await openHouse({ access: new AccessPolicy(shippedRules) });
  generated = await generateRights(house, 4774);
});
afterAll(() => house.close());

interface Seen {
  readonly documents: readonly string[];
  readonly portions: readonly string[];
}

const sorted = (ids: readonly string[]): string[] => [...ids].sort();

/** What the database itself shows to a session. */
const shownTo = (sid: string): Promise<Seen> =>
  inSession(house, sid, async (sql) => ({
    documents: sorted((await sql.rows<{ id: string }>('SELECT id FROM document')).map(({ id }) => id)),
    portions: sorted((await sql.rows<{ id: string }>('SELECT id FROM portion')).map(({ id }) => id)),
  }));

/** What the examination says that somebody can read, page by page. */
async function toldOf({ person }: Resident, steppedUp: boolean): Promise<Seen> {
  const [documents, portions]: [string[], string[]] = [[], []];
  let cursor: string | null = null;
  do {
    const asked = { steppedUp, limit: 15, ...(cursor === null ? {} : { cursor }) };
    const page = await generated.officer.client.whatCanRead(person, asked);
    documents.push(...page.items.map((each) => each.document));
    portions.push(...page.items.flatMap((each) => each.portions));
    cursor = page.next;
  } while (cursor !== null);
  return { documents: sorted(documents), portions: sorted(portions) };
}

/** A session of somebody with the assurance that is supposed. */
const sessionOf = async (who: Resident, steppedUp: boolean): Promise<string> =>
  steppedUp ? who.sid : house.openSession(who.person, { steppedUp: false });

/** Wherever the examination and the database do not agree, for everybody and both kinds of session; of so many at most. */
async function violations(most = Infinity): Promise<string[]> {
  const found: string[] = [];
  for (const who of generated.people)
    for (const steppedUp of [true, false]) {
      if (found.length >= most) return found;
      const sid = await sessionOf(who, steppedUp);
      const [told, shown] = [await toldOf(who, steppedUp), await shownTo(sid)];
      if (JSON.stringify(told) !== JSON.stringify(shown)) found.push(`${who.identity} ${String(steppedUp)}`);
    }
  return found;
}

/** What of an actor comes from the person and the moment, and not from the session. */
const ownRights = ({ tokens, lifted, ...actor }: Actor): object => ({
  personId: actor.personId,
  identity: actor.identity,
  office: actor.office,
  nation: actor.nation,
  organisation: actor.organisation,
  roles: actor.roles,
  unacknowledged: actor.unacknowledged,
  clearances: actor.clearances,
  tokens: [...tokens].sort(),
  lifted,
});

/** The verdicts on every document, asked the other way around: who can read it. */
async function readersDiffer(): Promise<string[]> {
  const shown = new Map(
    await Promise.all(generated.people.map(async (who) => [who.person, await shownTo(who.sid)] as const)),
  );
  const documents = new Set([...shown.values()].flatMap((each) => each.documents));
  const found: string[] = [];
  for (const document of documents) {
    const { items } = await generated.officer.client.whoCanRead(document, { limit: 200 });
    for (const [person, seen] of shown) {
      const verdict = items.find((each) => each.person === person);
      if ((verdict?.effect === 'permit') !== seen.documents.includes(document)) found.push(`${person} ${document}`);
    }
  }
  return found;
}

describe('examined_as_enforced', () => {
  it('the population is one in which some read much and some little', async () => {
    const seen = await Promise.all(generated.people.map(async (who) => (await shownTo(who.sid)).documents.length));
    expect(new Set(seen).size).toBeGreaterThan(3);
  });

  it('what somebody can read is what the database shows them, stepped up or not', async () => {
    expect(await violations()).toEqual([]);
  });

  it('who can read a document are those to whom the database shows it', async () => {
    expect(await readersDiffer()).toEqual([]);
  });

  it('who somebody is, worked out from dated statements, is who the database lets in', async () => {
    const examiner = await house.as('examiner');
    const { facts, at } = await examiner.run({ sid: generated.officer.sid }, async (tx) => ({
      facts: await rightsFacts(tx),
      at: await presentMoment(tx),
    }));
    for (const { person, sid } of generated.people) {
      const session = { steppedUp: true, rulesVersion: shippedRules.version };
      const told = actorAsOf(facts, person, { at, isPresent: true }, session);
      expect(ownRights(told!)).toEqual(ownRights(await actorOf(house, sid)));
    }
  });

  it.each<[string, () => Promise<Parameters<typeof takenAway>[1][number]>]>([
    ['the policy on documents', () => openedPolicy(house.databases.main('superuser'), 'document', 'held')],
    [
      'need-to-know in the rights of the database',
      () =>
        changedFunction(
          house.databases.main('superuser'),
          'sec.bitmap_of(uuid,int,boolean)',
          'need_to_know && tokens.held',
          'need_to_know IS NOT NULL',
        ),
    ],
    [
      'break-glass in what the examiner is given',
      () =>
        changedFunction(
          house.databases.main('superuser'),
          'sec.examined_liftings()',
          'WHERE sec.session_examines()',
          'WHERE sec.session_examines() AND false',
        ),
    ],
    [
      'revocations and lists in what the examiner is given',
      () => changedFunction(house.databases.main('superuser'), 'sec.stated_rights()', `'access-list', `, ''),
    ],
  ])('taken away: %s', async (_name, mechanism) => {
    const forget = 'UPDATE sec.session SET bitmap = NULL';
    const anew = { take: forget, giveBack: forget };
    const url = house.databases.main('superuser');
    expect(await takenAway(url, [anew, await mechanism()], () => violations(1))).not.toEqual([]);
  });
});
