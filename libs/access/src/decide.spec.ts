import fc from 'fast-check';
import type { Label } from '#marking';
import {
  type AccessDecision,
  AccessPolicy,
  type AccessRules,
  type Actor,
  EVERYONE,
  type HeldClearance,
  type Protection,
  type Thing,
  accessReasons,
  decide as decideIn,
  environmentOf,
  isNeedToKnowToken,
  permits,
  protectionChecks as protectionChecksIn,
  shippedRules,
} from './index';

const SECRET: Label = {
  policy: 'NATO',
  classification: 'SECRET',
  categories: [{ tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] }],
};
const PUBLIC: Label = { policy: 'PUBLIC', classification: 'UNMARKED', categories: [] };
const CLEARED: Clearance = {
  policy: 'NATO',
  classifications: ['RESTRICTED', 'SECRET'],
  categories: [{ tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] }],
};

const under = (label: Label, ...needToKnow: string[]): Protection => ({
  label,
  needToKnow: needToKnow.length === 0 ? [EVERYONE] : needToKnow,
});

const actorWith = (changes: Partial<Actor> = {}): Actor => ({
  sid: 'secret',
  kind: 'session',
  personId: '5f0d3c0e-0d5a-4a3a-8b1e-111111111111',
  identity: 'reader',
  office: 'EXERCISE',
  nation: 'DEU',
  organisation: 'EXERCISE',
  roles: ['requester'],
  tokens: [EVERYONE],
  clearances: [CLEARED],
  scopes: null,
  expiresAt: '2030-01-01T00:00:00Z',
  requestId: 'request',
  ...changes,
});

const document = (...protections: Protection[]): Thing => ({ kind: 'Document', protections, id: 'document' });
const caseOf = (requestedBy: unknown, ...protections: Protection[]): Thing => ({
  kind: 'Case',
  protections: protections.length === 0 ? [under(SECRET)] : protections,
  requestedBy,
});

const rulesWith = (...rules: Partial<AccessRules['rules'][number]>[]): AccessRules => ({
  version: 'test',
  rules: rules.map((rule, n) => ({
    id: `rule-${String(n)}`,
    roles: ['*'],
    action: 'read',
    subject: 'Document',
    ...rule,
  })),
});

const effect = (actor: Actor, action: string, thing: Thing, rules = shippedRules): string =>
  decide(actor, action, thing, rules).effect;

const failed = (actor: Actor, action: string, thing: Thing, rules = shippedRules): string[] =>
  decide(actor, action, thing, rules)
    .checks.filter((check) => !check.outcome)
    .map((check) => check.rule);

