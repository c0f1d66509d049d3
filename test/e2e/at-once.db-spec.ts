import type { CaseItemInput } from '#contracts';
import {
  type AllianceHouse,
  HOUR,
  PACKAGE,
  aRequest,
  approveAll,
  decideAs,
  frozenCase,
  openAllianceHouse,
  scheduledCase,
  signedBy,
  submittedCase,
} from '../support/alliance';
import { type Captured, administrator } from '../support/captured';
import { type Answer, type Asking, ask } from '../support/http';
import type { Resident } from '../support/house';

/* Two things at once: one wins, the other hears clearly why not, and nobody an internal error. */
let alliance: AllianceHouse;
let admin: Captured;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
});

afterAll(async () => {
  await admin.close();
  await alliance.house.close();
});

const post = (who: Resident, path: string, asking: Asking = {}): Promise<Answer> =>
  ask(alliance.house.url, `/api/${path}`, { method: 'POST', as: who.sid, ...asking });

/** The statuses of requests that are made at once, sorted. */
const statuses = async (requests: readonly Promise<Answer>[]): Promise<number[]> =>
  (await Promise.all(requests)).map(({ status }) => status).sort();

const stateOf = async (caseId: string): Promise<string> => (await alliance.requester.client.case(caseId)).state;

async function beforeTheMinisters(): Promise<string> {
  const { caseId } = await frozenCase(alliance);
  for (const who of [alliance.originator, alliance.firstReviewer, alliance.secondReviewer]) await decideAs(who, caseId);
  return caseId;
}

const plan = (items: readonly { n: number; portion: string }[], window: { notBefore: string; notAfter: string }) => ({
  title: 'EXERCISE Ministers adopt new targets',
  summary: 'EXERCISE In other words.',
  window,
  items: items.map(({ n, portion }): CaseItemInput =>
    n <= 2 ? { portion, treatment: 'include' } : { portion, treatment: 'withhold', reasonCode: 'MILITARY-PLANS' },
  ),
});

describe('signing at once', () => {
  it('all ministers: each is heard, and the case is approved once', async () => {
    const caseId = await beforeTheMinisters();
    const states = await Promise.all(
      [alliance.belgium, alliance.germany, alliance.norway].map((who) => decideAs(who, caseId)),
    );
    expect(states.sort()).toEqual(['approved', 'in-approval', 'in-approval']);
    expect((await alliance.requester.client.case(caseId)).decisions).toHaveLength(6);
    expect(
      await admin.run(
        `SELECT count(*)::int AS n FROM outbox WHERE topic = 'case.approved' AND payload ->> 'caseId' = $1`,
        [caseId],
      ),
    ).toEqual([{ n: 1 }]);
  });

  it('the same minister twice, with one statement and with two: one counts', async () => {
    const caseId = await beforeTheMinisters();
    const { belgium, germany } = alliance;
    const json = { statement: await signedBy(belgium, caseId) };
    const once = await Promise.all([1, 2, 3].map(() => post(belgium, `cases/${caseId}/decisions`, { json })));
    expect(once.map(({ status }) => status).sort()).toEqual([200, 422, 422]);
    expect(once.map(({ body }) => body).join()).toContain('decided-already');

    const both = [
      { statement: await signedBy(germany, caseId, 'approve') },
      { statement: await signedBy(germany, caseId, 'object') },
    ];
    expect(await statuses(both.map((each) => post(germany, `cases/${caseId}/decisions`, { json: each })))).toEqual([
      200, 422,
    ]);
    const { decisions } = await alliance.requester.client.case(caseId);
    expect(decisions.filter(({ office }) => office === germany.office)).toHaveLength(1);
  });

  it('an objection and an amendment: no round is left with a decision of another', async () => {
    const caseId = await beforeTheMinisters();
    const { items, window } = await alliance.requester.client.case(caseId);
    const json = { statement: await signedBy(alliance.belgium, caseId, 'object') };
    const [objected, amended] = await Promise.all([
      post(alliance.belgium, `cases/${caseId}/decisions`, { json }),
      ask(alliance.house.url, `/api/cases/${caseId}/proposal`, {
        method: 'PUT',
        as: alliance.requester.sid,
        json: plan(items, window),
      }),
    ]);
    expect(objected.status).toBe(200);
    expect([204, 422]).toContain(amended.status);
    const view = await alliance.requester.client.case(caseId);
    expect([view.state, view.round, view.decisions.length]).toEqual(
      amended.status === 204 ? ['draft', 2, 0] : ['objected', 1, 4],
    );
  });
});

