import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { generateKey } from '#signing';
import {
  CLOSED,
  type Deciding,
  type Enrolled,
  PUBLIC_RELEASE,
  type TestAlliance,
  anAlliance,
  decide,
  everyApproval,
  factsOn,
  idOf,
} from '../../../test/support/authority';
import { ORIGINATORS, type ProposalFacts, type SignedDecision, type Standing, readDecision, standingOf } from './index';

const MINISTERS = 'defence-ministers';

/** The decisions, signed and read back. */
async function signed(
  facts: ProposalFacts,
  given: readonly (readonly [Enrolled, Deciding])[],
): Promise<SignedDecision[]> {
  const proposal = { outgoing: facts.outgoing, closedCommitment: CLOSED };
  return Promise.all(
    given.map(async ([who, deciding]) => {
      const read = await readDecision(await decide(who, proposal, deciding), facts.authority);
      if (typeof read === 'string') throw new Error(read);
      return read;
    }),
  );
}

async function approvals(alliance: TestAlliance, facts: ProposalFacts): Promise<SignedDecision[]> {
  const statements = await everyApproval(alliance, { outgoing: facts.outgoing, closedCommitment: CLOSED });
  const read = await Promise.all(statements.map((statement) => readDecision(statement, facts.authority)));
  return read.filter((each) => typeof each !== 'string');
}

const adopts = (seat: string, change: Partial<Deciding> = {}): Deciding => ({
  stage: 'adoption',
  body: MINISTERS,
  seat,
  ...change,
});
const byDelegation = (delegation: string): Partial<Deciding> => ({ capacity: { kind: 'delegate', delegation } });
const statesOf = (standing: Standing): string[] => standing.stages.map((stage) => `${stage.stage} ${stage.state}`);
const rulesOf = (standing: Standing): string[] =>
  standing.refused.flatMap(({ refusals }) => refusals.map((refusal) => refusal.rule));

let alliance: TestAlliance;
let facts: ProposalFacts;
let everybody: SignedDecision[];

beforeAll(async () => {
  alliance = await anAlliance();
  facts = await factsOn(alliance);
  everybody = await approvals(alliance, facts);
});

describe('a proposal', () => {
  it('is approved when everybody has approved', () => {
    const standing = standingOf(everybody, facts);
    expect(standing.approved).toBe(true);
    expect(standing.refused).toEqual([]);
    expect(standing.counted).toHaveLength(5);
    expect(standing.stages).toEqual([
      { stage: 'consent', state: 'complete', have: 1, need: 1, missing: [] },
      { stage: 'disclosure', state: 'complete', have: 2, need: 2, missing: [] },
      { stage: 'adoption', state: 'complete', have: 2, need: 2, missing: [] },
    ]);
  });

  it('is not approved while anybody is missing, and says who', () => {
    expect(standingOf([], facts).stages).toEqual([
      { stage: 'consent', state: 'open', have: 0, need: 1, missing: ['ACT Allied Command Transformation'] },
      { stage: 'disclosure', state: 'waiting', have: 0, need: 2, missing: ['2 more disclosure-reviewer'] },
      { stage: 'adoption', state: 'waiting', have: 0, need: 2, missing: ['BEL Belgium', 'DEU Germany'] },
    ]);
    for (const absent of everybody) {
      const standing = standingOf(
        everybody.filter((each) => each !== absent),
        facts,
      );
      expect(standing.approved).toBe(false);
      expect(standing.stages.find((stage) => stage.state !== 'complete')?.stage).toBe(absent.decision.stage);
      expect(standing.stages.flatMap((stage) => stage.missing)).toHaveLength(1);
    }
  });

  it('opens its stages one after the other', () => {
    expect(statesOf(standingOf(everybody.slice(0, 1), facts))).toEqual([
      'consent complete',
      'disclosure open',
      'adoption waiting',
    ]);
    expect(statesOf(standingOf(everybody.slice(3), facts))).toEqual([
      'consent open',
      'disclosure waiting',
      'adoption complete',
    ]);
  });

  it('is not approved by decisions that do not count', () => {
    const elsewhere = everybody.map((each) => ({
      ...each,
      decision: { ...each.decision, proposal: `sha256:${'0'.repeat(64)}` },
    }));
    const standing = standingOf(elsewhere, facts);
    expect(standing.approved).toBe(false);
    expect(standing.counted).toEqual([]);
    expect(new Set(rulesOf(standing))).toEqual(new Set(['change_voids_approval']));
  });
});

