import { createMongoAbility } from '@casl/ability';
import fc from 'fast-check';
import { PUBLIC, actorWith, documentUnder, under } from '../../../../test/support/access-people';
import { type AccessRules, type Thing, decide, environmentOf } from '../index';
import { filledIn, readCondition } from './condition';
import { matcherOf } from './matching';

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
const asking = (conditions: Record<string, unknown>, more = {}): AccessRules => rulesWith({ conditions, ...more });
const about = (attributes: Record<string, unknown>): Thing => ({ ...documentUnder(under(PUBLIC)), ...attributes });
const effect = (thing: Thing, rules: AccessRules, actor = actorWith()): string =>
  decide(actor, 'read', thing, environmentOf(actor, rules)).effect;

describe('conditions are asked of the instance', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    ['the actor’s own', { nation: '${actor.nation}' }, { nation: 'DEU' }, 'permit'],
    ['another’s', { nation: '${actor.nation}' }, { nation: 'NLD' }, 'deny'],
    ['one of the actor’s roles', { role: { $in: '${actor.roles}' } }, { role: 'requester' }, 'permit'],
    ['none of the actor’s roles', { role: { $in: '${actor.roles}' } }, { role: 'auditor' }, 'deny'],
    ['both parts', { nation: 'DEU', year: { $gte: 2030 } }, { nation: 'DEU', year: 2030 }, 'permit'],
    ['one part of two', { nation: 'DEU', year: { $gte: 2030 } }, { nation: 'DEU', year: 2029 }, 'deny'],
    ['a part of an attribute', { 'origin.nation': 'DEU' }, { origin: { nation: 'DEU' } }, 'permit'],
    ['a part that is not said', { 'origin.nation': { $ne: 'DEU' } }, { origin: {} }, 'deny'],
    ['a part of what has none', { 'origin.nation': { $ne: 'DEU' } }, { origin: 'NLD' }, 'deny'],
    ['unlike', { nation: { $ne: '${actor.nation}' } }, { nation: 'NLD' }, 'permit'],
    ['alike, where unlike is asked', { nation: { $ne: '${actor.nation}' } }, { nation: 'DEU' }, 'deny'],
    ['nothing, where unlike is asked', { nation: { $ne: '${actor.nation}' } }, {}, 'deny'],
    ['nothing, where none of a list is asked', { nation: { $nin: ['NLD'] } }, {}, 'deny'],
    ['nothing, where nothing is asked', { nation: { $exists: false } }, {}, 'deny'],
    ['something, where something is asked', { nation: { $exists: true } }, { nation: 'DEU' }, 'permit'],
    ['nothing in one part of two', { nation: 'DEU', year: { $ne: 2030 } }, { nation: 'DEU' }, 'deny'],
    ['one of a choice', { $or: [{ nation: 'DEU' }, { nation: 'NLD' }] }, { nation: 'NLD' }, 'permit'],
    ['none of a choice', { $or: [{ nation: 'DEU' }, { nation: 'NLD' }] }, { nation: 'NOR' }, 'deny'],
    ['nothing in one of a choice', { $or: [{ nation: 'DEU' }, { year: { $gt: 1 } }] }, { nation: 'DEU' }, 'deny'],
    ['neither', { $nor: [{ nation: 'DEU' }, { nation: 'NLD' }] }, { nation: 'NOR' }, 'permit'],
    ['one, where neither is asked', { $nor: [{ nation: 'DEU' }, { nation: 'NLD' }] }, { nation: 'NLD' }, 'deny'],
    ['not below', { year: { $not: { $lt: 2030 } } }, { year: 2031 }, 'permit'],
    ['all of a list', { nations: { $all: ['DEU', 'NLD'] } }, { nations: ['NLD', 'NOR', 'DEU'] }, 'permit'],
    ['not all of a list', { nations: { $all: ['DEU', 'NLD'] } }, { nations: ['NLD', 'NOR'] }, 'deny'],
    ['a member of a list', { nations: 'DEU' }, { nations: ['NLD', 'DEU'] }, 'permit'],
    ['a number that is written as text', { year: 2030 }, { year: '2030' }, 'deny'],
    ['a text where an order is asked', { year: { $gt: 2000 } }, { year: '2030' }, 'deny'],
    [
      'a moment before',
      { due: { $lt: '2030-01-01T00:00:00Z' } },
      { due: new Date('2029-12-31T23:59:59.999Z') },
      'permit',
    ],
    ['the moment itself', { due: { $lt: '2030-01-01' } }, { due: new Date('2030-01-01') }, 'deny'],
    ['not yet due', { due: { $gt: '${actor.enteredAt}' } }, { due: new Date('2026-06-05T12:00:00.001Z') }, 'permit'],
    ['due now', { due: { $gt: '${actor.enteredAt}' } }, { due: new Date('2026-06-05T12:00:00.000Z') }, 'deny'],
    ['a moment that is none', { due: { $ne: 'x' } }, { due: new Date('never') }, 'deny'],
    ['a number that is none', { year: { $ne: 1 } }, { year: NaN }, 'deny'],
    ['an operator that nobody knows', { nation: { $resembles: 'DEU' } }, { nation: 'DEU' }, 'deny'],
    ['an attribute that no actor has', { nation: '${actor.password}' }, { nation: 'DEU' }, 'deny'],
    ['the secret of a session', { nation: '${actor.sid}' }, { nation: 'secret' }, 'deny'],
    ['an attribute of every object', { nation: '${actor.constructor}' }, { nation: 'DEU' }, 'deny'],
  ])('%s', (_name, conditions, attributes, expected) => {
    expect(effect(about(attributes), asking(conditions))).toBe(expected);
  });

  it('an unknown placeholder denies whatever else the rules say', () => {
    const rules = rulesWith({}, { subject: 'Case', conditions: { requestedBy: '${actor.pasword}' } });
    const actor = actorWith();
    expect(decide(actor, 'read', about({}), environmentOf(actor, rules))).toMatchObject({
      effect: 'deny',
      checks: [{ rule: 'no-error', outcome: false, have: expect.stringContaining('${actor.pasword}') }],
    });
  });

  it('says what a thing did not say', () => {
    const actor = actorWith();
    const rules = asking({
      nation: 'DEU',
      year: { $gt: 1 },
      $or: [{ state: 'draft' }, { due: { $lt: '2030-01-01' } }],
    });
    expect(decide(actor, 'read', about({ nation: 'DEU' }), environmentOf(actor, rules)).checks.at(-1)).toMatchObject({
      rule: 'rules',
      outcome: false,
      have: 'nothing said of year, state, due',
    });
  });

  it('an actor without a nation is like nobody, and unlike nobody', () => {
    const staff = actorWith({ nation: null });
    for (const nation of ['DEU', null, undefined]) {
      expect(effect(about({ nation }), asking({ nation: '${actor.nation}' }), staff)).toBe('deny');
      expect(effect(about({ nation }), asking({ nation: { $ne: '${actor.nation}' } }), staff)).toBe('deny');
    }
    const forbidden = rulesWith({}, { inverted: true, conditions: { nation: { $ne: '${actor.nation}' } } });
    expect(effect(about({ nation: 'DEU' }), forbidden, staff)).toBe('deny');
    expect(effect(about({ nation: 'DEU' }), forbidden)).toBe('permit');
    expect(effect(about({}), forbidden)).toBe('deny');
    expect(effect(about({ nation: 'DEU' }), rulesWith({}), staff)).toBe('permit');
  });

  it('a value that looks like a placeholder is one only as a whole', () => {
    const rules = asking({ title: 'of ${actor.nation}' });
    expect(effect(about({ title: 'of ${actor.nation}' }), rules)).toBe('permit');
    expect(effect(about({ title: 'of DEU' }), rules)).toBe('deny');
  });
});

