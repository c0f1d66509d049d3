import { randomUUID } from 'node:crypto';
import { type AccessRules, shippedRules } from '#access';
import { ApiProblem } from '#client';
import { type AllianceHouse, aRequest, openAllianceHouse } from '../support/alliance';
import { actorOf } from '../support/channels';
import { asking } from '../support/cluster';
import { aDocument } from '../support/documents';
import { hideTargetIn } from '../support/hidden-target';
import type { Resident } from '../support/house';
import { type NarrowedCases, casesOf, listedCases, storedCases } from '../support/listed-cases';
import { wordsOf } from '../support/noninterference-ground';
import { aPerson } from '../support/people';
import { ReplaceableAccess } from '../support/replaceable-access';
import { changedFunction, noTrigger, takenAway } from '../support/taken-away';

/*
 * SQL filter and plain access decision agree: for cases that are narrowed by the targets that they treat, searched and counted; under
 * rules that deny more than lattice and need-to-know do.
 */

const NATIONS = ['DEU', 'NOR', 'POL'];
const AREAS = ['land', 'air and missile defence'];
const WORDS = ['juniper', 'kestrel', 'larkspur'];

const access = new ReplaceableAccess(shippedRules);
let alliance: AllianceHouse;
let url: string;
let people: Readonly<Record<string, Resident>>;
const cases: string[] = [];
const documents: string[] = [];
/** Who asked for one of the cases. */
let requester: string;

beforeAll(async () => {
  alliance = await openAllianceHouse({ access });
  const { house, planner, requester, official, stranger } = alliance;
  url = house.databases.main('superuser');
  const { norwegian, clerk } = await house.enrol({
    norwegian: aPerson('reader.nor').from('NOR').clearedTo('SECRET'),
    clerk: aPerson('reader.clerk').from('DEU').clearedTo('RESTRICTED'),
  });
  people = { planner, requester, official, stranger, norwegian, clerk };
  // There is a mark that is top secret before anything is hidden under it.
  await imported(
    aDocument()
      .titled(`(CTS) ${wordsOf('first')}`)
      .saying(`(CTS) ${wordsOf('of all')}`)
      .text(),
  );
  for (const [n, mark] of (['NR', 'NS', 'CTS', 'NR', 'NS', 'NR', 'CTS', 'NR', 'NS'] as const).entries()) {
    house.clock.advance(60_000);
    const forThose = n % 3 === 2 ? [] : n % 3 === 1 ? ['nation:DEU'] : ['nation:NOR', 'nation:DEU'];
    const text = aDocument()
      .markedAs('NATO RESTRICTED')
      .forThose(...(forThose.length === 0 ? ['everyone'] : [...forThose, 'community:NDPP-STAFF']))
      .titled(`(NR) ${wordsOf(`title ${String(n)}`)}`)
      .saying(`(${mark}) ${wordsOf(`paragraph ${String(n)}`)}`)
      .withTargets(
        [`(${mark})`, NATIONS[n % 3] ?? '', AREAS[n % 2] ?? '', 103 + 31 * n, 1030 + 47 * n, 'units', 2031],
        ['(NR)', NATIONS[(n + 1) % 3] ?? '', AREAS[n % 2] ?? '', 404 + 53 * n, 4040 + 59 * n, 'units', 2031],
      );
    const { id } = await imported(text.text());
    documents.push(id);
    await askFor(id, n);
  }
  await hideTargets();
}, 60_000);
afterAll(() => alliance.house.close());

/** Brings a document in; says why, where that is refused. */
const imported = (text: string): Promise<{ id: string }> =>
  alliance.planner.client.importDocument(text).catch((error: unknown) => {
    throw new Error(error instanceof ApiProblem ? JSON.stringify(error.problem) : String(error));
  });

/** A case over what its requester sees of a document, if they see it. Every other one is amended. */
async function askFor(document: string, n: number): Promise<void> {
  const { house } = alliance;
  const { asking: who } = await house.enrol({
    asking: aPerson(`requester.${String(n)}`)
      .from(n % 2 === 0 ? 'DEU' : 'NOR')
      .clearedTo(n % 4 === 0 ? 'RESTRICTED' : 'TOP SECRET')
      .inRole('requester'),
  });
  const view = await who.client.document(document).catch(() => undefined);
  if (view === undefined) return;
  const items = view.portions.map(({ id }) => ({ portion: id, treatment: 'include' as const }));
  const title = `EXERCISE Of ${WORDS[n % 3] ?? ''}`;
  const request = aRequest(view, house.clock.now(), { items, title, summary: `EXERCISE With ${WORDS[n % 2] ?? ''}.` });
  const id = await who.client.submitCase(request);
  cases.push(id);
  if (n === 2) requester = who.person;
  if (n % 2 === 1) return;
  // What its requester does not see is not in the next round.
  if (n % 4 === 0) await asking(url, (sql) => hideTargetIn(sql, id, { portion: randomUUID(), ...LEFT_BEHIND }));
  const { summary, window } = request;
  await who.client.amendCase(id, { title: `${title}, again`, summary, window, items });
}