describe('distinct_humans', () => {
  it('the same decision given many times is one', () => {
    expect(standingOf([...everybody, ...everybody, ...everybody], facts)).toEqual(standingOf(everybody, facts));
  });

  it('the same decision signed anew, in other bytes, is one', async () => {
    const made = await anAlliance();
    const { privateJwk } = await generateKey('ES256');
    const [one] = made.reviewers;
    await made.authority.key({ person: one.person, identity: one.identity, jwk: privateJwk });
    const judged = await factsOn(made);
    const twice = await signed(judged, [
      [one, { stage: 'disclosure', by: privateJwk }],
      [one, { stage: 'disclosure', by: privateJwk }],
    ]);
    const standing = standingOf(twice, judged);
    expect(standing.stages[1]).toMatchObject({ have: 1, need: 2 });
    expect(standing.refused).toEqual([]);
  });

  it('one reviewer counts once, whatever they sign and with whatever key', async () => {
    const made = await anAlliance();
    const [one] = made.reviewers;
    const { privateJwk } = await generateKey();
    await made.authority.key({ person: one.person, identity: one.identity, jwk: privateJwk });
    const judged = await factsOn(made);
    const decisions = await signed(judged, [
      [one, { stage: 'disclosure' }],
      [one, { stage: 'disclosure', at: '2026-06-01T10:00:00Z' }],
      [one, { stage: 'disclosure', at: '2026-06-01T11:00:00Z', by: privateJwk }],
    ]);
    const standing = standingOf(decisions, judged);
    expect(standing.stages[1]).toMatchObject({ state: 'waiting', have: 1, need: 2 });
    expect(rulesOf(standing)).toEqual(['distinct_humans', 'distinct_humans']);
  });

  it('one human with two hats counts once, with what they signed first', async () => {
    const made = await anAlliance();
    const minister = made.ministers[0]!.holder;
    await made.authority.person(
      { person: minister.person, identity: minister.identity, roles: ['disclosure-reviewer'] },
      { issuedAt: '2026-02-01T00:00:00Z' },
    );
    const judged = await factsOn(made);
    const decisions = await signed(judged, [
      [minister, adopts('BEL', { at: '2026-06-02T09:00:00Z' })],
      [minister, { stage: 'disclosure', at: '2026-06-01T09:00:00Z' }],
    ]);
    const standing = standingOf(decisions, judged);
    expect(standing.counted.map((each) => each.stage)).toEqual(['disclosure']);
    expect(rulesOf(standing)).toEqual(['distinct_humans']);
  });

  it('one human in two seats fills one', async () => {
    const made = await anAlliance();
    const minister = made.ministers[0]!.holder;
    await made.authority.holder(
      { body: MINISTERS, seat: 'DEU', person: minister.person },
      { issuedAt: '2026-02-01T00:00:00Z' },
    );
    const judged = await factsOn(made);
    const standing = standingOf(
      await signed(judged, [
        [minister, adopts('BEL')],
        [minister, adopts('DEU')],
      ]),
      judged,
    );
    expect(standing.stages[2]).toMatchObject({ have: 1, need: 2 });
    expect(rulesOf(standing)).toEqual(['distinct_humans']);
  });

  it('one human with delegations of two seats, or with a seat of their own, fills one', async () => {
    const made = await anAlliance();
    const [belgium, germany] = made.ministers;
    const deputy = await made.authority.enrol('deputy');
    const give = async (from: Enrolled, seat: string, to: Enrolled): Promise<string> =>
      idOf(await made.authority.delegation(from, { body: MINISTERS, seat, toPerson: to.person }));
    const ofBelgium = await give(belgium!.holder, 'BEL', deputy);
    const ofGermany = await give(germany!.holder, 'DEU', deputy);
    const toBelgium = await give(germany!.holder, 'DEU', belgium!.holder);
    const judged = await factsOn(made);
    const byDeputy = await signed(judged, [
      [deputy, adopts('BEL', byDelegation(ofBelgium))],
      [deputy, adopts('DEU', byDelegation(ofGermany))],
    ]);
    expect(standingOf(byDeputy, judged).stages[2]).toMatchObject({ have: 1, need: 2 });
    const byBelgium = await signed(judged, [
      [belgium!.holder, adopts('BEL')],
      [belgium!.holder, adopts('DEU', byDelegation(toBelgium))],
    ]);
    expect(standingOf(byBelgium, judged).stages[2]).toMatchObject({ have: 1, need: 2 });
    const each = await signed(judged, [
      [deputy, adopts('BEL', byDelegation(ofBelgium))],
      [germany!.holder, adopts('DEU')],
    ]);
    expect(standingOf(each, judged).stages[2]).toMatchObject({ state: 'complete', have: 2, need: 2 });
  });

  it('a seat is filled once, though holder and delegate both approve', async () => {
    const made = await anAlliance();
    const belgium = made.ministers[0]!.holder;
    const deputy = await made.authority.enrol('deputy');
    const given = await made.authority.delegation(belgium, { body: MINISTERS, seat: 'BEL', toPerson: deputy.person });
    const judged = await factsOn(made);
    const standing = standingOf(
      await signed(judged, [
        [belgium, adopts('BEL', { at: '2026-06-02T00:00:00Z' })],
        [deputy, adopts('BEL', byDelegation(idOf(given)))],
      ]),
      judged,
    );
    expect(standing.stages[2]).toMatchObject({ have: 1, need: 2 });
    expect(standing.counted.map((each) => each.person)).toEqual([deputy.person]);
    expect(rulesOf(standing)).toEqual(['one-decision-a-seat']);
  });

  it('the requester does not count, in whatever stage', async () => {
    const made = await anAlliance();
    await made.authority.holder({ body: MINISTERS, seat: 'BEL', person: made.requester.person }, LATER);
    const judged = await factsOn(made);
    const standing = standingOf(await signed(judged, [[made.requester, adopts('BEL')]]), judged);
    expect(standing.counted).toEqual([]);
    expect(rulesOf(standing)).toEqual(['not-requester']);
  });
});

