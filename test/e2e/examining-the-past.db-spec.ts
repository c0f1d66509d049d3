import { setTimeout as pause } from 'node:timers/promises';
import { ApiProblem } from '#client';
import type { ReplayedView } from '#contracts';
import { type AllianceHouse, PACKAGE, openAllianceHouse, submittedCase } from '../support/alliance';
import { asking } from '../support/cluster';
import { aDocument } from '../support/documents';
import type { House, Resident } from '../support/house';
import { aPerson } from '../support/people';

let alliance: AllianceHouse;
let house: House;
let officer: Resident;
let listed: string;

/** A moment after everything so far and before everything that comes. */
async function aMoment(): Promise<string> {
  await pause(5);
  const moment = new Date().toISOString();
  await pause(5);
  return moment;
}

beforeAll(async () => {
  alliance = await openAllianceHouse();
  house = alliance.house;
  ({ officer } = await house.enrol({ officer: aPerson('security').inRole('security-officer') }));
  const { firstReviewer, planner } = alliance;
  await house.authority.accessList({ list: 'KESTREL', approvers: [firstReviewer.person], readIn: 'EXERCISE First.' });
  await house.authority.accessList({ list: 'OSPREY', approvers: [firstReviewer.person] });
  await house.authority.accessGrant(firstReviewer, { list: 'OSPREY', person: planner.person });
  await house.admit();
  const text = aDocument().markedAs('NATO SECRET').titled('(NS) EXERCISE Air').saying('(NS) EXERCISE A gap.');
  listed = (await planner.client.importDocument(text.forThose('list:KESTREL', 'list:OSPREY').text())).id;
});
afterAll(() => house.close());

const examined = async (who: Resident, document: string, at?: string) => {
  const { effect, checks, steps } = await officer.client.examineDecision({
    person: who.person,
    document,
    ...(at === undefined ? {} : { at }),
  });
  const failed = checks.filter(({ outcome }) => !outcome).map(({ rule }) => rule);
  return [effect, failed, steps.map(({ step }) => step)];
};

describe('as of a moment that has passed', () => {
  it('a portion that came in later was not there', async () => {
    const { planner } = alliance;
    const paper = aDocument().titled('(CTS) EXERCISE A paper');
    const { id: document } = await planner.client.importDocument(paper.text());
    const before = await aMoment();
    await planner.client.importVersion(document, paper.saying('(CTS) EXERCISE What was added.').text());
    const portion = (await planner.client.document(document)).portions[1]?.id ?? '';
    const asked = { person: planner.person, document, portion };
    expect((await officer.client.examineDecision(asked)).effect).toBe('permit');
    await expect(officer.client.examineDecision({ ...asked, at: before })).rejects.toMatchObject({
      problem: { code: 'not-found' },
    });
  });

  it('somebody was let in, read in, and put out again: each answer is that of its moment', async () => {
    const { official, firstReviewer } = alliance;
    const before = await aMoment();
    const grant = '0e5a3c1f-7d41-4a55-9d5e-1f2c9f4b7a10';
    await house.authority.accessGrant(firstReviewer, { list: 'KESTREL', person: official.person, grant });
    await house.admit();
    const letIn = await aMoment();
    await (await house.as('api')).run({ sid: official.sid }, (tx) => tx.rows(`SELECT sec.acknowledge('KESTREL')`));
    const readIn = await aMoment();
    await house.authority.accessWithdrawal(firstReviewer, { grant, list: 'KESTREL' });
    await house.admit();
    expect(await examined(official, listed, before)).toEqual(['deny', ['need-to-know'], []]);
    expect(await examined(official, listed, letIn)).toEqual([
      'deny',
      ['need-to-know', 'acknowledgement'],
      ['acknowledge'],
    ]);
    expect(await examined(official, listed, readIn)).toEqual(['permit', [], []]);
    expect(await examined(official, listed)).toEqual(['deny', ['need-to-know'], []]);
    const ids = (await officer.client.whatCanRead(official.person, { at: readIn })).items.map(
      ({ document }) => document,
    );
    expect(ids).toContain(listed);
    const now = await officer.client.whatCanRead(official.person, { count: true });
    expect(now.items.map(({ document }) => document)).not.toContain(listed);
    expect(now.counts).toEqual({ documents: 0, portions: 0 });
  });

  it('a clearance that was withdrawn was held before, and a person has the offices of that time', async () => {
    const { belgium, planner } = alliance;
    const { id } = await planner.client.importDocument(PACKAGE.markedAs('NATO SECRET').text());
    const before = await aMoment();
    await house.authority.state('clearance-withdrawal', {
      clearance: belgium.clearanceIds[0],
      reason: 'EXERCISE',
      from: '2026-01-02T00:00:00Z',
    });
    await house.authority.person(
      {
        person: belgium.person,
        identity: belgium.identity,
        office: 'Another office',
        nation: 'BEL',
        roles: ['planner'],
      },
      { issuedAt: new Date().toISOString() },
    );
    await house.admit();
    expect((await examined(belgium, id, before))[0]).toBe('permit');
    expect((await examined(belgium, id))[0]).toBe('deny');
    const asked = { person: belgium.person, document: id, action: 'import' } as const;
    const then = await officer.client.examineDecision({ ...asked, at: before });
    const now = await officer.client.examineDecision(asked);
    expect([then.office, now.office]).toEqual([belgium.office, 'Another office']);
    const rule = ({ checks }: typeof now) => checks.find((each) => each.rule === 'rules')?.have;
    expect([rule(then), rule(now)]).toEqual(['none for the roles (none)', 'planners-import']);
  });

  it('nobody reads what was not there yet', async () => {
    const before = await aMoment();
    const { id } = await alliance.planner.client.importDocument(PACKAGE.text());
    const asked = officer.client.examineDecision({ person: alliance.planner.person, document: id, at: before });
    await expect(asked).rejects.toBeInstanceOf(ApiProblem);
    expect(
      (await officer.client.whatCanRead(alliance.planner.person, { at: before })).items.map((each) => each.document),
    ).not.toContain(id);
  });
});