describe('the verbs of a case at once', () => {
  it('freezing twice makes one proposal', async () => {
    const { caseId } = await submittedCase(alliance);
    expect(await statuses([1, 2].map(() => post(alliance.requester, `cases/${caseId}/freeze`)))).toEqual([200, 422]);
    expect(await admin.run('SELECT count(*)::int AS n FROM proposal WHERE case_id = $1', [caseId])).toEqual([{ n: 1 }]);
  });

  it('amending twice makes one round after the other, or one is refused', async () => {
    const { caseId } = await submittedCase(alliance);
    const { items, window } = await alliance.requester.client.case(caseId);
    const amend = () =>
      ask(alliance.house.url, `/api/cases/${caseId}/proposal`, {
        method: 'PUT',
        as: alliance.requester.sid,
        json: plan(items, window),
      });
    expect(await statuses([amend(), amend()])).toEqual([204, 204]);
    expect((await alliance.requester.client.case(caseId)).round).toBe(3);
  });

  it('returning twice returns once, and so does withdrawing', async () => {
    const { caseId } = await frozenCase(alliance);
    const json = { reason: 'EXERCISE not like this' };
    const reviewers = [alliance.firstReviewer, alliance.secondReviewer];
    expect(await statuses(reviewers.map((who) => post(who, `cases/${caseId}/return`, { json })))).toEqual([204, 422]);
    const withdrawing = [alliance.requester, alliance.releaseOfficer];
    expect(await statuses(withdrawing.map((who) => post(who, `cases/${caseId}/withdraw`, { json })))).toEqual([
      204, 422,
    ]);
    expect(await stateOf(caseId)).toBe('withdrawn');
    expect(await admin.run('SELECT kind FROM case_remark WHERE case_id = $1 ORDER BY kind', [caseId])).toEqual([
      { kind: 'return' },
      { kind: 'withdraw' },
    ]);
  });

  it('scheduling twice sets one hour after the other', async () => {
    const { caseId, publishAt } = await scheduledCase(alliance);
    const hours = [1, 2].map((n) => new Date(Date.parse(publishAt) + n * HOUR).toISOString());
    const schedule = (hour: string) =>
      post(alliance.releaseOfficer, `cases/${caseId}/schedule`, { json: { publishAt: hour } });
    expect(await statuses(hours.map(schedule))).toEqual([204, 204]);
    expect(hours).toContain((await alliance.requester.client.case(caseId)).publishAt);
    await alliance.requester.client.withdrawCase(caseId, 'EXERCISE done with it');
  });

  it('scheduling against withdrawing ends withdrawn, whoever comes first', async () => {
    const { caseId } = await frozenCase(alliance);
    await approveAll(alliance, caseId);
    const { window } = await alliance.requester.client.case(caseId);
    const [scheduled, withdrawn] = await Promise.all([
      post(alliance.releaseOfficer, `cases/${caseId}/schedule`, { json: { publishAt: window.notBefore } }),
      post(alliance.requester, `cases/${caseId}/withdraw`, { json: { reason: 'EXERCISE never' } }),
    ]);
    expect([204, 422]).toContain(scheduled.status);
    expect(withdrawn.status).toBe(204);
    expect(await stateOf(caseId)).toBe('withdrawn');
  });

  it('two guards at the hour, and a withdrawal: published once, or withdrawn and not at all', async () => {
    const { caseId, release } = await scheduledCase(alliance);
    alliance.house.clock.advance(HOUR + 1_000);
    const [first, second, withdrawn] = await Promise.all([
      alliance.house.publish(),
      alliance.house.publish(),
      post(alliance.requester, `cases/${caseId}/withdraw`, { json: { reason: 'EXERCISE too late?' } }),
    ]);
    const register = await administrator(alliance.house, 'register');
    const shown = await register.run('SELECT id FROM release WHERE id = $1', [release]);
    await register.close();
    const published = [first, second].filter((outcome) => outcome === 'published').length;
    expect(published + Number(withdrawn.status === 204)).toBe(1);
    expect(shown).toHaveLength(published);
    expect(await stateOf(caseId)).toBe(published === 1 ? 'published' : 'withdrawn');
  });
});