describe('a condition that cannot be read', () => {
  const deep = (depth: number): Record<string, unknown> =>
    depth === 0 ? { nation: 'DEU' } : { $and: [deep(depth - 1)] };

  it.each<[string, unknown, string]>([
    ['nothing', {}, 'asks for something'],
    ['a list', [], 'is not a condition'],
    ['null', null, 'is not a condition'],
    ['null as a value', { nation: null }, 'is not a condition'],
    ['null where unlike is asked', { nation: { $ne: null } }, 'is no value'],
    ['no operator', { nation: {} }, 'asks for something'],
    ['a list as a value', { nation: ['DEU'] }, 'is not a condition'],
    ['an operator of code', { $where: 'true' }, 'neither an attribute nor an operator'],
    ['a pattern', { nation: { $regex: '.*' } }, 'nobody knows the operator $regex'],
    ['an operator of every object', { nation: { constructor: 1 } }, 'nobody knows the operator constructor'],
    ['an attribute of every object', { constructor: 'x' }, 'every object has'],
    ['a part of every object', { 'origin.constructor': 'x' }, 'every object has'],
    ['a prototype', { __proto__x: 'x' }, 'neither an attribute nor an operator'],
    ['an empty choice', { $or: [] }, 'is not a list'],
    ['a choice of nothing', { $or: [{}] }, 'asks for something'],
    ['a list that is none', { nation: { $in: 'DEU' } }, 'is not a list'],
    ['a list for one value', { nation: '${actor.roles}' }, 'no actor has here'],
    ['one value for a list', { nation: { $in: '${actor.nation}' } }, 'no actor has here'],
    ['$exists of a text', { nation: { $exists: 'yes' } }, '$exists is true or false'],
    ['an order of texts', { nation: { $gt: 'DEU' } }, 'neither a number nor a moment'],
    ['a moment of no zone', { due: { $gt: '2030-01-01T00:00:00' } }, 'neither a number nor a moment'],
    ['a day that there is not', { due: { $gt: '2030-13-41' } }, 'neither a number nor a moment'],
    ['a number that is none', { year: { $gt: NaN } }, 'neither a number nor a moment'],
    ['what no database holds', { nation: 'D\0U' }, 'is no value'],
    ['half a character', { nation: '\ud800' }, 'is no value'],
    ['a value without end', { nation: 'D'.repeat(501) }, 'is no value'],
    ['a list without end', { nation: { $in: Array.from({ length: 501 }, String) } }, 'at most 500 members'],
    ['depth without end', deep(9), 'at most 8 deep'],
  ])('%s', (_name, conditions, message) => {
    expect(() => readCondition(conditions)).toThrow(message);
  });

  it('a depth that is allowed is read', () => {
    expect(readCondition(deep(8))).toMatchObject({ is: 'and' });
  });
});

