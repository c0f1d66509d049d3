import { decide, environmentOf, shippedRules } from '#access';
import {
  CASE,
  type CaseWorld,
  DOCUMENT,
  HELD_TABLES,
  caseOverHttp,
  casesOverSql,
  openCaseWorld,
} from '../support/case-world';
import { type Harvest, actorOf, leaksOf, overHttp, overSql } from '../support/channels';
import { asking } from '../support/cluster';
import {
  type Mechanism,
  RemovableAccess,
  noRowSecurity,
  noTrigger,
  openedPolicy,
  takenAway,
} from '../support/taken-away';
import { WORLDS, type World, openWorld } from '../support/worlds';

/** Everything that somebody of a world received, over HTTP or from the database itself, that its file does not let them read. */
async function violationsOf(world: World, channels: 'all' | 'http' = 'all'): Promise<string[]> {
  const violations: string[] = [];
  const { house, people, things } = world;
  const documentIds = [...new Set(things.map(({ documentId }) => documentId))];
  for (const [name, who] of Object.entries(people)) {
    const readable = things.filter((thing) => world.verdict(name, thing.name).length === 0);
    const hidden = things.filter((thing) => !readable.includes(thing));
    const seen = readable.flatMap(({ text }) => text ?? []);
    const kept = hidden.flatMap(({ text }) => text ?? []);
    const unknown = hidden.filter(({ id, documentId }) => id === documentId).map(({ id }) => id);
    const harvests = await overHttp(house, who, documentIds);
    if (channels === 'all')
      harvests.push(...(await overSql(house, who, { ids: unknown, text: kept[0] ?? 'nothing is hidden' })));
    for (const { channel, ids = [], said } of harvests) {
      const beyond = ids.filter((id) => !readable.some((thing) => thing.id === id));
      const leaked = leaksOf(said, kept, seen);
      const told = unknown.filter((id) => said.includes(id));
      for (const what of [...beyond, ...leaked, ...told]) violations.push(`${name}, ${channel}: ${what}`);
    }
  }
  return violations;
}

/** What the process's own decision would let through beyond the file. */
async function decidedBeyond(world: World, rules = shippedRules): Promise<string[]> {
  const violations: string[] = [];
  for (const [name, { sid }] of Object.entries(world.people)) {
    const actor = await actorOf(world.house, sid);
    for (const { name: thing, protections } of world.things) {
      const permits =
        decide(actor, 'read', { kind: 'Document', protections }, environmentOf(actor, rules)).effect === 'permit';
      if (permits && world.verdict(name, thing).length > 0) violations.push(`${name}, decide: ${thing}`);
    }
  }
  return violations;
}

/** Rights that somebody else than the database's own function wrote. */
const FORGED_RIGHTS = {
  take: `UPDATE sec.session SET bitmap = decode(repeat('ff', 8192), 'hex'), bitmap_upto = 65535, bitmap_until = expires_at`,
  giveBack: 'UPDATE sec.session SET bitmap = NULL',
};

/** Row-level security of everything that a document is read from. */
const wholeDatabase = (url: string): Promise<Mechanism[]> =>
  Promise.all([
    ...['portion', 'document', 'version', 'attachment'].map((table) => openedPolicy(url, table, 'held')),
    openedPolicy(url, 'protection', 'what_the_session_holds'),
  ]);

/** What somebody still reads after the officers have withdrawn the clearance that they were reading by. */
async function readAfterWithdrawal({ house, people, things }: World, name: string): Promise<string[]> {
  const who = people[name]!;
  const { text = '', documentId = '' } = things.find((thing) => thing.name === 'order/reserve') ?? {};
  const everything = async (): Promise<Harvest[]> => [
    ...(await overHttp(house, who, [documentId])),
    ...(await overSql(house, who, { ids: [documentId], text })),
  ];
  const heard = (harvests: readonly Harvest[]): string[] =>
    harvests.filter(({ said }) => leaksOf(said, [text], []).length > 0).map(({ channel }) => channel);
  expect(heard(await everything())).not.toEqual([]);
  const withdrawal = { clearance: who.clearanceIds[0], reason: 'EXERCISE', from: '2026-01-01T00:00:00Z' };
  await house.authority.state('clearance-withdrawal', withdrawal);
  await house.admit();
  return heard(await everything());
}

