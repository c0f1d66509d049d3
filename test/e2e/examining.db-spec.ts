import { ApiClient, ApiProblem } from '#client';
import type { CheckView } from '#contracts';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { aDocument } from '../support/documents';
import type { House, Resident } from '../support/house';
import { aPerson } from '../support/people';

const ABSENT = '00000000-0000-4000-8000-000000000000';

let alliance: AllianceHouse;
let house: House;
let officer: Resident;
/** Everybody may know of it; its paragraphs are for fewer and fewer. */
let plan: string;
/** That it exists is top secret. */
let hidden: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  house = alliance.house;
  ({ officer } = await house.enrol({ officer: aPerson('security').inRole('security-officer') }));
  const { client } = alliance.planner;
  const text = aDocument()
    .markedAs('NATO UNCLASSIFIED')
    .titled('(NU) EXERCISE Air')
    .saying('(NS) EXERCISE A gap.', '(CTS) EXERCISE A place.');
  plan = (await client.importDocument(text.text())).id;
  hidden = (
    await client.importDocument(aDocument().titled('(CTS) EXERCISE Order').saying('(CTS) EXERCISE Now.').text())
  ).id;
});
afterAll(() => house.close());

const failed = (checks: readonly CheckView[]): string[] =>
  checks.filter(({ outcome }) => !outcome).map(({ rule }) => rule);

const problemOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'an answer',
    (error: unknown) => (error instanceof ApiProblem ? error.problem.code : String(error)),
  );

describe('somebody asks why', () => {
  it('they may read what they read, check by check', async () => {
    const told = await alliance.official.client.explainDocument(plan);
    expect([told.effect, told.action, failed(told.checks), told.steps]).toEqual(['permit', 'read', [], []]);
    expect(told.checks.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['session', 'lattice', 'need-to-know', 'acknowledgement', 'assurance', 'rules']),
    );
    expect(told.rulesVersion).toBe((await alliance.official.client.rules()).version);
  });

  it('they may not import a version of what they read: the rules are named', async () => {
    const told = await alliance.official.client.explainDocument(plan, { action: 'import' });
    expect([told.effect, failed(told.checks), told.steps]).toEqual(['deny', ['rules'], []]);
  });

  it('and is told of no list besides their own that opens it', async () => {
    const { client } = alliance.germany;
    const text = aDocument().markedAs('NATO SECRET').titled('(NS) EXERCISE Both').saying('(NS) EXERCISE For two.');
    const { id } = await alliance.planner.client.importDocument(
      text.forThose('nation:DEU', 'community:NDPP-STAFF').text(),
    );
    const told = await client.explainDocument(id);
    expect(JSON.stringify(told)).toContain('nation:DEU');
    expect(JSON.stringify(told)).not.toContain('NDPP-STAFF');
  });

  it('hears nothing of what they may not know of: it is absent', async () => {
    const { client } = alliance.official;
    const { portions } = await alliance.planner.client.document(plan);
    const hiddenPortion = portions[2]!.id;
    const asked = [
      client.explainDocument(hidden),
      client.explainDocument(ABSENT),
      client.explainDocument(plan, { portion: hiddenPortion }),
      client.explainDocument(plan, { portion: ABSENT }),
      client.explainCase(ABSENT),
    ];
    const answers = await Promise.all(
      asked.map((each) => each.catch((error: unknown) => (error as ApiProblem).problem)),
    );
    const [first, ...others] = answers.map((each) => JSON.stringify({ ...each, requestId: '' }));
    expect(JSON.parse(first!)).toMatchObject({ code: 'not-found' });
    for (const other of others) expect(other).toBe(first);
  });

  it('is told no step up in a session that is not stepped up: what it would open is absent like the rest', async () => {
    const sid = await house.openSession(alliance.planner.person, { steppedUp: false });
    const client = new ApiClient(house.url, sid);
    expect(await problemOf(client.explainDocument(hidden))).toBe('not-found');
    expect((await alliance.planner.client.explainDocument(hidden)).effect).toBe('permit');
  });
});

