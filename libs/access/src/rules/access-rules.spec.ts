import { accessRulesSchema, shippedRules } from '../index';

const rule = { id: 'a', roles: ['*'], action: 'read', subject: 'Case' };

describe('the rules as data', () => {
  it('those that ship are of the known shape, and top secret of NATO needs a stepped-up session', () => {
    expect(accessRulesSchema.parse(shippedRules)).toEqual(shippedRules);
    expect(shippedRules.assurance).toEqual([{ policy: 'NATO', classifications: ['TOP SECRET'] }]);
    expect(accessRulesSchema.safeParse({ version: '1', rules: [rule] }).success).toBe(true);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no version', { version: '' }, 'version'],
    ['a version of several lines', { version: '1\n2' }, 'version'],
    ['no rules', { rules: [] }, 'rules'],
    [
      'rules without end',
      { rules: Array.from({ length: 501 }, (_none, n) => ({ ...rule, id: `r-${String(n)}` })) },
      'rules',
    ],
    ['a word more', { comment: 'x' }, ''],
    ['a rule for nobody', { rules: [{ ...rule, roles: [] }] }, 'rules.0.roles'],
    ['a rule with a word more', { rules: [{ ...rule, fields: ['title'] }] }, 'rules.0'],
    ['a rule that stands twice', { rules: [rule, rule] }, 'rules.1.id'],
    ['a name that is none', { rules: [{ ...rule, id: 'A rule' }] }, 'rules.0.id'],
    ['a kind of thing that nobody knows', { rules: [{ ...rule, subject: 'Cases' }] }, 'rules.0.subject'],
    ['a kind of every object', { rules: [{ ...rule, subject: 'constructor' }] }, 'rules.0.subject'],
    ['all kinds', { rules: [{ ...rule, subject: 'all' }] }, 'rules.0.subject'],
    ['an action that nobody does', { rules: [{ ...rule, action: 'reed' }] }, 'rules.0.action'],
    ['an action of another kind', { rules: [{ ...rule, action: 'import' }] }, 'rules.0.action'],
    ['every action', { rules: [{ ...rule, action: 'manage' }] }, 'rules.0.action'],
    [
      'an operator that nobody knows',
      { rules: [{ ...rule, conditions: { a: { $regex: 'x' } } }] },
      'rules.0.conditions',
    ],
    [
      'an attribute that no actor has',
      { rules: [{ ...rule, conditions: { a: '${actor.sid}' } }] },
      'rules.0.conditions',
    ],
    ['a condition of nothing', { rules: [{ ...rule, conditions: {} }] }, 'rules.0.conditions'],
    ['assurance of nothing', { assurance: [{ policy: 'NATO', classifications: [] }] }, 'assurance.0.classifications'],
  ])('refuses %s', (_name, change, place) => {
    const read = accessRulesSchema.safeParse({ version: '1', rules: [rule], ...change });
    expect(read.success).toBe(false);
    expect(read.error?.issues.map(({ path }) => path.join('.'))).toContain(place);
  });
});
