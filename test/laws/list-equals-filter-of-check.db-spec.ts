import { type AccessRules, type Protection, decide, environmentOf, protectionChecks, shippedRules } from '#access';
import { type CaseWorld, openCaseWorld } from '../support/case-world';
import { actorOf } from '../support/channels';
import { asking } from '../support/cluster';
import { ask } from '../support/http';
import type { House } from '../support/house';
import { inSession } from '../support/in-session';
import { latticesDiffer, rightsDiffer } from '../support/strange-labels';
import { type Mechanism, RemovableAccess, changedFunction, openedPolicy, takenAway } from '../support/taken-away';
import { WORLDS, type World, openWorld } from '../support/worlds';

/*
 * SQL filter and plain access decision agree for every person and thing; row-level security on its own shows exactly what lattice
 * and need-to-know allow, never more.
 */

const differ = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify([...one].sort()) !== JSON.stringify([...other].sort());

/** Every document that the list names, page by page. */
async function listed(house: House, sid: string, path: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = `limit=${String(limit)}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const { body } = await ask(house.url, `${path}?${query}`, { as: sid });
    const page = JSON.parse(body) as { items: { id: string }[]; next: string | null };
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  return ids;
}

/** The portions that a read gives; none where there is nothing for the reader. */
async function readIn(house: House, sid: string, documentId: string): Promise<string[]> {
  const { status, body } = await ask(house.url, `/api/documents/${documentId}`, { as: sid });
  if (status === 404) return [];
  return (JSON.parse(body) as { portions: { id: string }[] }).portions.map(({ id }) => id);
}

/** Wherever list, read, plain decision, row-level security and the world's file do not agree, for every person and thing. */
async function violationsOf(world: World, rules: AccessRules = shippedRules): Promise<string[]> {
  const violations: string[] = [];
  const { house, people, things } = world;
  const documents = things.filter(({ id, documentId }) => id === documentId);
  const portions = things.filter(({ id, documentId }) => id !== documentId);
  for (const [name, { sid }] of Object.entries(people)) {
    const actor = await actorOf(house, sid);
    const environment = environmentOf(actor, rules);
    const permitted = (id: string): boolean => {
      const thing = things.find((each) => each.id === id);
      const protections = thing?.protections ?? [];
      return (
        decide(actor, 'read', { kind: 'Document', protections, id: thing?.documentId }, environment).effect === 'permit'
      );
    };
    const idsOf = (of: readonly { id: string }[]): string[] => of.map(({ id }) => id);
    const list = await listed(house, sid, '/api/documents', 2);
    const reads = (await Promise.all(documents.map(({ id }) => readIn(house, sid, id)))).flat();
    if (differ(list, idsOf(documents).filter(permitted))) violations.push(`${name}: the list is not what may be read`);
    if (differ(reads, idsOf(portions).filter(permitted))) violations.push(`${name}: a read is not what may be read`);

    const held = things.filter(({ protections }) =>
      protections.every((each) => protectionChecks(actor, each, environment).every(({ outcome }) => outcome)),
    );
    const seen = await inSession(house, sid, async (sql) =>
      sql.rows<{ id: string }>('SELECT id FROM document UNION ALL SELECT id FROM portion'),
    );
    if (differ(idsOf(seen), idsOf(held)))
      violations.push(`${name}: row-level security is not lattice and need-to-know`);
    for (const thing of things) {
      const failed = thing.protections
        .flatMap((each) => protectionChecks(actor, each, environment))
        .filter(({ outcome }) => !outcome);
      const reasons = new Set(failed.flatMap(({ rule }) => REASONS[rule] ?? []));
      if (differ([...reasons], world.verdict(name, thing.name)))
        violations.push(`${name}, ${thing.name}: ${[...reasons].join(', ')}`);
    }
  }
  return violations;
}

/** What a world's file calls each check of a decision. `lattice` alone sums the others up. */
const REASONS: Readonly<Record<string, string>> = {
  'lattice:policy': 'clearance',
  'lattice:classification': 'classification',
  'lattice:permissive': 'release',
  'lattice:restrictive': 'special category',
  'need-to-know': 'need-to-know',
};

/** What a list of cases is narrowed by, and whether the only case fits. */
const CASE_QUERIES: readonly (readonly [string, boolean])[] = [
  ['state=returned', true],
  ['state=published', false],
  ['policy=NATO', true],
  ['policy=NATO&classification=UNCLASSIFIED', false],
  ['policy=NOWHERE', false],
  ['from=2020-01-01T00:00:00Z', true],
  ['to=2020-01-01T00:00:00Z', false],
  ['document=00000000-0000-4000-8000-000000000000', false],
  ['requestedBy=00000000-0000-4000-8000-000000000000', false],
];

/** Wherever the list of cases, a read and the plain decision do not agree. */
async function casesDiffer({ alliance: { house }, caseId, readers }: CaseWorld): Promise<string[]> {
  const [protection] = await asking(house.databases.main('superuser'), async (client) => {
    const { rows } = await client.query<Protection>(
      `SELECT p.label, p.need_to_know AS "needToKnow" FROM release_case c JOIN protection p ON p.id = c.protection_id WHERE c.id = $1`,
      [caseId],
    );
    return rows;
  });
  const violations: string[] = [];
  for (const [name, { who }] of Object.entries(readers)) {
    const actor = await actorOf(house, who.sid);
    const may =
      decide(actor, 'read', { kind: 'Case', protections: [protection!], id: caseId }, environmentOf(actor, RULES))
        .effect === 'permit';
    const inList = (await listed(house, who.sid, '/api/cases', 1)).includes(caseId);
    const { status } = await ask(house.url, `/api/cases/${caseId}`, { as: who.sid });
    if (inList !== may || (status === 200) !== may) violations.push(name);
    for (const [query, fits] of CASE_QUERIES) {
      const { body } = await ask(house.url, `/api/cases?limit=1&count=true&${query}`, { as: who.sid });
      const { count, items } = JSON.parse(body) as { count: number; items: unknown[] };
      const expected = may && fits ? 1 : 0;
      if (count !== expected || items.length !== expected) violations.push(`${name}: ${query}`);
    }
  }
  return violations;
}

/** Rules by which some read nothing, whatever they are cleared for. */
const RULES: AccessRules = {
  version: 'exercise',
  rules: [
    ...shippedRules.rules,
    { id: 'planners-only-write', roles: ['planner'], action: 'read', subject: 'Document', inverted: true },
    { id: 'requesters-only-ask', roles: ['auditor', 'requester'], action: 'read', subject: 'Case', inverted: true },
  ],
};

describe('list_equals_filter_of_check', () => {
  describe.each(WORLDS)('in the world %s', (name) => {
    // In one world the rules deny more than the lattice does.
    const rules = name === 'national-packages' ? RULES : shippedRules;
    const access = new RemovableAccess(rules);
    let world: World;
    beforeAll(async () => {
      world = await openWorld(name, { access });
    });
    afterAll(() => world.house.close());

    it('list, read, decision, database and file agree, with every reason', async () => {
      expect(await violationsOf(world, rules)).toEqual([]);
    });

    if (name === 'national-packages') {
      it('what the rules refuse is not in the list', async () => {
        expect(await listed(world.house, world.people['planner']!.sid, '/api/documents', 50)).toEqual([]);
      });

      it('taken away: the decision of the process', async () => {
        expect(await access.without(() => violationsOf(world, rules))).not.toEqual([]);
      });
    }

    if (name !== 'lattice-and-need-to-know') return;

    it.each<[string, (url: string) => Promise<Mechanism>]>([
      ['the policy on portions', (url) => openedPolicy(url, 'portion', 'held')],
      ['the policy on documents', (url) => openedPolicy(url, 'document', 'held')],
      [
        'rights that are as they should be',
        async () => ({
          take: `UPDATE sec.session SET bitmap = decode(repeat('00', 8192), 'hex'), bitmap_upto = 65535, bitmap_until = expires_at`,
          giveBack: 'UPDATE sec.session SET bitmap = NULL',
        }),
      ],
      [
        'the need-to-know, as the database computes it',
        (url) =>
          changedFunction(
            url,
            'sec.bitmap_of(uuid,int,boolean)',
            'need_to_know && tokens.held',
            'need_to_know IS NOT NULL',
          ),
      ],
    ])('taken away: %s', async (_name, mechanism) => {
      const url = world.house.databases.main('superuser');
      // What was computed is forgotten, before and after.
      const anew = { take: 'UPDATE sec.session SET bitmap = NULL', giveBack: 'UPDATE sec.session SET bitmap = NULL' };
      expect(await takenAway(url, [anew, await mechanism(url)], () => violationsOf(world))).not.toEqual([]);
    });
  });

  describe('of cases, and of every label that could be', () => {
    const access = new RemovableAccess(RULES);
    let world: CaseWorld;
    beforeAll(async () => {
      // Whoever may not read a case does nothing to it: it comes about before the rules are asked.
      world = await access.without(() => openCaseWorld({ access }));
    });
    afterAll(() => world.alliance.house.close());

    it('the list names exactly those that may be read', async () => {
      expect(await casesDiffer(world)).toEqual([]);
      expect(await listed(world.alliance.house, world.readers['belgium']!.who.sid, '/api/cases', 1)).toEqual([
        world.caseId,
      ]);
    });

    it('taken away: the decision of the process', async () => {
      expect(await access.without(() => casesDiffer(world))).not.toEqual([]);
    });

    it('the database and the process decide alike on every label and clearance, sound or not', async () => {
      expect(await latticesDiffer(world.alliance.house)).toEqual([]);
    });

    it('and so do the rights of a whole session, which are worked out for all labels at once', async () => {
      expect(await rightsDiffer(world.alliance.house)).toEqual([]);
    });

    it('taken away: the function that works them out', async () => {
      const url = world.alliance.house.databases.main('superuser');
      const changed = await changedFunction(
        url,
        'sec.bitmap_of(uuid,int,boolean)',
        'need_to_know && tokens.held',
        'need_to_know IS NULL',
      );
      expect(await takenAway(url, [changed], () => rightsDiffer(world.alliance.house))).not.toEqual([]);
    });

    it.each([
      ['that a restrictive category asks for every value', `NOT held.values @> (w.wanted -> 'values')`, 'false'],
      [
        'that a category which names no values denies',
        `jsonb_typeof(w.wanted -> 'values') <> 'array' OR `,
        `w.wanted -> 'values' IS NOT NULL AND `,
      ],
      ['that an unknown kind of category denies', 'ELSE true', 'ELSE false'],
      ['the classification', `AND label ->> 'classification' = ANY (classifications)`, ''],
    ])('taken away: %s', async (_name, part, replacement) => {
      const url = world.alliance.house.databases.main('superuser');
      const signature = 'sec.clearance_covers(text,text[],jsonb,jsonb)';
      const changed = await changedFunction(url, signature, part, replacement);
      expect(await takenAway(url, [changed], () => latticesDiffer(world.alliance.house))).not.toEqual([]);
    });
  });
});