describe('a recorded decision', () => {
  /** The newest record of that action by somebody. */
  const recorded = async (who: Resident, action: string): Promise<string> =>
    (await alliance.auditor.client.events({ person: who.person, action, limit: 1 })).items[0]!.id;

  const asSuperuser = (sql: string, values: unknown[]) =>
    asking(house.databases.main('superuser'), (client) => client.query(sql, values));

  it('is made again from what was recorded, with the same answer, before and after it is sealed', async () => {
    const { id } = await alliance.planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text());
    await alliance.germany.client.document(id);
    const event = await recorded(alliance.germany, 'document.read');
    const replayed = await officer.client.replay(event);
    expect(replayed).toMatchObject({
      person: alliance.germany.person,
      document: id,
      verified: { digest: true, ledger: 'pending' },
      replayed: { effect: 'permit', agrees: true },
      today: { effect: 'permit', differs: false, changes: [] },
    } satisfies Partial<Record<keyof ReplayedView, unknown>>);
    await house.seal();
    expect((await officer.client.replay(event)).verified).toEqual({ digest: true, ledger: 'sealed' });
  });

  it('of a case as well', async () => {
    const { caseId } = await submittedCase(alliance);
    await alliance.requester.client.case(caseId);
    await alliance.requester.client.preview(caseId);
    for (const action of ['case.read', 'case.preview']) {
      const replayed = await officer.client.replay(await recorded(alliance.requester, action));
      expect(replayed).toMatchObject({ case: caseId, replayed: { agrees: true }, today: { differs: false } });
    }
  });

  it('stays what it was when rights change, and says what is different today', async () => {
    const { norway, planner } = alliance;
    const { id } = await planner.client.importDocument(PACKAGE.markedAs('NATO SECRET').text());
    await norway.client.document(id);
    const event = await recorded(norway, 'document.read');
    await house.authority.state('clearance-withdrawal', {
      clearance: norway.clearanceIds[0],
      reason: 'EXERCISE',
      from: '2026-01-02T00:00:00Z',
    });
    await house.admit();
    const { replayed, today } = await officer.client.replay(event);
    expect(replayed).toMatchObject({ effect: 'permit', agrees: true });
    expect(today).toMatchObject({ effect: 'deny', differs: true });
    expect(today?.changes.find(({ rule }) => rule === 'lattice')).toMatchObject({
      then: { outcome: true },
      now: { outcome: false, have: 'no clearance' },
    });
  });

  it('does not agree with itself when the rules of its version would have said no: the replay is a test that can fail', async () => {
    const { id } = await alliance.planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text());
    await alliance.official.client.document(id);
    const event = await recorded(alliance.official, 'document.read');
    const clearances = 'UPDATE clearance SET classifications = $2 WHERE person_id = $1';
    const held = ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET'];
    await asSuperuser(clearances, [alliance.official.person, ['UNCLASSIFIED']]);
    const { replayed } = await officer.client.replay(event);
    await asSuperuser(clearances, [alliance.official.person, held]);
    expect(replayed).toMatchObject({ effect: 'deny', agrees: false });
    expect((await officer.client.replay(event)).replayed?.agrees).toBe(true);
  });

  it.each([
    [
      'its inputs were changed',
      `UPDATE audit_event SET decision = jsonb_set(decision, '{actor,roles}', '["planner"]') WHERE id = $1`,
      { digest: false },
    ],
    [
      'its record was changed',
      `UPDATE audit_event SET record = replace(record, '"done"', '"gone"') WHERE id = $1`,
      { ledger: 'altered' },
    ],
    [
      'record and commitment were changed after the seal',
      `UPDATE audit_event SET record = record || ' ', leaf_data = sha256(salt || convert_to(record || ' ', 'UTF8')) WHERE id = $1`,
      { ledger: 'altered' },
    ],
  ])('is not replayed when %s', async (_name, change, verified) => {
    const { id } = await alliance.planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text());
    await alliance.germany.client.document(id);
    await house.seal();
    const event = await recorded(alliance.germany, 'document.read');
    await asSuperuser(change, [event]);
    expect(await officer.client.replay(event)).toMatchObject({ verified, replayed: null, today: null });
  });

  it('names roles, tokens and clearances by their ids, and no text', async () => {
    const { id } = await alliance.planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text());
    await alliance.germany.client.document(id);
    const event = await recorded(alliance.germany, 'document.read');
    const { rows } = await asSuperuser('SELECT decision FROM audit_event WHERE id = $1', [event]);
    const { decision } = rows[0] as { decision: { actor: { clearances: string[] } } };
    expect(decision.actor.clearances).toEqual(alliance.germany.clearanceIds);
    expect(JSON.stringify(decision)).not.toMatch(/brigades|northern region|9823/);
    expect(JSON.stringify(decision)).not.toContain(alliance.germany.sid);
  });

  it('without a decision there is nothing to replay: of a refusal, of another event', async () => {
    await alliance.stranger.client.document(listed).catch(() => undefined);
    await expect(officer.client.replay(await recorded(alliance.stranger, 'document.read'))).rejects.toMatchObject({
      problem: { code: 'not-found' },
    });
  });
});