describe('the access decision', () => {
  it('permits who is cleared, needs to know and has a rule, and lists every check', () => {
    expect(decide(actorWith(), 'read', document(under(SECRET)), shippedRules)).toEqual({
      effect: 'permit',
      rulesVersion: shippedRules.version,
      checks: [
        { rule: 'lattice:policy', outcome: true, need: 'NATO', have: 'NATO' },
        { rule: 'lattice:classification', outcome: true, need: 'SECRET', have: 'RESTRICTED, SECRET' },
        { rule: 'lattice:permissive', outcome: true, need: 'Context: one of NATO', have: 'Context: NATO' },
        { rule: 'lattice', outcome: true, need: 'SECRET', have: 'NATO: RESTRICTED, SECRET' },
        { rule: 'need-to-know', outcome: true, need: 'everyone', have: 'everyone' },
        {
          rule: 'rules',
          outcome: true,
          need: 'a rule that lets read Document',
          have: 'everyone-reads-what-the-lattice-allows',
        },
      ],
    });
  });

  it('denies with every reason at once', () => {
    const stranger = actorWith({ clearances: [], tokens: [], roles: [] });
    const thing = { ...document(under(SECRET, 'nation:NLD'), under(PUBLIC)) };
    expect(failed(stranger, 'import', thing)).toEqual([
      'lattice:policy',
      'lattice',
      'need-to-know',
      'need-to-know',
      'rules',
    ]);
    const told = decide(stranger, 'import', thing, shippedRules).checks.filter((check) => !check.outcome);
    expect(told.map(({ need, have }) => `${need} / ${have}`)).toEqual([
      'NATO / no clearance',
      'SECRET / no clearance',
      'nation:NLD / ',
      'everyone / ',
      'a rule that lets import Document / none for the roles (none)',
    ]);
  });

  it('asks every protection: one that is not met denies', () => {
    const own = under(PUBLIC);
    const topSecret = under({ ...SECRET, classification: 'TOP SECRET' });
    expect(effect(actorWith(), 'read', document(own, under(SECRET)))).toBe('permit');
    expect(failed(actorWith(), 'read', document(own, under(SECRET), topSecret))).toEqual([
      'lattice:classification',
      'lattice',
    ]);
    expect(failed(actorWith(), 'read', document(topSecret, own))).toEqual(['lattice:classification', 'lattice']);
  });

  it('takes need-to-know for any of its tokens, and nobody for none', () => {
    const actor = actorWith({ tokens: [EVERYONE, 'nation:DEU'] });
    expect(effect(actor, 'read', document(under(SECRET, 'community:NDPP', 'nation:DEU')))).toBe('permit');
    expect(failed(actor, 'read', document(under(SECRET, 'community:NDPP', 'nation:NLD')))).toEqual(['need-to-know']);
    expect(failed(actor, 'read', document({ label: SECRET, needToKnow: [] }))).toEqual(['need-to-know']);
    expect(failed(actorWith({ tokens: [] }), 'read', document(under(SECRET)))).toEqual(['need-to-know']);
    expect(failed(actorWith({ tokens: ['nation:DE'] }), 'read', document(under(SECRET, 'nation:DEU')))).toEqual([
      'need-to-know',
    ]);
  });

  it('asks for a protection on everything that carries text', () => {
    for (const kind of ['Document', 'Portion', 'Case'] as const)
      expect(failed(actorWith(), 'read', { kind, protections: [], requestedBy: 'x' })).toContain('protection');
    const auditor = actorWith({ roles: ['auditor'], clearances: [], tokens: [] });
    expect(effect(auditor, 'search', { kind: 'AuditEvent', protections: [] })).toBe('permit');
    expect(effect(auditor, 'submit', { kind: 'Instrument', protections: [] })).toBe('permit');
    expect(failed(auditor, 'search', { kind: 'AuditEvent', protections: [under(SECRET)] })).toContain('lattice');
  });

  it('denies what no rule names: another action, another kind, another role', () => {
    expect(failed(actorWith(), 'erase', document(under(PUBLIC)))).toEqual(['rules']);
    expect(failed(actorWith(), 'read', { kind: 'Portion', protections: [under(PUBLIC)] })).toEqual(['rules']);
    expect(failed(actorWith(), 'import', document(under(PUBLIC)))).toEqual(['rules']);
    expect(effect(actorWith({ roles: ['planner'] }), 'import', document(under(PUBLIC)))).toBe('permit');
  });

  it('is the same asked of the policy in force', () => {
    const policy = new AccessPolicy(shippedRules);
    const thing = document(under(SECRET));
    expect(policy.decide(actorWith(), 'read', thing)).toEqual(decide(actorWith(), 'read', thing, shippedRules));
  });
});

