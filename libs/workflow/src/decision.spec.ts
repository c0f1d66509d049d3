import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { addSignature, generateKey, signStatement } from '#signing';
import {
  CLOSED,
  type Deciding,
  type Enrolled,
  PUBLIC_RELEASE,
  type TestAlliance,
  WINDOW,
  anAlliance,
  decide,
  factsOn,
  idOf,
} from '../../../test/support/authority';
import { ORIGINATORS, type ProposalFacts, proposalDigest, readDecision, refuseDecision, seatsOf } from './index';

const MINISTERS = 'defence-ministers';

let alliance: TestAlliance;
let facts: ProposalFacts;
let belgium: Enrolled;
let reviewer: Enrolled;

beforeAll(async () => {
  alliance = await anAlliance();
  belgium = alliance.ministers[0]!.holder;
  reviewer = alliance.reviewers[0];
  facts = await factsOn(alliance);
});

const ADOPTS = { stage: 'adoption', body: MINISTERS, seat: 'BEL' } as const;
const REVIEWS = { stage: 'disclosure' } as const;

/** The rules that refuse a decision, as it is signed and read back. */
async function rulesOf(who: Enrolled, deciding: Deciding, judged: ProposalFacts = facts): Promise<string[]> {
  const signed = await readDecision(await decide(who, alliance.proposal, deciding), judged.authority);
  if (typeof signed === 'string') return [`unreadable: ${signed}`];
  return refuseDecision(signed, judged).map((refusal) => refusal.rule);
}

describe('a decision counts', () => {
  it('of a holder for their seat, of a reviewer, of an originator', async () => {
    expect(await rulesOf(belgium, ADOPTS)).toEqual([]);
    expect(await rulesOf(reviewer, REVIEWS)).toEqual([]);
    expect(await rulesOf(alliance.originator, { stage: 'consent', body: ORIGINATORS, seat: 'ACT' })).toEqual([]);
  });

  it('whatever it says: a stop must be right to stop', async () => {
    for (const verdict of ['object', 'return'] as const) {
      expect(await rulesOf(belgium, { ...ADOPTS, verdict })).toEqual([]);
      expect(await rulesOf(belgium, { ...ADOPTS, seat: 'DEU', verdict })).toEqual(['capacity']);
    }
  });

  it('up to the last moment of the window, and not from its end on', async () => {
    const late = { ...facts, now: '2026-06-07T00:00:00Z' };
    expect(await rulesOf(belgium, { ...ADOPTS, at: '2026-06-06T14:59:59.999Z' }, late)).toEqual([]);
    expect(await rulesOf(belgium, { ...ADOPTS, at: facts.outgoing.window.notAfter }, late)).toEqual([
      'before-the-window-ends',
    ]);
  });

  it('at this moment, and not a moment later', async () => {
    expect(await rulesOf(belgium, { ...ADOPTS, at: facts.now })).toEqual([]);
    expect(await rulesOf(belgium, { ...ADOPTS, at: '2026-06-05T16:00:00.001Z' })).toEqual(['not-in-the-future']);
  });
});

