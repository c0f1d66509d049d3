import {
  CLEARED,
  NOW,
  SECRET,
  TOP_CLEARED,
  TOP_SECRET,
  actorWith,
  documentUnder,
  under,
} from '../../../test/support/access-people';
import {
  type AccessDecision,
  type AccessRules,
  type Actor,
  type Thing,
  decide,
  environmentOf,
  permits,
  shippedRules,
} from './index';

const decided = (actor: Actor, action: string, thing: Thing, rules: AccessRules = shippedRules): AccessDecision =>
  decide(actor, action, thing, environmentOf(actor, rules));

const effect = (actor: Actor, action: string, thing: Thing): string => decided(actor, action, thing).effect;

/** Until half an hour from the moment of the decisions. */
const STEPPED_UP = { steppedUpUntil: '2026-06-05T12:30:00.000Z' };

const failed = (actor: Actor, action: string, thing: Thing, rules?: AccessRules): string[] =>
  decided(actor, action, thing, rules)
    .checks.filter((check) => !check.outcome)
    .map((check) => check.rule);

describe('this moment', () => {
  const secret = documentUnder(under(SECRET));
  const at = (now: string, actor: Actor, thing = secret): string[] =>
    decide(actor, 'read', thing, { now: new Date(now), rules: shippedRules })
      .checks.filter(({ outcome }) => !outcome)
      .map(({ rule }) => rule);
  const open = { expiresAt: '2030-01-01T00:00:00Z' };

  it('a clearance counts from its first moment, and no longer at its last', () => {
    const reader = actorWith({ ...open, clearances: [CLEARED] });
    expect(at('2025-12-31T23:59:59.999Z', reader)).toEqual(['lattice:policy', 'lattice']);
    expect(at('2026-01-01T00:00:00.000Z', reader)).toEqual([]);
    expect(at('2026-12-31T23:59:59.999Z', reader)).toEqual([]);
    expect(at('2027-01-01T00:00:00.000Z', reader)).toEqual(['lattice:policy', 'lattice']);
    // What was worked out for one moment is not kept for another.
    expect(at('2026-01-01T00:00:00.000Z', reader)).toEqual([]);
  });

  it('what was worked out for somebody serves nobody who merely shares some of it', () => {
    const held = { ...open, clearances: [CLEARED], tokens: ['everyone'], steppedUpUntil: '2030-01-01T00:00:00Z' };
    const reader = actorWith(held);
    const now = '2026-06-05T12:00:00.000Z';
    expect(at(now, reader)).toEqual([]);
    expect(at(now, { ...reader, requestId: 'another request', sid: 'the same one' })).toEqual([]);
    expect(at(now, { ...reader, tokens: [] })).toEqual(['need-to-know']);
    expect(at(now, { ...reader, expiresAt: now })).toEqual(['session']);
    const rules = { ...shippedRules, assurance: [{ policy: 'NATO', classifications: ['SECRET'] }] };
    const assured = (actor: Actor): string => decide(actor, 'read', secret, { now: new Date(now), rules }).effect;
    expect(
      [reader, { ...reader, kind: 'token' as const }, { ...reader, steppedUpUntil: null }, reader].map(assured),
    ).toEqual(['permit', 'deny', 'deny', 'permit']);
    const lifted = { ...reader, tokens: [], lifted: [['everyone']] };
    expect([lifted, { ...lifted, lifted: [] }].map((actor) => at(now, actor))).toEqual([[], ['need-to-know']]);
  });

  it('a session ends at its last moment, whatever else is held', () => {
    const reader = actorWith({ expiresAt: '2026-06-05T12:00:00.001Z' });
    expect(at('2026-06-05T12:00:00.000Z', reader)).toEqual([]);
    expect(at('2026-06-05T12:00:00.001Z', reader)).toEqual(['session']);
    expect(at('2026-06-05T12:00:00.000Z', reader)).toEqual([]);
  });

  it('top secret is shown while the session is stepped up', () => {
    const top = documentUnder(under(TOP_SECRET));
    const reader = actorWith({ clearances: [TOP_CLEARED], steppedUpUntil: '2026-06-05T12:30:00Z' });
    expect(at('2026-06-05T12:29:59.999Z', reader, top)).toEqual([]);
    expect(at('2026-06-05T12:30:00.000Z', reader, top)).toEqual(['assurance']);
    expect(at('2026-06-05T12:30:00.000Z', reader, secret)).toEqual([]);
    expect(at('2026-06-05T12:00:00.000Z', { ...reader, steppedUpUntil: null }, top)).toEqual(['assurance']);
    // A token of an integrator is never stepped up, whatever it says.
    expect(at('2026-06-05T12:00:00.000Z', { ...reader, kind: 'token' }, top)).toEqual(['assurance']);
  });

  it('what needs a stepped-up session is what the rules list, in any spelling', () => {
    const reader = actorWith();
    const assured = (assurance: NonNullable<AccessRules['assurance']>): string[] =>
      failed(reader, 'read', secret, { ...shippedRules, assurance });
    expect(assured([{ policy: 'NATO', classifications: ['SECRET'] }])).toEqual(['assurance']);
    expect(assured([{ policy: 'nato', classifications: ['RESTRICTED', 'Secret'] }])).toEqual(['assurance']);
    expect(assured([{ policy: 'EXERCISE', classifications: ['SECRET'] }])).toEqual([]);
    expect(assured([])).toEqual([]);
    const { assurance: _none, ...silent } = shippedRules;
    expect(_none).toBeDefined();
    const top = actorWith({ clearances: [TOP_CLEARED] });
    expect(failed(top, 'read', documentUnder(under(TOP_SECRET)), silent)).toEqual(['assurance']);
  });

  it.each<[string, Partial<Actor>]>([
    ['a session without an end', { expiresAt: undefined }],
    ['an end that is no moment', { expiresAt: 'never' }],
    ['a clearance without a beginning', { clearances: [{ ...CLEARED, from: undefined as never }] }],
    ['a clearance without an end', { clearances: [{ ...CLEARED, until: undefined as never }] }],
    ['a moment that is none', { enteredAt: 'now' }],
    ['no tokens', { tokens: undefined }],
    ['no clearances', { clearances: undefined }],
    ['no lifted restrictions', { lifted: undefined }],
    ['no roles', { roles: undefined }],
  ])('%s means no', (_name, change) => {
    expect(effect(actorWith(change), 'read', secret)).toBe('deny');
  });
});

