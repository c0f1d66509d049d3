import {
  PUBLIC,
  SECRET,
  TOP_SECRET,
  actorWith,
  caseOf,
  documentUnder,
  under,
} from '../../../test/support/access-people';
import {
  type AccessDecision,
  type AccessRules,
  type Actor,
  type Check,
  EVERYONE,
  type Thing,
  accessReasons,
  decide,
  environmentOf,
  shippedRules,
} from './index';

const decided = (actor: Actor, action: string, thing: Thing, rules: AccessRules = shippedRules): AccessDecision =>
  decide(actor, action, thing, environmentOf(actor, rules));

const effect = (actor: Actor, action: string, thing: Thing, rules?: AccessRules): string =>
  decided(actor, action, thing, rules).effect;

const failedChecks = (actor: Actor, action: string, thing: Thing, rules?: AccessRules): Check[] =>
  decided(actor, action, thing, rules).checks.filter((check) => !check.outcome);

const failed = (actor: Actor, action: string, thing: Thing, rules?: AccessRules): string[] =>
  failedChecks(actor, action, thing, rules).map((check) => check.rule);

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

describe('the access decision', () => {
  it('permits who is cleared, needs to know and has a rule, and lists every check', () => {
    expect(decided(actorWith(), 'read', documentUnder(under(SECRET)))).toEqual({
      effect: 'permit',
      rulesVersion: shippedRules.version,
      checks: [
        { rule: 'session', outcome: true, need: 'a session that has not ended', have: 'one that goes on' },
        { rule: 'lattice:policy', outcome: true, need: 'NATO', have: 'NATO' },
        { rule: 'lattice:classification', outcome: true, need: 'SECRET', have: 'RESTRICTED, SECRET' },
        { rule: 'lattice:permissive', outcome: true, need: 'Context: one of NATO', have: 'Context: NATO' },
        { rule: 'lattice', outcome: true, need: 'SECRET', have: 'NATO: RESTRICTED, SECRET' },
        { rule: 'need-to-know', outcome: true, need: 'everyone', have: 'everyone' },
        { rule: 'acknowledgement', outcome: true, need: 'no read-in is waiting', have: 'none is' },
        { rule: 'assurance', outcome: true, need: 'any session', have: 'a session that is not stepped up' },
        {
          rule: 'protection',
          outcome: true,
          need: 'a protection on everything that carries text',
          have: 'one at least',
        },
        {
          rule: 'rules',
          outcome: true,
          need: 'a rule that lets read Document',
          have: 'everyone-reads-what-the-lattice-allows',
        },
      ],
    });
  });

  it('denies with every reason at once, also where the session has ended', () => {
    const stranger = actorWith({
      clearances: [],
      tokens: [],
      roles: [],
      unacknowledged: ['list:KESTREL'],
      expiresAt: '2026-06-05T12:00:00.000Z',
    });
    const thing = documentUnder(under(TOP_SECRET, 'nation:NLD', 'list:KESTREL'), under(PUBLIC));
    expect(failedChecks(stranger, 'import', thing).map(({ rule, need, have }) => `${rule}: ${need} / ${have}`)).toEqual(
      [
        'session: a session that has not ended / one that has ended',
        'lattice:policy: NATO / no clearance',
        'lattice: TOP SECRET / no clearance',
        'need-to-know: nation:NLD or list:KESTREL / ',
        'acknowledgement: the read-in of list:KESTREL, acknowledged / a read-in that is not acknowledged',
        'assurance: a session stepped up with a second factor / a session that is not stepped up',
        'need-to-know: everyone / ',
        'rules: a rule that lets import Document / none for the roles (none)',
      ],
    );
  });

  it('asks every protection: one that is not met denies', () => {
    const own = under(PUBLIC);
    const topSecret = under(TOP_SECRET);
    const reader = actorWith({ steppedUpUntil: '2030-01-01T00:00:00Z' });
    expect(effect(reader, 'read', documentUnder(own, under(SECRET)))).toBe('permit');
    expect(failed(reader, 'read', documentUnder(own, under(SECRET), topSecret))).toEqual([
      'lattice:classification',
      'lattice',
    ]);
    expect(failed(reader, 'read', documentUnder(topSecret, own))).toEqual(['lattice:classification', 'lattice']);
  });

  it('takes need-to-know for any of its tokens, and nobody for none', () => {
    const actor = actorWith({ tokens: [EVERYONE, 'nation:DEU'] });
    expect(effect(actor, 'read', documentUnder(under(SECRET, 'community:NDPP', 'nation:DEU')))).toBe('permit');
    expect(failed(actor, 'read', documentUnder(under(SECRET, 'community:NDPP', 'nation:NLD')))).toEqual([
      'need-to-know',
    ]);
    expect(failed(actor, 'read', documentUnder({ label: SECRET, needToKnow: [] }))).toEqual(['need-to-know']);
    expect(failed(actorWith({ tokens: [] }), 'read', documentUnder(under(SECRET)))).toEqual(['need-to-know']);
    expect(failed(actorWith({ tokens: ['nation:DE'] }), 'read', documentUnder(under(SECRET, 'nation:DEU')))).toEqual([
      'need-to-know',
    ]);
  });

  it('asks for a protection on everything that carries text, and on what nobody knows', () => {
    for (const kind of ['Document', 'Portion', 'Case', 'Hat' as never] as const)
      expect(failed(actorWith(), 'read', { kind, protections: [], requestedBy: 'x' })).toContain('protection');
    const auditor = actorWith({ roles: ['auditor'], clearances: [], tokens: [] });
    expect(effect(auditor, 'search', { kind: 'AuditEvent', protections: [] })).toBe('permit');
    expect(effect(auditor, 'submit', { kind: 'Instrument', protections: [] })).toBe('permit');
    expect(failed(auditor, 'search', { kind: 'AuditEvent', protections: [under(SECRET)] })).toContain('lattice');
  });

  it('denies what no rule names: another action, another kind, another role', () => {
    expect(failed(actorWith(), 'erase', documentUnder(under(PUBLIC)))).toEqual(['rules']);
    expect(failed(actorWith(), 'read', { kind: 'Portion', protections: [under(PUBLIC)] })).toEqual(['rules']);
    expect(failed(actorWith(), 'import', documentUnder(under(PUBLIC)))).toEqual(['rules']);
    expect(effect(actorWith({ roles: ['planner'] }), 'import', documentUnder(under(PUBLIC)))).toBe('permit');
  });
});