describe('a decision is refused, each reason by its name', () => {
  it.each<[string, Omit<Deciding, 'stage'>, string[]]>([
    ['for another installation', { installation: 'elsewhere' }, ['installation']],
    ['on another proposal', { proposal: `sha256:${'0'.repeat(64)}` }, ['change_voids_approval']],
    ['under another procedure', { procedure: { id: 'other-release', version: 1 } }, ['procedure']],
    ['under another version', { procedure: { id: PUBLIC_RELEASE.id, version: 2 } }, ['procedure']],
    ['for a window that opens earlier', { window: { ...WINDOW, notBefore: '2026-06-05T14:00:00Z' } }, ['window']],
    ['for a window that closes later', { window: { ...WINDOW, notAfter: '2026-07-06T15:00:00Z' } }, ['window']],
    [
      'for the same window, written otherwise',
      { window: { ...WINDOW, notAfter: '2026-06-06T15:00:00.000Z' } },
      ['window'],
    ],
    ['of the future', { at: '2026-06-05T16:00:01Z' }, ['not-in-the-future']],
    ['before the key was issued', { at: '2025-12-31T23:59:59Z' }, ['key', 'capacity']],
    ['in a seat of another body', { body: ORIGINATORS, seat: 'ACT' }, ['seat']],
    ['in a seat that the body does not have', { seat: 'FRA' }, ['seat']],
    ['in no seat', { seat: null, capacity: { kind: 'holder' } }, ['seat']],
    ['of no body', { body: null }, ['seat']],
    ['in the seat of somebody else', { seat: 'DEU' }, ['capacity']],
    ['as a role, in a stage of seats', { capacity: { kind: 'role' } }, ['capacity']],
    ['by a delegation that is not there', { capacity: { kind: 'delegate', delegation: randomUUID() } }, ['capacity']],
  ])('%s', async (_name, change, rules) => {
    expect(await rulesOf(belgium, { ...ADOPTS, ...change })).toEqual(rules);
  });

  it('in a stage that the procedure does not have', async () => {
    expect(await rulesOf(belgium, { ...ADOPTS, stage: 'acclamation' })).toEqual(['stage']);
  });

  it('in a stage of a role: by somebody without it, or under a seat', async () => {
    expect(await rulesOf(belgium, REVIEWS)).toEqual(['capacity']);
    expect(await rulesOf(reviewer, { ...REVIEWS, body: MINISTERS, seat: 'BEL' })).toEqual(['capacity']);
    expect(await rulesOf(reviewer, { ...REVIEWS, body: MINISTERS })).toEqual(['capacity']);
    expect(await rulesOf(reviewer, { ...REVIEWS, seat: 'BEL', capacity: { kind: 'role' } })).toEqual(['capacity']);
    expect(await rulesOf(reviewer, { ...REVIEWS, capacity: { kind: 'holder' } })).toEqual(['capacity']);
  });

  it('in the consent of an originator whose portions do not leave', async () => {
    const outgoing = { ...facts.outgoing, items: [{ ...facts.outgoing.items[0]!, originator: 'DEU' }] };
    const judged = await factsOn(alliance, { outgoing, closedCommitment: CLOSED });
    const consent = { stage: 'consent', body: ORIGINATORS, seat: 'ACT', proposal: judged.digest };
    expect(await rulesOf(alliance.originator, consent, judged)).toEqual(['seat']);
  });

  it('by the requester: nobody decides on their own request', async () => {
    const own = { ...facts.outgoing, requestedBy: { person: belgium.person, office: belgium.office } };
    const judged = { ...facts, outgoing: own };
    expect(await rulesOf(belgium, ADOPTS, judged)).toEqual(['not-requester']);
  });

  it('by the human behind the requester, though as another person', async () => {
    const judged = { ...facts, outgoing: { ...facts.outgoing, requestedBy: { person: belgium.person, office: '' } } };
    const twin = { ...belgium, person: randomUUID(), identity: ` ${belgium.identity.toUpperCase()}` };
    expect(await rulesOf(twin, ADOPTS, judged)).toEqual(['not-requester', 'key', 'capacity']);
    expect(await rulesOf(twin, ADOPTS)).toEqual(['key', 'capacity']);
  });

  it('with the key of somebody else', async () => {
    expect(await rulesOf(belgium, { ...ADOPTS, by: reviewer.key })).toEqual(['key']);
    expect(await rulesOf(belgium, { ...ADOPTS, identity: 'another' })).toEqual(['key']);
    expect(await rulesOf(belgium, { ...ADOPTS, person: reviewer.person })).toEqual(['key', 'capacity']);
  });

  it('when it is judged by another procedure than the proposal names', async () => {
    expect(await rulesOf(belgium, ADOPTS, { ...facts, procedure: { ...facts.procedure, version: 2 } })).toEqual([
      'procedure',
    ]);
  });

  it('with every reason at once', async () => {
    const wrong = { ...ADOPTS, installation: 'elsewhere', seat: 'DEU', at: '2026-06-09T00:00:00Z', by: reviewer.key };
    expect(await rulesOf(belgium, wrong)).toEqual([
      'installation',
      'not-in-the-future',
      'before-the-window-ends',
      'key',
      'capacity',
    ]);
  });
});

describe('change_voids_approval', () => {
  it('a decision fits no proposal that differs in any word of its outgoing part, or in its closed part', async () => {
    const signed = await readDecision(await decide(belgium, alliance.proposal, ADOPTS), facts.authority);
    if (typeof signed === 'string') throw new Error(signed);
    const { outgoing } = facts;
    const changes: readonly Partial<ProposalFacts['outgoing']>[] = [
      { title: `${outgoing.title} ` },
      { summary: `${outgoing.summary}.` },
      { round: 2 },
      { release: 'r-0123456789abcdef0124' },
      { audience: { ...outgoing.audience, classification: 'SECRET' } },
      { exercise: false },
      { certificateNames: 'EXERCISE Nobody.' },
      { items: [{ ...outgoing.items[0]!, source: `sha256:${'2'.repeat(64)}` }] },
      { items: [{ ...outgoing.items[0]!, treatment: 'substitute' }] },
      { renditions: [{ ...outgoing.renditions[0]!, sha256: '0'.repeat(64) }] },
      { requestedBy: { ...outgoing.requestedBy, office: 'EXERCISE another office' } },
    ];
    const digests = [
      ...changes.map((change) => proposalDigest({ ...outgoing, ...change }, CLOSED)),
      proposalDigest(outgoing, `sha256:${'d'.repeat(64)}`),
    ];
    expect(new Set([facts.digest, ...digests]).size).toBe(digests.length + 1);
    for (const digest of digests)
      expect(refuseDecision(signed, { ...facts, digest }).map((each) => each.rule)).toEqual(['change_voids_approval']);
  });
});