const MERGES = 'sec.merging_is_cheaper(bigint,numeric,numeric)';
const WALKS = 'sec.walking_finds_words(numeric,numeric,numeric,numeric)';

const LEFT_BEHIND = { nation: 'OLD', area: 'submarines' };
const HIDDEN = { nation: 'XYZ', area: 'submarines' };

/** In every case a target that only the highest see. */
const hideTargets = (): Promise<void> =>
  asking(url, async (client) => {
    for (const id of cases) await hideTargetIn(client, id, { portion: randomUUID(), ...HIDDEN });
  });

const TARGETS: readonly NarrowedCases[] = [
  {},
  HIDDEN,
  { nation: HIDDEN.nation },
  { area: HIDDEN.area },
  LEFT_BEHIND,
  ...NATIONS.map((nation) => ({ nation })),
  ...AREAS.map((area) => ({ area })),
  { nation: 'NOR', area: 'land' },
  { nation: 'DEU', state: 'draft' },
  { nation: 'DEU', policy: 'NATO', classification: 'RESTRICTED' },
];
const filters = (): readonly NarrowedCases[] => [
  ...TARGETS,
  { state: 'draft' },
  { policy: 'NATO', classification: 'RESTRICTED' },
  ...documents.slice(0, 2).map((document) => ({ document })),
  { document: documents[0] ?? '', words: 'juniper' },
  { requestedBy: requester },
  { requestedBy: requester, state: 'draft', policy: 'NATO' },
  { requestedBy: requester, state: 'returned' },
  ...[{}, { nation: HIDDEN.nation }, LEFT_BEHIND, { nation: 'NOR' }].flatMap((narrowed) =>
    WORDS.slice(0, 2).map((words) => ({ ...narrowed, words })),
  ),
  { words: 'exercise', policy: 'NATO', classification: 'SECRET' },
  { words: 'again' },
];

/** Every difference, or the first one that is found where a mechanism was taken away. */
async function differences(rules: AccessRules, atMost = Infinity): Promise<string[]> {
  const all = await storedCases(alliance.house);
  const found: string[] = [];
  for (const [name, who] of Object.entries(people)) {
    const actor = await actorOf(alliance.house, who.sid);
    for (const asked of filters()) {
      if (found.length >= atMost) return found;
      const ids = casesOf(actor, all, asked, rules);
      const told = await listedCases(who, asked);
      if (JSON.stringify(told) !== JSON.stringify({ ids, count: ids.length }))
        found.push(`${name} ${JSON.stringify(asked)}: ${JSON.stringify(told)}, not ${JSON.stringify(ids)}`);
    }
  }
  return found;
}

const denied = (subject: 'Document' | 'Case', ids: readonly string[]): AccessRules => ({
  ...shippedRules,
  rules: [
    ...shippedRules.rules,
    {
      id: 'not-every-other',
      roles: ['*'],
      action: 'read',
      subject,
      inverted: true,
      conditions: { id: { $in: ids.filter((_id, n) => n % 2 === 1) } },
    },
  ],
});