describe('the rules that ship', () => {
  const me = actorWith().personId;

  it.each([
    ['requester', 'amend', me, 'permit'],
    ['requester', 'amend', 'another', 'deny'],
    ['requester', 'freeze', me, 'permit'],
    ['requester', 'freeze', 'another', 'deny'],
    ['requester', 'withdraw', me, 'permit'],
    ['requester', 'withdraw', 'another', 'deny'],
    ['release-officer', 'withdraw', 'another', 'permit'],
    ['release-officer', 'schedule', 'another', 'permit'],
    ['release-officer', 'schedule', me, 'deny'],
    ['disclosure-reviewer', 'return', 'another', 'permit'],
    ['disclosure-reviewer', 'return', me, 'deny'],
    ['nobody', 'decide', 'another', 'permit'],
    ['nobody', 'decide', me, 'deny'],
    ['nobody', 'submit', me, 'deny'],
    ['nobody', 'amend', me, 'deny'],
  ])('%s: %s a case of %s: %s', (role, action, requestedBy, expected) => {
    expect(effect(actorWith({ roles: [role] }), action, caseOf(requestedBy))).toBe(expected);
  });

  it.each(['decide', 'return', 'schedule', 'amend', 'freeze'])('%s asks who requested: silence is no', (action) => {
    const all = actorWith({ roles: ['requester', 'disclosure-reviewer', 'release-officer'] });
    const { requestedBy: _none, ...without } = caseOf(me);
    expect(_none).toBe(me);
    for (const thing of [caseOf(undefined), caseOf(null), without]) {
      const { effect: answer, checks } = decide(all, action, thing, shippedRules);
      expect(answer).toBe('deny');
      expect(checks.at(-1)).toMatchObject({ rule: 'rules', outcome: false, have: 'nothing said of requestedBy' });
    }
  });

  it('are data of the known shape', () => {
    expect(accessRulesSchema.parse(shippedRules)).toEqual(shippedRules);
    expect(new Set(shippedRules.rules.map((rule) => rule.id)).size).toBe(shippedRules.rules.length);
    for (const wrong of [
      { version: '', rules: shippedRules.rules },
      { version: '1', rules: [] },
      { version: '1', rules: [{ id: 'a', roles: [], action: 'read', subject: 'Case' }] },
      { version: '1', rules: [{ id: 'a', roles: ['*'], action: 'read', subject: 'Case', field: 'x' }] },
      { version: '1', rules: shippedRules.rules, comment: '' },
    ])
      expect(accessRulesSchema.safeParse(wrong).success).toBe(false);
  });
});

describe('no rule overrides the lattice', () => {
  const everything = rulesWith({ action: 'manage', subject: 'all' });

  it('not even one that lets everybody do everything', () => {
    const stranger = actorWith({ clearances: [] });
    expect(effect(stranger, 'read', document(under(PUBLIC)), everything)).toBe('permit');
    expect(failed(stranger, 'read', document(under(SECRET)), everything)).toEqual(['lattice:policy', 'lattice']);
    expect(failed(actorWith(), 'read', document(under(SECRET, 'nation:NLD')), everything)).toEqual(['need-to-know']);
    expect(failed(actorWith(), 'read', document(), everything)).toEqual(['protection']);
  });

  it('a rule that forbids wins over those before it', () => {
    const forbids = rulesWith({}, { inverted: true, conditions: { id: 'document' }, id: 'closed' });
    expect(decide(actorWith(), 'read', document(under(PUBLIC)), forbids).checks.at(-1)).toEqual({
      rule: 'rules',
      outcome: false,
      need: 'a rule that lets read Document',
      have: 'closed',
    });
    expect(effect(actorWith(), 'read', { ...document(under(PUBLIC)), id: 'another' }, forbids)).toBe('permit');
  });
});

