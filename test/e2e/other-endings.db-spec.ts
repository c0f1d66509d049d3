import type { CaseVerb } from '#contracts';
import { LapseCases } from '#duties';
import {
  type AllianceHouse,
  HOUR,
  approveAll,
  decideAs,
  frozenCase,
  openAllianceHouse,
  publishedCase,
  scheduledCase,
  submittedCase,
} from '../support/alliance';

/* The road's other endings: returned, withdrawn, lapsed, put off, and stopped by the guard. */
let alliance: AllianceHouse;

beforeAll(async () => {
  alliance = await openAllianceHouse();
});

afterAll(async () => alliance.house.close());

const viewOf = (caseId: string) => alliance.requester.client.case(caseId);
const stateOf = async (caseId: string): Promise<string> => (await viewOf(caseId)).state;
const lapse = async (): Promise<number> => new LapseCases(await alliance.house.as('relay'), alliance.house.clock).run();

const VERBS: CaseVerb[] = ['amend', 'freeze', 'decide', 'return', 'schedule', 'withdraw'];

/** The verbs that the state of a case still lets anybody use. */
async function openVerbs(caseId: string): Promise<CaseVerb[]> {
  const answers = await Promise.all(VERBS.map((verb) => alliance.requester.client.wouldRefuse(caseId, verb)));
  return VERBS.filter((_verb, n) => !answers[n]!.reasons.some(({ code }) => code === 'state'));
}

describe('a case that is returned', () => {
  it('goes back to its requester with the reason, and on in a new round', async () => {
    const { caseId } = await frozenCase(alliance);
    await decideAs(alliance.originator, caseId);
    await expect(alliance.requester.client.returnCase(caseId, 'EXERCISE mine')).rejects.toMatchObject({
      problem: { code: 'not-permitted' },
    });
    await alliance.firstReviewer.client.returnCase(caseId, 'EXERCISE The second paragraph says too much.');
    expect(await stateOf(caseId)).toBe('returned');
    expect(await openVerbs(caseId)).toEqual(['amend', 'withdraw']);
    const { items, window } = await viewOf(caseId);
    await alliance.requester.client.amendCase(caseId, {
      title: 'EXERCISE Shorter',
      summary: 'EXERCISE Shorter.',
      window,
      items: items.map(({ n, portion }) =>
        n === 1 ? { portion, treatment: 'include' } : { portion, treatment: 'withhold', reasonCode: 'MILITARY-PLANS' },
      ),
    });
    await alliance.requester.client.freezeCase(caseId);
    expect(await approveAll(alliance, caseId)).toBe('approved');
    expect((await alliance.requester.client.preview(caseId)).portions).toHaveLength(1);
  });

  it('even when everybody has approved it and the hour is set', async () => {
    const { caseId } = await scheduledCase(alliance);
    await alliance.secondReviewer.client.returnCase(caseId, 'EXERCISE Wait.');
    alliance.house.clock.advance(HOUR + 1_000);
    expect(await alliance.house.publish()).toBe('idle');
    expect(await stateOf(caseId)).toBe('returned');
  });
});

describe('a case that is withdrawn', () => {
  it.each([
    ['before the freeze', async () => (await submittedCase(alliance)).caseId],
    ['while it is being approved', async () => (await frozenCase(alliance)).caseId],
    ['when the hour is set', async () => (await scheduledCase(alliance)).caseId],
  ])('%s: stays withdrawn', async (_when, begin) => {
    const caseId = await begin();
    await expect(alliance.planner.client.withdrawCase(caseId, 'EXERCISE not mine')).rejects.toMatchObject({
      problem: { code: 'not-permitted' },
    });
    await expect(alliance.official.client.withdrawCase(caseId, 'EXERCISE unseen')).rejects.toMatchObject({
      problem: { code: 'not-found' },
    });
    await alliance.requester.client.withdrawCase(caseId, 'EXERCISE No more.');
    expect(await viewOf(caseId)).toMatchObject({ state: 'withdrawn', publishAt: null });
    expect(await openVerbs(caseId)).toEqual([]);
    alliance.house.clock.advance(HOUR + 1_000);
    expect(await alliance.house.publish()).toBe('idle');
  });
});