describe('access lists and broken glass', () => {
  const kestrel = documentUnder(under(SECRET, 'list:KESTREL'));
  const both = documentUnder(under(SECRET, 'list:KESTREL', 'nation:NLD'));

  it('a read-in that is not acknowledged is a reason of its own, where it is all that lacks', () => {
    const waiting = actorWith({ unacknowledged: ['list:KESTREL'] });
    expect(failed(waiting, 'read', kestrel)).toEqual(['need-to-know', 'acknowledgement']);
    expect(failed({ ...waiting, unacknowledged: [] }, 'read', kestrel)).toEqual(['need-to-know']);
    expect(failed({ ...waiting, tokens: ['nation:NLD'] }, 'read', both)).toEqual([]);
    expect(failed({ ...waiting, tokens: ['list:KESTREL'], unacknowledged: [] }, 'read', kestrel)).toEqual([]);
    expect(failed(waiting, 'read', documentUnder(under(SECRET, 'list:OSPREY')))).toEqual(['need-to-know']);
  });

  it('broken glass lifts the restriction as a whole, in any order, and nothing like it', () => {
    const watch = actorWith({ ...STEPPED_UP, lifted: [['nation:NLD', 'list:KESTREL']] });
    const told = decided(watch, 'read', both).checks.find(({ rule }) => rule === 'need-to-know');
    expect(effect(watch, 'read', both)).toBe('permit');
    expect(told?.have).toBe('everyone; lifted by break-glass, for a session that is stepped up');
    expect(failed(watch, 'read', kestrel)).toEqual(['need-to-know']);
    expect(failed(watch, 'read', documentUnder(under(SECRET, 'nation:NLD')))).toEqual(['need-to-know']);
    const wider = documentUnder(under(SECRET, 'list:KESTREL', 'nation:NLD', 'nation:NOR'));
    expect(failed(watch, 'read', wider)).toEqual(['need-to-know']);
    const nobodys = documentUnder({ label: SECRET, needToKnow: [] });
    expect(failed(actorWith({ ...STEPPED_UP, lifted: [[]] }), 'read', nobodys)).toEqual(['need-to-know']);
  });

  it.each<[string, Partial<Actor>, string]>([
    ['was never stepped up', { steppedUpUntil: null }, NOW],
    ['is stepped up no more', STEPPED_UP, STEPPED_UP.steppedUpUntil],
    ['is a token, whatever it says', { ...STEPPED_UP, kind: 'token' }, NOW],
  ])('it lifts nothing for a session that %s, and says for which it would', (_name, session, now) => {
    const watch = actorWith({ ...session, lifted: [['list:KESTREL']] });
    const environment = { now: new Date(now), rules: shippedRules };
    const { effect: answer, checks } = decide(watch, 'read', kestrel, environment);
    expect(answer).toBe('deny');
    expect(permits(watch, 'read', kestrel, environment)).toBe(false);
    expect(checks.filter(({ outcome }) => !outcome)).toEqual([
      {
        rule: 'need-to-know',
        outcome: false,
        need: 'list:KESTREL',
        have: 'everyone; lifted by break-glass, for a session that is stepped up',
      },
    ]);
  });

  it('a read-in that waits is a reason where what is lifted does not count', () => {
    const watch = actorWith({ lifted: [['list:KESTREL']], unacknowledged: ['list:KESTREL'] });
    expect(failed(watch, 'read', kestrel)).toEqual(['need-to-know', 'acknowledgement']);
    expect(failed({ ...watch, ...STEPPED_UP }, 'read', kestrel)).toEqual([]);
  });

  it('it lifts no clearance and no assurance', () => {
    const watch = actorWith({ lifted: [['list:KESTREL']], clearances: [CLEARED] });
    expect(failed(watch, 'read', documentUnder(under(TOP_SECRET, 'list:KESTREL')))).toEqual([
      'lattice:classification',
      'lattice',
      'need-to-know',
      'assurance',
    ]);
    expect(failed({ ...watch, ...STEPPED_UP }, 'read', documentUnder(under(TOP_SECRET, 'list:KESTREL')))).toEqual([
      'lattice:classification',
      'lattice',
    ]);
  });
});