describe('conditions are asked of the instance', () => {
  const asking = (conditions: Record<string, unknown>, more = {}): AccessRules => rulesWith({ conditions, ...more });
  const about = (attributes: Record<string, unknown>): Thing => ({ ...document(under(PUBLIC)), ...attributes });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    ['the actor’s own', { nation: '${actor.nation}' }, { nation: 'DEU' }, 'permit'],
    ['another’s', { nation: '${actor.nation}' }, { nation: 'NLD' }, 'deny'],
    ['one of the actor’s roles', { role: { $in: '${actor.roles}' } }, { role: 'requester' }, 'permit'],
    ['none of the actor’s roles', { role: { $in: '${actor.roles}' } }, { role: 'auditor' }, 'deny'],
    ['both parts', { nation: 'DEU', year: { $gte: 2030 } }, { nation: 'DEU', year: 2030 }, 'permit'],
    ['one part of two', { nation: 'DEU', year: { $gte: 2030 } }, { nation: 'DEU', year: 2029 }, 'deny'],
    ['a part of an attribute', { 'origin.nation': 'DEU' }, { origin: { nation: 'DEU' } }, 'permit'],
    ['unlike', { nation: { $ne: '${actor.nation}' } }, { nation: 'NLD' }, 'permit'],
    ['alike, where unlike is asked', { nation: { $ne: '${actor.nation}' } }, { nation: 'DEU' }, 'deny'],
    ['nothing, where unlike is asked', { nation: { $ne: '${actor.nation}' } }, {}, 'deny'],
    ['nothing, where none of a list is asked', { nation: { $nin: ['NLD'] } }, {}, 'deny'],
    ['nothing, where nothing is asked', { nation: { $exists: false } }, {}, 'deny'],
    ['nothing in one part of two', { nation: 'DEU', year: { $ne: 2030 } }, { nation: 'DEU' }, 'deny'],
    ['a choice, which no rule offers', { $or: [{ nation: 'DEU' }, { nation: 'NLD' }] }, { nation: 'DEU' }, 'deny'],
    ['an operator that nobody knows', { nation: { $resembles: 'DEU' } }, { nation: 'DEU' }, 'deny'],
    ['an attribute that no actor has', { nation: '${actor.password}' }, { nation: 'DEU' }, 'deny'],
    ['an attribute of every object', { nation: '${actor.constructor}' }, { nation: 'DEU' }, 'deny'],
  ])('%s', (_name, conditions, attributes, expected) => {
    expect(effect(actorWith(), 'read', about(attributes), asking(conditions))).toBe(expected);
  });

  it('an unknown placeholder denies whatever else the rules say', () => {
    const rules = rulesWith({}, { subject: 'Case', conditions: { requestedBy: '${actor.pasword}' } });
    expect(decide(actorWith(), 'read', document(under(PUBLIC)), rules)).toMatchObject({
      effect: 'deny',
      checks: [{ rule: 'no-error', outcome: false, have: expect.stringContaining('${actor.pasword}') }],
    });
  });

  it('an actor without a nation is like nobody, and unlike nobody', () => {
    const staff = actorWith({ nation: null });
    for (const nation of ['DEU', null, undefined]) {
      expect(effect(staff, 'read', about({ nation }), asking({ nation: '${actor.nation}' }))).toBe('deny');
      expect(effect(staff, 'read', about({ nation }), asking({ nation: { $ne: '${actor.nation}' } }))).toBe('deny');
    }
    const forbidden = rulesWith({}, { inverted: true, conditions: { nation: { $ne: '${actor.nation}' } } });
    expect(effect(staff, 'read', about({ nation: 'DEU' }), forbidden)).toBe('deny');
    expect(effect(actorWith(), 'read', about({ nation: 'DEU' }), forbidden)).toBe('permit');
    expect(effect(actorWith(), 'read', about({}), forbidden)).toBe('deny');
    expect(effect(staff, 'read', about({ nation: 'DEU' }), rulesWith({}))).toBe('permit');
  });

  it('a value that looks like a placeholder is one only as a whole', () => {
    const rules = asking({ title: 'of ${actor.nation}' });
    expect(effect(actorWith(), 'read', about({ title: 'of ${actor.nation}' }), rules)).toBe('permit');
    expect(effect(actorWith(), 'read', about({ title: 'of DEU' }), rules)).toBe('deny');
  });
});

describe('an error is a denial', () => {
  it.each<[string, Partial<Thing> & Record<string, unknown>]>([
    ['no protections', { protections: undefined }],
    ['a protection without a label', { protections: [{ needToKnow: [EVERYONE] } as never] }],
    ['a protection without need-to-know', { protections: [{ label: PUBLIC } as never] }],
    ['no kind', { kind: undefined }],
  ])('of a thing with %s', (_name, change) => {
    expect(effect(actorWith(), 'read', { ...document(under(PUBLIC)), ...change })).toBe('deny');
  });

  it('of a thing that throws when it is asked', () => {
    const treacherous: Thing = {
      kind: 'Case',
      protections: [under(PUBLIC)],
      get requestedBy(): never {
        throw new Error('gone');
      },
    };
    expect(decide(actorWith(), 'decide', treacherous, shippedRules)).toMatchObject({
      effect: 'deny',
      checks: [{ rule: 'no-error', have: 'gone' }],
    });
  });
});