describe('a case whose hour is put off', () => {
  it('is published at the later hour and not at the first', async () => {
    const { caseId, publishAt, release } = await scheduledCase(alliance);
    const later = new Date(Date.parse(publishAt) + HOUR).toISOString();
    await alliance.releaseOfficer.client.scheduleCase(caseId, later);
    alliance.house.clock.advance(Date.parse(publishAt) - alliance.house.clock.now().getTime() + 1_000);
    expect(await alliance.house.publish()).toBe('idle');
    alliance.house.clock.advance(HOUR);
    expect(await alliance.house.publish()).toBe('published');
    expect((await viewOf(caseId)).published).toMatchObject({ release });
  });

  it('never past the window that was signed', async () => {
    const { caseId } = await scheduledCase(alliance);
    const { window } = await viewOf(caseId);
    for (const outside of [window.notAfter, new Date(Date.parse(window.notBefore) - 1).toISOString()])
      await expect(alliance.releaseOfficer.client.scheduleCase(caseId, outside)).rejects.toMatchObject({
        problem: { code: 'refused', reasons: [{ rule: 'within-the-window' }] },
      });
    await alliance.requester.client.withdrawCase(caseId, 'EXERCISE done with it');
  });
});

describe('a published case', () => {
  it('is not taken back: withdrawal of a release is another thing, and nothing is pretended', async () => {
    const { caseId } = await publishedCase(alliance);
    expect(await openVerbs(caseId)).toEqual([]);
    await expect(alliance.requester.client.withdrawCase(caseId, 'EXERCISE never was')).rejects.toMatchObject({
      problem: { code: 'refused', reasons: [{ rule: expect.stringMatching(/^withdraw-follows-/) as string }] },
    });
    expect(await stateOf(caseId)).toBe('published');
  });
});

describe('what the guard stops at the hour', () => {
  const atTheHour = async (publishAt: string): Promise<string> => {
    alliance.house.clock.advance(Date.parse(publishAt) - alliance.house.clock.now().getTime() + 1_000);
    return alliance.house.publish();
  };

  it('a signer whose clearance was withdrawn: everybody who knows of the case reads why', async () => {
    const { caseId, publishAt } = await scheduledCase(alliance);
    const [clearance] = alliance.norway.clearanceIds;
    await alliance.house.authority.state(
      'clearance-withdrawal',
      { clearance, reason: 'EXERCISE', from: '2026-01-01T00:00:00Z' },
      { by: [alliance.house.authority.officerKeys[1]!.key] },
    );
    await alliance.house.admit();
    expect(await atTheHour(publishAt)).toBe('refused');
    expect(await viewOf(caseId)).toMatchObject({
      state: 'returned',
      published: null,
      guardRefusal: { findings: [{ check: 'cleared-for-what-they-judge', ok: false, detail: alliance.norway.person }] },
    });
    await alliance.house.authority.clearance({
      person: alliance.norway.person,
      classifications: [...alliance.norway.plan.clearances[0]!.classifications],
      categories: alliance.norway.plan.clearances[0]!.categories.map((each) => ({ ...each, values: [...each.values] })),
    });
    await alliance.house.admit();
  });

  it('a signer whose key was compromised, although the approval stood before', async () => {
    const { caseId, publishAt } = await scheduledCase(alliance);
    const { authority } = alliance.house;
    const ofNorway = authority.statements
      .map(
        ({ payload }) =>
          JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
            id: string;
            kind: string;
            body: { kid?: string };
          },
      )
      .find(({ kind, body }) => kind === 'key' && body.kid === alliance.norway.kid);
    await authority.revocation({ instrument: ofNorway!.id, reason: 'compromise' });
    await alliance.house.admit();
    expect(await atTheHour(publishAt)).toBe('refused');
    const { guardRefusal } = await viewOf(caseId);
    const checks = (guardRefusal!.findings as { check: string }[]).map(({ check }) => check);
    expect(checks).toEqual(['decision', 'stage:adoption']);
  });
});

describe('a case whose window passes', () => {
  it('lapses in whatever state it is, and lapses once', async () => {
    const draft = (await submittedCase(alliance)).caseId;
    const frozen = (await frozenCase(alliance)).caseId;
    expect(await lapse()).toBe(0);
    alliance.house.clock.advance(26 * HOUR);
    expect(await lapse()).toBeGreaterThanOrEqual(2);
    expect(await lapse()).toBe(0);
    for (const caseId of [draft, frozen]) {
      expect(await stateOf(caseId)).toBe('lapsed');
      expect(await openVerbs(caseId)).toEqual([]);
    }
    expect(await alliance.house.publish()).toBe('idle');
    const events = (await alliance.auditor.client.events({ case: draft, action: 'case.lapse' })).items;
    expect(events).toMatchObject([{ person: null, outcome: 'done' }]);
  });
});