describe('a security officer examines', () => {
  it('why somebody may not read, and what would help', async () => {
    const [{ official, planner, stranger }, { client }] = [alliance, officer];
    const official_ = await client.examineDecision({ person: official.person, document: hidden });
    expect([official_.effect, failed(official_.checks)]).toEqual(['deny', ['lattice:classification', 'lattice']]);
    expect(official_.under.map(({ mark }) => mark)).toEqual(['(CTS)']);
    const at = await client.examineDecision({ person: planner.person, document: hidden, steppedUp: false });
    expect([at.effect, failed(at.checks), at.steps.map(({ step }) => step)]).toEqual([
      'deny',
      ['assurance'],
      ['step-up'],
    ]);
    const nobody = await client.examineDecision({ person: stranger.person, document: hidden, steppedUp: false });
    expect([nobody.effect, nobody.steps]).toEqual(['deny', []]);
  });

  it('who can read a document, and how much of it', async () => {
    const { official, stranger, planner } = alliance;
    const read = await officer.client.whoCanRead(plan, { limit: 200 });
    const of = (who: Resident) => read.items.find(({ person }) => person === who.person);
    expect(of(planner)).toMatchObject({ effect: 'permit', portions: 3, failed: [] });
    expect(of(official)).toMatchObject({ effect: 'permit', portions: 2 });
    expect(of(stranger)?.effect).toBe('deny');
    expect(failed(of(stranger)!.failed)).toContain('lattice');
    expect(read.items).toHaveLength(read.people);
    expect(read.portions.map(({ mark, readers }) => [mark, readers])).toEqual([
      ['(NU)', read.readers],
      ['(NS)', read.readers],
      ['(CTS)', read.readers - 1],
    ]);
  });

  it('page by page, each person once', async () => {
    const all = await officer.client.whoCanRead(plan, { limit: 200, verdict: 'permit' });
    const found: string[] = [];
    for (
      let cursor: string | undefined = undefined as string | undefined, first = true;
      first || cursor !== undefined;
      first = false
    ) {
      const page = await officer.client.whoCanRead(plan, {
        limit: 2,
        verdict: 'permit',
        ...(cursor === undefined ? {} : { cursor }),
      });
      found.push(...page.items.map(({ person }) => person));
      cursor = page.next ?? undefined;
      if (cursor === undefined) break;
    }
    expect(found).toEqual(all.items.map(({ person }) => person));
  });

  it('what would change if a portion stood under another label', async () => {
    const { portions } = await alliance.planner.client.document(plan);
    const answer = await officer.client.whatIf({ document: plan, portion: portions[2]!.id, mark: '(NS)' });
    expect(answer.gain).toMatchObject({ people: 1, examples: [{ person: alliance.official.person }] });
    expect(answer.lose.people).toBe(0);
    expect([answer.before.mark, answer.after.mark]).toEqual(['(CTS)', '(NS)']);
    expect(answer.after.readers - answer.before.readers).toBe(1);
    const closed = await officer.client.whatIf({ document: plan, needToKnow: ['nation:DEU'] });
    expect(closed.gain.people).toBe(0);
    expect(closed.after.readers).toBe(2);
    expect(await problemOf(officer.client.whatIf({ document: plan, mark: '(NONSENSE)' }))).toBe('refused');
    expect(await problemOf(officer.client.whatIf({ document: plan, needToKnow: ['nonsense'] }))).toBe('refused');
    expect((await alliance.official.client.document(plan)).portions).toHaveLength(2);
  });

  it('on the record: who asked about whom', async () => {
    await officer.client.examineDecision({ person: alliance.norway.person, document: plan });
    const { items } = await alliance.auditor.client.events({ action: 'rights.explain', document: plan, limit: 1 });
    expect(items[0]).toMatchObject({
      person: officer.person,
      outcome: 'done',
      thing: { kind: 'Person', id: alliance.norway.person },
    });
  });

  it('nothing that is not there', async () => {
    const { client, person } = officer;
    expect(await problemOf(client.examineDecision({ person: ABSENT, document: plan }))).toBe('not-found');
    expect(await problemOf(client.examineDecision({ person, document: ABSENT }))).toBe('not-found');
    expect(await problemOf(client.examineDecision({ person, document: plan, portion: ABSENT }))).toBe('not-found');
    expect(await problemOf(client.whoCanRead(ABSENT))).toBe('not-found');
    expect(await problemOf(client.whatCanRead(ABSENT))).toBe('not-found');
    expect(await problemOf(client.replay(ABSENT))).toBe('not-found');
    expect(await problemOf(client.examineDecision({ person, document: plan, at: '2999-01-01T00:00:00Z' }))).toBe(
      'bad-request',
    );
    expect(await problemOf(client.examineDecision({ person }))).toBe('bad-request');
  });
});

describe('nobody else examines', () => {
  const asAnybody = (client: ApiClient): Promise<string>[] =>
    [
      client.examineDecision({ person: alliance.norway.person, document: plan }),
      client.whoCanRead(plan),
      client.whatCanRead(alliance.norway.person),
      client.whatIf({ document: plan, mark: '(NS)' }),
      client.replay(ABSENT),
      client.previewRules({ version: 'x', rules: [{ id: 'x', roles: ['*'], action: 'read', subject: 'Document' }] }),
    ].map(problemOf);

  it('not even about themselves, and the refusal is on the record', async () => {
    expect(new Set(await Promise.all(asAnybody(alliance.norway.client)))).toEqual(new Set(['not-permitted']));
    const { items } = await alliance.auditor.client.events({
      action: 'rights',
      outcome: 'refused',
      person: alliance.norway.person,
    });
    expect(new Set(items.map(({ action }) => action)).size).toBe(5);
  });

  it('nor with a token of a security officer', async () => {
    const { token } = await officer.client.issueToken({ name: 'EXERCISE', scopes: ['access:read'], expiresInDays: 1 });
    expect(new Set(await Promise.all(asAnybody(new ApiClient(house.url, token))))).toEqual(new Set(['not-permitted']));
  });

  it('nor in a session of a security officer that is not stepped up: what is top secret does not exist for it', async () => {
    const plain = new ApiClient(house.url, await house.openSession(officer.person, { steppedUp: false }));
    expect(new Set(await Promise.all(asAnybody(plain)))).toEqual(new Set(['not-permitted']));
  });
});