describe('list_equals_filter_of_check, cases that are narrowed, counted and searched', () => {
  it('there is something to tell apart', async () => {
    const all = await storedCases(alliance.house);
    const sizes = await Promise.all(
      Object.values(people).map(
        async ({ sid }) => casesOf(await actorOf(alliance.house, sid), all, { nation: 'DEU' }, shippedRules).length,
      ),
    );
    expect(new Set(sizes).size).toBeGreaterThan(2);
    expect(cases.length).toBeGreaterThan(5);
  });

  it('agrees under the rules that are shipped', async () => {
    expect(await differences(shippedRules)).toEqual([]);
  });

  it.each([
    ['a merge', MERGES, 'protections = 0', 'true'],
    ['a walk', MERGES, 'protections = 0', 'false AND true'],
    ['a walk for words', WALKS, 'SELECT', 'SELECT true OR'],
    ['the index of words', WALKS, 'SELECT', 'SELECT false AND'],
  ])('agrees by %s', async (_way, signature, part, replacement) => {
    const way = await changedFunction(url, signature, part, replacement);
    expect(await takenAway(url, [way], () => differences(shippedRules))).toEqual([]);
  });

  it.each(['Document', 'Case'] as const)('agrees under rules that deny some of %s', async (subject) => {
    const rules = denied(subject, subject === 'Case' ? cases : documents);
    expect(await access.under(rules, () => differences(rules))).toEqual([]);
    expect(await differences(rules, 1)).not.toEqual([]);
    expect(await access.under(rules, () => differences(rules, 1), { inSql: false })).not.toEqual([]);
  });

  it('a hidden target makes no case appear, to anybody who does not see it', async () => {
    for (const [name, who] of Object.entries(people)) {
      const found = [
        ...(await listedCases(who, HIDDEN)).ids,
        ...(await listedCases(who, { ...HIDDEN, words: 'exercise' })).ids,
      ];
      const sees = name === 'planner' || name === 'requester';
      expect([name, found.length > 0]).toEqual([name, sees]);
    }
  });

  it('whom the rules let search nothing is told so, and it is on the record', async () => {
    const { requester, auditor } = alliance;
    const rules = { ...shippedRules, rules: shippedRules.rules.filter(({ action }) => action !== 'search') };
    await access.under(rules, () =>
      expect(requester.client.searchCases({ words: 'juniper' })).rejects.toMatchObject({
        problem: { code: 'not-permitted' },
      }),
    );
    const { items } = await auditor.client.events({ action: 'case.search', outcome: 'refused' });
    expect(items.map(({ person }) => person)).toEqual([requester.person]);
    expect(JSON.stringify(items)).not.toContain('juniper');
  });

  it.each([
    ['what the session holds, of the target', 'get_bit(held, t.protection_id) <> 0', 'true'],
    ['what the session holds, of the case', 'get_bit(held, c.protection_id) <> 0', 'true'],
    ['the round that the case is in', 'c.round = t.round', 'true'],
    ['the nation', '(nation_asked IS NULL OR t.nation = nation_asked)', 'true'],
    ['the words', 'w.words @@ query', 'true'],
    ['the order', 'ORDER BY t.at DESC, t.case_id DESC', 'ORDER BY t.at DESC, t.case_id DESC OFFSET 1'],
  ])('taken away: %s', async (_what, part, replacement) => {
    const changed = await changedFunction(url, 'sec.cases(text,jsonb,timestamptz,uuid,int)', part, replacement);
    expect(await takenAway(url, [changed], () => differences(shippedRules, 1))).not.toEqual([]);
  });

  it.each([
    ['what the session holds, of words', 'get_bit(held, w.protection_id) <> 0', 'true'],
    ['the document', 'w.document_id = document_asked', 'true'],
    ['the requester', 'w.requested_by = requester_asked', 'true'],
    ['the state', 'c.state = state_asked', 'true'],
    ['the order of words', 'ORDER BY w.at DESC, w.case_id DESC', 'ORDER BY w.at, w.case_id'],
  ])('taken away from a walk: %s', async (_what, part, replacement) => {
    const walk = await changedFunction(url, WALKS, 'SELECT', 'SELECT true OR');
    const changed = await changedFunction(url, 'sec.cases(text,jsonb,timestamptz,uuid,int)', part, replacement);
    expect(await takenAway(url, [walk, changed], () => differences(shippedRules, 1))).not.toEqual([]);
  });

  it.each([
    ['what the session holds, of the counters', 'sec.session_cases(text,text)', 'held[n.protection_id]', 'true'],
    ['the classification', 'sec.session_cases(text,text)', 'k.classification = wanted_classification', 'true'],
  ])('taken away: %s', async (_what, signature, part, replacement) => {
    const changed = await changedFunction(url, signature, part, replacement);
    expect(await takenAway(url, [changed], () => differences(shippedRules, 1))).not.toEqual([]);
  });

  it('taken away: the words that follow the text', async () => {
    const found = await takenAway(url, [noTrigger('release_case', 'keep_case_words')], async () => {
      await asking(url, (client) => client.query('UPDATE release_case SET title = title || $1', [' once more']));
      return listedCases(people['requester']!, { words: 'once' });
    });
    expect(found).toEqual({ ids: [], count: 0 });
  });

  it('taken away: the counters that follow the cases', async () => {
    const who = people['requester']!;
    const before = await listedCases(who, {});
    const after = await takenAway(url, [noTrigger('release_case', 'count_cases')], async () => {
      const view = await who.client.document(documents[2] ?? '');
      await who.client.submitCase(aRequest(view, alliance.house.clock.now()));
      return listedCases(who, {});
    });
    expect([after.ids.length, after.count]).toEqual([before.count + 1, before.count]);
  });
});