const LATER = { issuedAt: '2026-02-01T00:00:00Z' } as const;

describe('a stop', () => {
  it.each(['object', 'return'] as const)('of one stops: %s', async (verdict) => {
    const [belgium] = alliance.ministers;
    const stop = await signed(facts, [[belgium!.holder, adopts('BEL', { verdict })]]);
    const others = everybody.filter((each) => each.decision.person !== belgium!.holder.person);
    const standing = standingOf([...others, ...stop], facts);
    expect(standing.approved).toBe(false);
    expect(standing.stages[2]).toEqual({
      stage: 'adoption',
      state: 'stopped',
      have: 1,
      need: 2,
      missing: ['BEL Belgium'],
    });
  });

  it('stops whatever else its signer signed, before or after', async () => {
    const [belgium] = alliance.ministers;
    for (const at of ['2026-05-31T00:00:00Z', '2026-06-05T15:30:00Z']) {
      const stop = await signed(facts, [[belgium!.holder, adopts('BEL', { verdict: 'object', at })]]);
      const standing = standingOf([...everybody, ...stop], facts);
      expect(standing.approved).toBe(false);
      expect(statesOf(standing)).toContain('adoption stopped');
      expect(rulesOf(standing)).toEqual(['distinct_humans', 'one-decision-a-seat']);
    }
  });

  it('stops a stage that has approvals enough, and a seat that another has filled', async () => {
    const made = await anAlliance();
    await made.authority.procedure({
      ...PUBLIC_RELEASE,
      version: 2,
      stages: PUBLIC_RELEASE.stages.map((stage) =>
        stage.id === 'adoption' ? { ...stage, rule: { atLeast: 1 } } : stage,
      ),
    });
    const belgium = made.ministers[0]!.holder;
    const deputy = await made.authority.enrol('deputy');
    const given = await made.authority.delegation(belgium, { body: MINISTERS, seat: 'BEL', toPerson: deputy.person });
    const outgoing = { ...made.proposal.outgoing, procedure: { id: PUBLIC_RELEASE.id, version: 2 } };
    const judged = await factsOn(made, { outgoing, closedCommitment: CLOSED });
    const approved = await approvals(made, judged);
    expect(standingOf(approved.slice(0, 4), judged).approved).toBe(true);
    const stop = await signed(judged, [[deputy, adopts('BEL', { ...byDelegation(idOf(given)), verdict: 'object' })]]);
    const standing = standingOf([...approved, ...stop], judged);
    expect(statesOf(standing)).toEqual(['consent complete', 'disclosure complete', 'adoption stopped']);
    expect(standing.approved).toBe(false);
  });

  it('that nobody could sign stops nothing', async () => {
    const [belgium] = alliance.ministers;
    const stop = await signed(facts, [[belgium!.holder, adopts('DEU', { verdict: 'object' })]]);
    const standing = standingOf([...everybody, ...stop], facts);
    expect(statesOf(standing)).toContain('adoption complete');
    expect(rulesOf(standing)).toEqual(['capacity']);
  });
});

