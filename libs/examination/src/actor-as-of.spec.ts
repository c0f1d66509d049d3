import { actorAsOf, peopleAsOf, rulesAsOf } from './actor-as-of';
import type { RightsFacts } from './rights-facts';

const ID = 'a0000000-0000-4000-8000-000000000001';
const day = (n: number): Date => new Date(Date.UTC(2026, 0, n));
const SESSION = { steppedUp: false, rulesVersion: '2026.1' };
const on = (n: number) => ({ at: day(n), isPresent: false });

const NOTHING: RightsFacts = {
  people: [],
  lists: [],
  revocations: [],
  clearances: [],
  entries: [],
  liftings: [],
  acknowledgements: [],
  rules: [],
};

const person = (id: string, n: number, changes: object = {}): RightsFacts['people'][number] => ({
  id,
  issuedAt: day(n),
  acceptedAt: day(n),
  body: {
    person: ID,
    identity: 'exercise',
    office: 'EXERCISE',
    nation: 'DEU',
    organisation: 'EXERCISE',
    roles: ['planner'],
    communities: ['STAFF'],
    ...changes,
  },
});

const revocation = (instrument: string, n: number, changes: object = {}): RightsFacts['revocations'][number] => ({
  issuedAt: day(n),
  acceptedAt: day(n),
  body: { instrument, reason: 'superseded', from: day(n).toISOString(), ...changes },
});

const held = { personId: ID, from: day(5), until: day(20), withdrawnAt: null, acceptedAt: day(3) };
const clearance = { ...held, id: 'c1', policy: 'NATO', classifications: ['SECRET'], categories: [] };
const list = (id: string, n: number, readInSha256: string | null = null): RightsFacts['lists'][number] => ({
  id,
  issuedAt: day(n),
  acceptedAt: day(n),
  body: { list: 'KESTREL', readInSha256 },
});

const ask = (facts: Partial<RightsFacts>, n: number) => actorAsOf({ ...NOTHING, ...facts }, ID, on(n), SESSION);
const someone = { people: [person('p1', 1)] };