describe('the same request twice at once', () => {
  it('a document or a case: two of them, each its own', async () => {
    const imports = await Promise.all([1, 2].map(() => post(alliance.planner, 'documents', { text: PACKAGE.text() })));
    const ids = imports.map(({ body }) => (JSON.parse(body) as { id: string }).id);
    expect(new Set(ids).size).toBe(2);
    const json = aRequest(await alliance.requester.client.document(ids[0]!), alliance.house.clock.now());
    const cases = await Promise.all([1, 2].map(() => post(alliance.requester, 'cases', { json })));
    expect(cases.map(({ status }) => status)).toEqual([201, 201]);
    expect(new Set(cases.map(({ body }) => body)).size).toBe(2);
  });

  it('a version: one is the next, the other is told that it came too late', async () => {
    const { id } = await alliance.planner.client.importDocument(PACKAGE.text());
    const next = PACKAGE.saying('(NU) EXERCISE One more.').text();
    const answers = await Promise.all(
      [1, 2, 3].map(() => post(alliance.planner, `documents/${id}/versions`, { text: next })),
    );
    const made = answers.map(({ status }) => status).sort();
    expect(made[0]).toBe(201);
    expect(made.filter((status) => status !== 201 && status !== 409)).toEqual([]);
    const [stored] = await admin.run<{ n: number }>('SELECT count(*)::int AS n FROM version WHERE document_id = $1', [
      id,
    ]);
    expect(stored!.n).toBe(1 + made.filter((status) => status === 201).length);
  });

  it('an instrument: one is taken, the other is a conflict', async () => {
    const json = await alliance.house.authority.person({ person: crypto.randomUUID(), identity: 'twice' });
    expect(await statuses([1, 2].map(() => post(alliance.official, 'instruments', { json })))).toEqual([202, 409]);
    expect(await alliance.house.settle()).toBe(1);
  });

  it('a token: two of them; revoking one twice revokes it once', async () => {
    const json = { name: 'EXERCISE', scopes: ['documents:read'], expiresInDays: 1 };
    const made = await Promise.all([1, 2].map(() => post(alliance.official, 'tokens', { json })));
    expect(made.map(({ status }) => status)).toEqual([201, 201]);
    const { id } = JSON.parse(made[0]!.body) as { id: string };
    const revoke = () => ask(alliance.house.url, `/api/tokens/${id}`, { method: 'DELETE', as: alliance.official.sid });
    expect(await statuses([revoke(), revoke()])).toEqual([204, 404]);
  });

  it('tokens: as many as may be held, however many are asked for', async () => {
    const json = { name: 'EXERCISE', scopes: ['documents:read'], expiresInDays: 1 };
    const asked = Array.from({ length: 24 }, () => post(alliance.norway, 'tokens', { json }));
    const made = (await statuses(asked)).filter((status) => status === 201);
    expect(made).toHaveLength(20);
    const [row] = await admin.run<{ held: string }>(
      `SELECT count(*) AS held FROM sec.session WHERE kind = 'token' AND person_id = $1`,
      [alliance.norway.person],
    );
    expect(Number(row!.held)).toBe(20);
  });

  it('reading a notification: it stays read', async () => {
    const id = crypto.randomUUID();
    await admin.run(`INSERT INTO notification (id, outbox_id, person_id, kind) VALUES ($1, $1, $2, 'case.approved')`, [
      id,
      alliance.official.person,
    ]);
    expect(await statuses([1, 2].map(() => post(alliance.official, `notifications/${id}/read`)))).toEqual([204, 204]);
    expect(await statuses([post(alliance.stranger, `notifications/${id}/read`)])).toEqual([404]);
  });

  it('two registrars: each statement is settled once', async () => {
    const json = await alliance.house.authority.person({ person: crypto.randomUUID(), identity: 'registered once' });
    await post(alliance.official, 'instruments', { json });
    const settled = await Promise.all([alliance.house.settle(), alliance.house.settle()]);
    expect(settled.sort()).toEqual([0, 1]);
  });
});