describe('fail_closed', () => {
  it('a stage that asks nobody is never complete', () => {
    const nothing = { ...facts, outgoing: { ...facts.outgoing, items: [] } };
    const standing = standingOf([], nothing);
    expect(standing.stages[0]).toMatchObject({ stage: 'consent', state: 'open', need: 0 });
    expect(standing.approved).toBe(false);
  });

  it('a zero quorum is never met', () => {
    const [consent, disclosure, adoption] = facts.procedure.stages;
    const zero = { ...disclosure!, rule: { atLeast: 0 } } as typeof disclosure;
    const procedure = { ...facts.procedure, stages: [consent!, zero!, adoption!] };
    const standing = standingOf(everybody, { ...facts, procedure });
    expect(standing.stages[1]).toMatchObject({ state: 'open', have: 2, need: 0 });
    expect(standing.approved).toBe(false);
  });

  it('a procedure without stages approves nothing', () => {
    expect(standingOf(everybody, { ...facts, procedure: { ...facts.procedure, stages: [] } }).approved).toBe(false);
  });
});

describe('the order in which decisions are given', () => {
  it('decides nothing', async () => {
    const made = await anAlliance();
    const [belgium, germany] = made.ministers;
    const deputy = await made.authority.enrol('deputy', { roles: ['disclosure-reviewer'] });
    const given = await made.authority.delegation(belgium!.holder, {
      body: MINISTERS,
      seat: 'BEL',
      toPerson: deputy.person,
    });
    const judged = await factsOn(made);
    const more = await signed(judged, [
      [deputy, adopts('BEL', byDelegation(idOf(given)))],
      [deputy, { stage: 'disclosure', at: '2026-06-01T08:00:00Z' }],
      [belgium!.holder, adopts('BEL', { at: '2026-06-01T08:00:00Z' })],
      [belgium!.holder, adopts('DEU')],
      [germany!.holder, adopts('DEU', { verdict: 'object', at: '2026-06-03T08:00:00Z' })],
      [germany!.holder, adopts('DEU', { verdict: 'return', at: '2026-06-03T08:00:00Z' })],
      [made.reviewers[0], { stage: 'disclosure', installation: 'elsewhere' }],
      [made.requester, { stage: 'consent', body: ORIGINATORS, seat: 'ACT' }],
    ]);
    const pool = [...(await approvals(made, judged)), ...more, more[0]!];
    const verdict = (decisions: readonly SignedDecision[]) => {
      const { refused, ...standing } = standingOf(decisions, judged);
      return { ...standing, refused: refused.map((each) => JSON.stringify(each)).sort() };
    };
    fc.assert(
      fc.property(fc.subarray(pool, { minLength: 1 }), fc.infiniteStream(fc.nat()), (some, keys) => {
        const shuffled = some
          .map((each) => ({ each, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        expect(verdict(shuffled)).toEqual(verdict(some));
        expect(verdict([...shuffled].reverse())).toEqual(verdict(some));
      }),
      { numRuns: 60 },
    );
  });

  it('and one approval more never turns a yes into a no, nor a stop into a yes', () => {
    const stranger = { ...everybody[0]!, decision: { ...everybody[0]!.decision, person: randomUUID() } };
    fc.assert(
      fc.property(fc.subarray(everybody), (some) => {
        const before = standingOf(some, facts);
        expect(before.approved).toBe(some.length === everybody.length);
        expect(standingOf([...some, stranger], facts).approved).toBe(before.approved);
      }),
    );
  });
});