describe('somebody as of a moment', () => {
  it('is nobody before the registrar took their statement, whatever date the statement bears', () => {
    const late = { ...person('p1', 1), acceptedAt: day(4) };
    expect(ask({ people: [late] }, 3)).toBeUndefined();
    expect(ask({ people: [late] }, 4)?.office).toBe('EXERCISE');
  });

  it('is what the newest statement says, and an older one that comes late changes nothing', () => {
    const people = [person('p2', 5, { office: 'new' }), { ...person('p1', 2, { office: 'old' }), acceptedAt: day(7) }];
    expect([4, 6, 8].map((n) => ask({ people }, n)?.office)).toEqual([undefined, 'new', 'new']);
  });

  it('of two statements of one moment the one counts that the registrar counts', () => {
    const people = [person('p1', 2, { office: 'first' }), person('p2', 2, { office: 'second' })];
    expect(ask({ people }, 3)?.office).toBe('second');
  });

  it('has no role and no community left when their statement was revoked, until there is a new one', () => {
    const people = [person('p1', 1), person('p2', 9)];
    const facts = { people, revocations: [revocation('p1', 5)] };
    expect([4, 6, 10].map((n) => ask(facts, n)?.roles)).toEqual([['planner'], [], ['planner']]);
    expect(ask(facts, 6)?.tokens).toEqual(['everyone', `person:${ID}`, 'organisation:EXERCISE', 'nation:DEU']);
  });

  it('does not become again what a statement of before a compromise says', () => {
    const people = [person('p1', 1, { office: 'old' }), person('p2', 3, { office: 'new' })];
    expect(ask({ people, revocations: [revocation('p2', 5, { reason: 'compromise' })] }, 6)).toMatchObject({
      office: 'new',
      roles: [],
    });
  });

  it('holds a clearance from its first moment, no longer at its last, and not after it was withdrawn', () => {
    const clearances = [clearance];
    expect([4, 5, 19, 20].map((n) => ask({ ...someone, clearances }, n)?.clearances.length)).toEqual([0, 1, 1, 0]);
    const withdrawn = [{ ...clearance, withdrawnAt: day(10) }];
    expect([9, 10].map((n) => ask({ ...someone, clearances: withdrawn }, n)?.clearances.length)).toEqual([1, 0]);
    const later = [{ ...clearance, acceptedAt: day(8) }];
    expect([7, 8].map((n) => ask({ ...someone, clearances: later }, n)?.clearances.length)).toEqual([0, 1]);
  });

  it('is on a list while the list stands, and waits for its read-in', () => {
    const facts = { ...someone, entries: [{ ...held, list: 'KESTREL' }], lists: [list('l1', 1), list('l2', 8, 'aa')] };
    const tokens = (n: number, more: Partial<RightsFacts> = {}) => {
      const actor = ask({ ...facts, ...more }, n);
      return [actor?.tokens.includes('list:KESTREL'), actor?.unacknowledged];
    };
    expect(tokens(6)).toEqual([true, []]);
    expect(tokens(9)).toEqual([false, ['list:KESTREL']]);
    const acknowledgements = [{ personId: ID, list: 'KESTREL', readInSha256: 'aa', at: day(10) }];
    expect(tokens(9, { acknowledgements })).toEqual([false, ['list:KESTREL']]);
    expect(tokens(11, { acknowledgements })).toEqual([true, []]);
    const other = [{ ...acknowledgements[0]!, readInSha256: 'bb' }];
    expect(tokens(11, { acknowledgements: other })).toEqual([false, ['list:KESTREL']]);
    expect(tokens(12, { revocations: [revocation('l2', 12)] })).toEqual([false, []]);
  });

  it('has lifted what break-glass lifted, until it ended', () => {
    const liftings = [{ ...held, acceptedAt: day(5), withdrawnAt: day(7), needToKnow: ['list:KESTREL'] }];
    const people = [person('p1', 1, { roles: ['watch-officer'] })];
    expect([4, 6, 8].map((n) => ask({ people, liftings }, n)?.lifted)).toEqual([[], [['list:KESTREL']], []]);
  });

  it('has lifted nothing while they were no watch officer', () => {
    const liftings = [{ ...held, acceptedAt: day(5), needToKnow: ['list:KESTREL'] }];
    const people = [person('p1', 1, { roles: ['watch-officer'] }), person('p2', 7)];
    expect([6, 8].map((n) => ask({ people, liftings }, n)?.lifted)).toEqual([[['list:KESTREL']], []]);
    expect(ask({ people, liftings, revocations: [revocation('p2', 9)] }, 10)?.lifted).toEqual([]);
  });

  it('is nobody else', () => {
    const clearances = [{ ...clearance, personId: 'another' }];
    expect(ask({ ...someone, clearances }, 6)?.clearances).toEqual([]);
  });

  it('has the assurance that is supposed, and a secret that opens nothing', () => {
    const assured = actorAsOf({ ...NOTHING, ...someone }, ID, on(2), { ...SESSION, steppedUp: true });
    expect(Date.parse(assured?.steppedUpUntil ?? '')).toBeGreaterThan(day(2).getTime());
    expect([assured?.sid, ask(someone, 2)?.steppedUpUntil, assured?.enteredAt]).toEqual([
      '',
      null,
      day(2).toISOString(),
    ]);
  });
});

describe('the present moment', () => {
  it('takes what stands as taken, whatever the clock of the registrar said', () => {
    const ahead = { ...person('p1', 1), acceptedAt: day(9) };
    const now = { at: day(8), isPresent: true };
    const facts = { ...NOTHING, people: [ahead], clearances: [{ ...clearance, withdrawnAt: day(9) }] };
    expect(peopleAsOf(facts, now)).toEqual([ID]);
    expect(peopleAsOf(facts, on(8))).toEqual([]);
    expect(actorAsOf(facts, ID, now, SESSION)?.clearances).toEqual([]);
  });
});

describe('the rules as of a moment', () => {
  const rules = [
    { version: 'b', body: {}, issuedAt: day(5), acceptedAt: day(6), withdrawnAt: day(10) },
    { version: 'a', body: {}, issuedAt: day(2), acceptedAt: day(2), withdrawnAt: null },
  ];
  it('are the newest that stood, and the earlier ones again when those were taken back', () => {
    expect([1, 3, 5, 6, 9, 10].map((n) => rulesAsOf({ ...NOTHING, rules }, on(n))?.version)).toEqual([
      undefined,
      'a',
      'a',
      'b',
      'b',
      'a',
    ]);
  });
});
