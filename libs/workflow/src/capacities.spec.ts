import { payloadOf } from '#signing';
import { CLOSED, type TestAlliance, anAlliance, decide, factsOn, idOf } from '../../../test/support/authority';
import { ORIGINATORS, type ProposalFacts, capacitiesOf, readDecision, refuseDecision, signDecision } from './index';

const MINISTERS = 'defence-ministers';
const AT = '2026-06-01T09:00:00Z';

let alliance: TestAlliance;
let facts: ProposalFacts;
let delegation: string;

beforeAll(async () => {
  alliance = await anAlliance();
  const [belgium, germany] = alliance.ministers;
  const given = await alliance.authority.delegation(belgium!.holder, {
    body: MINISTERS,
    seat: 'BEL',
    toPerson: germany!.holder.person,
  });
  delegation = idOf(given);
  facts = await factsOn(alliance);
});

describe('the capacities of a person', () => {
  it('are the role, the seat and the delegations that they have in this procedure, at this moment', () => {
    const [belgium, germany] = alliance.ministers;
    const of = (person: string) => capacitiesOf(person, facts);
    expect(of(alliance.reviewers[0].person)).toEqual([
      { stage: 'disclosure', body: null, seat: null, capacity: { kind: 'role' } },
    ]);
    expect(of(alliance.originator.person)).toEqual([
      { stage: 'consent', body: ORIGINATORS, seat: 'ACT', capacity: { kind: 'holder' } },
    ]);
    expect(of(belgium!.holder.person)).toEqual([
      { stage: 'adoption', body: MINISTERS, seat: 'BEL', capacity: { kind: 'holder' } },
    ]);
    expect(of(germany!.holder.person)).toEqual([
      { stage: 'adoption', body: MINISTERS, seat: 'BEL', capacity: { kind: 'delegate', delegation } },
      { stage: 'adoption', body: MINISTERS, seat: 'DEU', capacity: { kind: 'holder' } },
    ]);
    expect(of(alliance.requester.person)).toEqual([]);
    expect(of(crypto.randomUUID())).toEqual([]);
    expect(capacitiesOf(belgium!.holder.person, { ...facts, now: '2025-01-01T00:00:00Z' })).toEqual([]);
  });

  it('of an originator are there only where something of theirs leaves', () => {
    const items = [{ ...facts.outgoing.items[0]!, originator: 'DEU' }];
    expect(capacitiesOf(alliance.originator.person, { ...facts, outgoing: { ...facts.outgoing, items } })).toEqual([]);
  });

  it('are those in which a decision counts', async () => {
    const everybody = [alliance.originator, ...alliance.reviewers, ...alliance.ministers.map((each) => each.holder)];
    for (const who of everybody) {
      for (const as of capacitiesOf(who.person, facts)) {
        const signed = await readDecision(await decide(who, alliance.proposal, as), facts.authority);
        if (typeof signed === 'string') throw new Error(signed);
        expect(refuseDecision(signed, facts)).toEqual([]);
      }
    }
  });
});

describe('signing a decision', () => {
  it('says of exactly this outgoing part what was said, in a statement that counts', async () => {
    const { holder, seat } = alliance.ministers[0]!;
    const as = { stage: 'adoption', body: MINISTERS, seat, capacity: { kind: 'holder' } } as const;
    const statement = await signDecision(alliance.proposal, holder, { as, verdict: 'object', at: AT });
    expect(statement).toEqual(await decide(holder, alliance.proposal, { ...as, verdict: 'object', at: AT }));
    const signed = await readDecision(statement, facts.authority);
    if (typeof signed === 'string') throw new Error(signed);
    expect(refuseDecision(signed, facts)).toEqual([]);
  });

  it('computes the digest itself: another word in the outgoing part is another decision', async () => {
    const { holder, seat } = alliance.ministers[0]!;
    const verdict = {
      as: { stage: 'adoption', body: MINISTERS, seat, capacity: { kind: 'holder' } },
      verdict: 'approve',
      at: AT,
    } as const;
    const outgoing = { ...facts.outgoing, title: `${facts.outgoing.title}.` };
    const statement = await signDecision({ outgoing, closedCommitment: CLOSED }, holder, verdict);
    const { proposal } = payloadOf(statement) as { proposal: string };
    expect(proposal).not.toBe(facts.digest);
    expect(proposal).toBe((await factsOn(alliance, { outgoing, closedCommitment: CLOSED })).digest);
  });
});