describe('delegations', () => {
  it('let the delegate decide between their dates, for that seat alone', async () => {
    const made = await anAlliance();
    const delegate = await made.authority.enrol('deputy');
    const other = await made.authority.enrol('deputy-of-nobody');
    const span = { from: '2026-05-01T00:00:00Z', until: '2026-06-03T00:00:00Z' };
    const given = await made.authority.delegation(made.ministers[0]!.holder, {
      body: MINISTERS,
      seat: 'BEL',
      toPerson: delegate.person,
      ...span,
    });
    const judged = await factsOn(made);
    const as = (change: Partial<Deciding> = {}): Deciding => ({
      ...ADOPTS,
      proposal: judged.digest,
      capacity: { kind: 'delegate', delegation: idOf(given) },
      ...change,
    });
    expect(await rulesOf(delegate, as(), judged)).toEqual([]);
    expect(await rulesOf(delegate, as({ at: span.from }), judged)).toEqual([]);
    expect(await rulesOf(delegate, as({ at: '2026-04-30T23:59:59Z' }), judged)).toEqual(['capacity']);
    expect(await rulesOf(delegate, as({ at: span.until }), judged)).toEqual(['capacity']);
    expect(await rulesOf(delegate, as({ seat: 'DEU' }), judged)).toEqual(['capacity']);
    expect(await rulesOf(delegate, as({ capacity: { kind: 'holder' } }), judged)).toEqual(['capacity']);
    expect(await rulesOf(other, as(), judged)).toEqual(['capacity']);
    expect(await rulesOf(made.ministers[0]!.holder, as(), judged)).toEqual(['capacity']);
  });

  it('that are revoked give nothing from then on; revoked for compromise, nothing ever', async () => {
    for (const [reason, before] of [
      ['superseded', []],
      ['compromise', ['capacity']],
    ] as const) {
      const made = await anAlliance();
      const delegate = await made.authority.enrol('deputy');
      const given = await made.authority.delegation(made.ministers[0]!.holder, {
        body: MINISTERS,
        seat: 'BEL',
        toPerson: delegate.person,
      });
      await made.authority.revocation({ instrument: idOf(given), reason, from: '2026-06-01T00:00:00Z' });
      const judged = await factsOn(made);
      const as = (at: string): Deciding => ({
        ...ADOPTS,
        proposal: judged.digest,
        capacity: { kind: 'delegate', delegation: idOf(given) },
        at,
      });
      expect(await rulesOf(delegate, as('2026-05-31T00:00:00Z'), judged)).toEqual(before);
      expect(await rulesOf(delegate, as('2026-06-01T00:00:00Z'), judged)).toEqual(['capacity']);
    }
  });
});

describe('what is no decision', () => {
  const payload = {
    installation: 'exercise',
    stage: 'adoption',
    verdict: 'approve',
  };

  it.each<[string, object]>([
    ['that lacks what it is about', {}],
    ['with a verdict that is none', { verdict: 'abstain' }],
    ['with a word that no decision has', { comment: 'with pleasure' }],
    ['at a moment without a time zone', { at: '2026-06-01T09:00:00' }],
  ])('a statement %s is told in words', async (_name, change) => {
    const statement = await signStatement('decision', { ...payload, ...change }, belgium.key);
    expect(await readDecision(statement, facts.authority)).toContain('it is no decision');
  });

  it('a statement of another type, of an unknown key or of two keys is told in words', async () => {
    const decided = await decide(belgium, alliance.proposal, ADOPTS);
    const { privateJwk } = await generateKey();
    expect(
      await readDecision(await decide(belgium, alliance.proposal, { ...ADOPTS, by: privateJwk }), facts.authority),
    ).toContain('is not known');
    expect(await readDecision(await signStatement('instrument', {}, belgium.key), facts.authority)).toContain(
      'another type',
    );
    expect(await readDecision(await addSignature('decision', decided, reviewer.key), facts.authority)).toBe(
      'one key signs a decision',
    );
  });

  it('never makes the reader throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (statement) => {
        expect(typeof (await readDecision(statement as never, facts.authority))).toBe('string');
      }),
    );
  });
});

describe('the seats of a stage', () => {
  it('are every originator of what leaves, each once; every seat of a body; none of a role', () => {
    const [consent, disclosure, adoption] = facts.procedure.stages;
    const item = facts.outgoing.items[0]!;
    const outgoing = {
      ...facts.outgoing,
      items: ['DEU', 'ACT', 'DEU'].map((originator, n) => ({ ...item, n: n + 1, originator })),
    };
    expect(seatsOf(consent!, { ...facts, outgoing })).toEqual([
      { id: 'ACT', name: 'Allied Command Transformation' },
      { id: 'DEU', name: 'DEU' },
    ]);
    expect(seatsOf(disclosure!, facts)).toEqual([]);
    expect(seatsOf(adoption!, facts).map((seat) => seat.id)).toEqual(['BEL', 'DEU']);
    expect(seatsOf(adoption!, { ...facts, now: '2025-01-01T00:00:00Z' })).toEqual([]);
  });
});