describe('whatever is asked', () => {
  const classification = fc.constantFrom('RESTRICTED', 'SECRET', 'TOP SECRET');
  const values = fc.subarray(['NATO', 'KFOR', 'DEU']);
  const category = fc.record({
    tagSet: fc.constantFrom('Context', 'Only', 'Special'),
    type: fc.constantFrom('PERMISSIVE' as const, 'RESTRICTIVE' as const, 'INFORMATIVE' as const),
    values,
  });
  const policy = fc.constantFrom('NATO', 'NATO', 'PUBLIC', 'EXERCISE');
  const label = fc.record({ policy, classification, categories: fc.array(category, { maxLength: 1 }) });
  const clearance = fc.record({
    policy,
    classifications: fc.subarray(['RESTRICTED', 'SECRET', 'TOP SECRET'], { minLength: 1 }),
    categories: fc.array(category, { maxLength: 3 }),
  });
  const tokens = fc.subarray([EVERYONE, 'nation:DEU', 'community:NDPP'], { minLength: 1 });
  const protection = fc.record({ label, needToKnow: tokens });
  const actor = fc.record({
    clearances: fc.array(clearance, { maxLength: 3 }),
    tokens,
    roles: fc.subarray(['requester', 'planner', 'release-officer']),
  });
  const thing = fc.record({
    kind: fc.constantFrom('Document' as const, 'Case' as const, 'Portion' as const),
    protections: fc.array(protection, { maxLength: 2 }),
    requestedBy: fc.constantFrom(actorWith().personId, 'another', undefined),
  });
  const action = fc.constantFrom('read', 'import', 'amend', 'decide', 'withdraw');

  it('permitted means: no check failed, and each protection is met by itself', () => {
    let permitted = 0;
    fc.assert(
      fc.property(actor, action, thing, (held, verb, what) => {
        const reader = actorWith(held);
        const decision = decide(reader, verb, what, shippedRules);
        const alone = what.protections.map((each) => protectionChecks(reader, each).every((check) => check.outcome));
        expect(decision.effect === 'permit').toBe(decision.checks.every((check) => check.outcome));
        if (decision.effect === 'deny') return;
        permitted += 1;
        expect(alone).toEqual(what.protections.map(() => true));
        expect(alone.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
    expect(permitted).toBeGreaterThan(5);
  });

  it('one clearance, token or role more never turns a yes into a no', () => {
    fc.assert(
      fc.property(actor, actor, action, thing, (held, more, verb, what) => {
        fc.pre(effect(actorWith(held), verb, what) === 'permit');
        const richer = {
          clearances: [...more.clearances, ...held.clearances],
          tokens: [...held.tokens, ...more.tokens],
          roles: [...more.roles, ...held.roles],
        };
        expect(effect(actorWith(richer), verb, what)).toBe('permit');
      }),
      { numRuns: 100 },
    );
  });

  it('one protection more never turns a no into a yes', () => {
    fc.assert(
      fc.property(actor, action, thing, protection, (held, verb, what, another) => {
        fc.pre(what.protections.length > 0);
        const more = { ...what, protections: [...what.protections, another] };
        if (effect(actorWith(held), verb, what) === 'deny') expect(effect(actorWith(held), verb, more)).toBe('deny');
      }),
      { numRuns: 300 },
    );
  });
});

describe('need-to-know tokens', () => {
  it.each([
    'everyone',
    'nation:DEU',
    'community:NDPP-STAFF',
    'organisation:NATO HQ',
    'person:5f0d3c0e-0d5a-4a3a-8b1e-111111111111',
  ])('%s is one', (token) => {
    expect(isNeedToKnowToken(token)).toBe(true);
  });

  it.each([
    '',
    'Everyone',
    'everyone ',
    'nation:',
    'nation:deu',
    'nation:GERMANY',
    'community:',
    'role:planner',
    'person:x',
    'nation:DEU\n',
  ])('%j is none', (token) => {
    expect(isNeedToKnowToken(token)).toBe(false);
  });
});