describe('the closed set of operators', () => {
  const value = fc.constantFrom('DEU', 'NLD', '');
  const number = fc.integer({ min: -2, max: 2 });
  const leaf = fc.oneof(
    value.map((one) => ({ nation: one })),
    fc.constantFrom('$eq', '$ne').chain((name) => value.map((one) => ({ nation: { [name]: one } }))),
    fc
      .constantFrom('$in', '$nin')
      .chain((name) => fc.array(value, { minLength: 1, maxLength: 3 }).map((some) => ({ nation: { [name]: some } }))),
    fc.array(value, { minLength: 1, maxLength: 3 }).map((some) => ({ nations: { $all: some } })),
    value.map((one) => ({ nations: one })),
    fc.constantFrom('$gt', '$gte', '$lt', '$lte').chain((name) => number.map((one) => ({ year: { [name]: one } }))),
  );
  const { tree } = fc.letrec<{ tree: Record<string, unknown> }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf as fc.Arbitrary<Record<string, unknown>>,
      fc
        .constantFrom('$and', '$or', '$nor')
        .chain((name) =>
          fc
            .array(tie('tree'), { minLength: 1, maxLength: 3 })
            .map((parts): Record<string, unknown> => ({ [name]: parts })),
        ),
    ),
  }));
  const things = fc.record({ nation: value, nations: fc.array(value, { maxLength: 3 }), year: number });

  /** What CASL says of each part, put together by what the operators of logic mean; CASL itself has none of these. */
  function asCasl(conditions: Record<string, unknown>, thing: Record<string, unknown>): boolean {
    const parts = (name: string): boolean[] =>
      (conditions[name] as Record<string, unknown>[]).map((part) => asCasl(part, thing));
    if ('$and' in conditions) return parts('$and').every(Boolean);
    if ('$or' in conditions) return parts('$or').some(Boolean);
    if ('$nor' in conditions) return !parts('$nor').some(Boolean);
    return createMongoAbility([{ action: 'read', subject: 'Document', conditions }], {
      detectSubjectType: () => 'Document',
    }).can('read', thing as never);
  }

  it('means what CASL’s own conditions mean, of things that say everything', () => {
    const found = { yes: 0, no: 0 };
    fc.assert(
      fc.property(tree, things, (conditions, thing) => {
        const ours = matcherOf(filledIn(readCondition(conditions), actorWith())!)(thing);
        expect(ours).toBe(asCasl(conditions, thing));
        found[ours ? 'yes' : 'no'] += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(found.yes, found.no)).toBeGreaterThan(100);
  });
});