describe('no rule overrides the lattice', () => {
  const everything = rulesWith({ action: 'manage', subject: 'all' });

  it('not even one that lets everybody do everything', () => {
    const stranger = actorWith({ clearances: [] });
    expect(effect(stranger, 'read', documentUnder(under(PUBLIC)), everything)).toBe('permit');
    expect(failed(stranger, 'read', documentUnder(under(SECRET)), everything)).toEqual(['lattice:policy', 'lattice']);
    expect(failed(actorWith(), 'read', documentUnder(under(SECRET, 'nation:NLD')), everything)).toEqual([
      'need-to-know',
    ]);
    expect(failed(actorWith(), 'read', documentUnder(), everything)).toEqual(['protection']);
  });

  it('a rule that forbids wins over those before it, and yields to those after it', () => {
    const forbids = [{}, { inverted: true, conditions: { id: 'document' }, id: 'closed' }];
    const document = documentUnder(under(PUBLIC));
    expect(decided(actorWith(), 'read', document, rulesWith(...forbids)).checks.at(-1)).toEqual({
      rule: 'rules',
      outcome: false,
      need: 'a rule that lets read Document',
      have: 'closed',
    });
    expect(effect(actorWith(), 'read', { ...document, id: 'another' }, rulesWith(...forbids))).toBe('permit');
    expect(effect(actorWith(), 'read', document, rulesWith(...forbids, { id: 'open' }))).toBe('permit');
  });
});

describe('an error is a denial', () => {
  it.each<[string, Record<string, unknown>]>([
    ['no protections', { protections: undefined }],
    ['a protection without a label', { protections: [{ needToKnow: [EVERYONE] }] }],
    ['a protection without need-to-know', { protections: [{ label: PUBLIC }] }],
    ['no kind', { kind: undefined }],
  ])('of a thing with %s', (_name, change) => {
    const decision = decided(actorWith(), 'read', { ...documentUnder(under(PUBLIC)), ...change });
    expect(decision.effect).toBe('deny');
    expect(decision.checks.some(({ outcome }) => !outcome)).toBe(true);
  });

  it('of one protection hides no other reason', () => {
    const broken = { needToKnow: ['nation:NLD'] } as never;
    expect(failed(actorWith(), 'import', documentUnder(broken, under(TOP_SECRET, 'nation:NLD')))).toEqual([
      'no-error',
      'lattice:classification',
      'lattice',
      'need-to-know',
      'assurance',
      'rules',
    ]);
  });

  it('of a thing that throws when it is asked', () => {
    const treacherous: Thing = {
      kind: 'Case',
      protections: [under(SECRET)],
      get requestedBy(): never {
        throw new Error('gone');
      },
    };
    expect(failedChecks(actorWith(), 'decide', treacherous)).toEqual([
      { rule: 'no-error', outcome: false, need: 'a decision without an error', have: 'gone' },
    ]);
    expect(effect(actorWith(), 'decide', treacherous)).toBe('deny');
  });
});

describe('what callers are told', () => {
  it('is every check that failed, and nothing of a yes', () => {
    const denied = decided(actorWith(), 'amend', caseOf('another'));
    expect(accessReasons(denied)).toEqual([
      {
        code: 'access',
        rule: 'rules',
        need: 'a rule that lets amend Case',
        have: 'none for the roles requester',
      },
    ]);
    expect(accessReasons(decided(actorWith(), 'read', documentUnder(under(SECRET))))).toEqual([]);
  });
});