/** What anybody receives of the words of a case, and of those of its document, beyond what they hold. */
async function caseViolations(
  { alliance, caseId, readers }: CaseWorld,
  channels: 'all' | 'database' = 'all',
): Promise<string[]> {
  const violations: string[] = [];
  for (const [name, { who, hidden, seen }] of Object.entries(readers)) {
    const harvests = await casesOverSql(alliance.house, who);
    if (channels === 'all') harvests.push(...(await caseOverHttp(alliance.house, who, caseId)));
    for (const { channel, said } of harvests)
      violations.push(...leaksOf(said, hidden, seen).map((text) => `${name}, ${channel}: ${text}`));
  }
  return violations;
}

describe('no_read_up', () => {
  describe.each(WORLDS)('in the world %s', (name) => {
    const access = new RemovableAccess(shippedRules);
    let world: World;
    let url: string;
    beforeAll(async () => {
      world = await openWorld(name, { access });
      url = world.house.databases.main('superuser');
      // The planner's statistics hold values of rows: they must be there to be refused.
      await asking(url, (client) => client.query('ANALYZE'));
    });
    afterAll(() => world.house.close());

    it('nobody receives a byte beyond their rights, over HTTP or from the database', async () => {
      expect(await violationsOf(world)).toEqual([]);
    });

    it('the process by itself would decide alike', async () => {
      expect(await decidedBeyond(world)).toEqual([]);
    });

    if (name === 'dated-clearances') {
      it('not a byte of what was withdrawn comes with the next request', async () => {
        expect(await readAfterWithdrawal(world, 'current')).toEqual([]);
      });

      it('taken away: the trigger that forgets rights', async () => {
        const forgets = noTrigger('clearance', 'forget_rights');
        expect(await takenAway(url, [forgets], () => readAfterWithdrawal(world, 'author'))).not.toEqual([]);
      });
    }

    if (name !== 'lattice-and-need-to-know') return;

    it.each<[string, () => Promise<Mechanism>]>([
      ['the policy on portions', () => openedPolicy(url, 'portion', 'held')],
      ['the policy on attachments', () => openedPolicy(url, 'attachment', 'held')],
      ['row-level security on portions', async () => noRowSecurity('portion')],
      ['the policy on documents', () => openedPolicy(url, 'document', 'held')],
      ['the rights that only the database computes', async () => FORGED_RIGHTS],
    ])('taken away: %s', async (_name, mechanism) => {
      expect(await takenAway(url, [await mechanism()], () => violationsOf(world))).not.toEqual([]);
    });

    it('of row-level security and the process’s own decision, each by itself gives nothing over HTTP', async () => {
      const overHttpAlone = (): Promise<string[]> => violationsOf(world, 'http');
      const database = await wholeDatabase(url);
      expect(await takenAway(url, database, overHttpAlone)).toEqual([]);
      expect(await access.without(overHttpAlone)).toEqual([]);
      expect(await access.without(() => takenAway(url, database, overHttpAlone))).not.toEqual([]);
    });
  });

  describe('of a case', () => {
    let world: CaseWorld;
    beforeAll(async () => {
      world = await openCaseWorld();
    });
    afterAll(() => world.alliance.house.close());

    it('nobody receives a word beyond their rights', async () => {
      expect(await caseViolations(world)).toEqual([]);
    });

    it('and whoever may know of it receives every word', async () => {
      const { who, seen } = world.readers['belgium']!;
      const said = (await caseOverHttp(world.alliance.house, who, world.caseId)).map((each) => each.said).join();
      const own = seen.filter((text) => text !== DOCUMENT.gap && text !== DOCUMENT.brigades && text !== CASE.remark);
      expect(leaksOf(said, own, [])).toEqual(own);
    });

    it.each(HELD_TABLES)('taken away: the policy on %s', async (table) => {
      const url = world.alliance.house.databases.main('superuser');
      const opened = await openedPolicy(url, table, 'held');
      expect(await takenAway(url, [opened], () => caseViolations(world, 'database'))).not.toEqual([]);
    });
  });
});
