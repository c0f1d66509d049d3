import { SECRET, actorWith, documentUnder, under } from '../../../test/support/access-people';
import { AccessPolicy, type AccessRules, decide, environmentOf, shippedRules } from './index';

const thing = documentUnder(under(SECRET));
const closed: AccessRules = {
  version: 'closed-1',
  rules: [{ id: 'nobody-reads', roles: ['*'], action: 'read', subject: 'Document', inverted: true }],
};

describe('the access policy', () => {
  it('decides at the moment at which the actor entered, by the rules that were in force then', () => {
    const policy = new AccessPolicy(shippedRules);
    policy.learn(closed);
    const actor = actorWith();
    expect(policy.decide(actor, 'read', thing)).toEqual(
      decide(actor, 'read', thing, environmentOf(actor, shippedRules)),
    );
    expect(policy.permits(actor, 'read', thing)).toBe(true);
    const later = actorWith({ rulesVersion: 'closed-1' });
    expect(policy.decide(later, 'read', thing)).toMatchObject({ effect: 'deny', rulesVersion: 'closed-1' });
    expect(policy.permits(later, 'read', thing)).toBe(false);
    const late = actorWith({ enteredAt: '2027-01-01T00:00:00Z' });
    expect(policy.decide(late, 'read', thing).effect).toBe('deny');
    expect(policy.permits(late, 'read', thing)).toBe(false);
  });

  it('denies by a version that it does not know, until it has learnt it', () => {
    const policy = new AccessPolicy(shippedRules);
    const open: AccessRules = { ...shippedRules, version: 'open-1' };
    const actor = actorWith({ rulesVersion: 'open-1' });
    expect(policy.knows('open-1')).toBe(false);
    expect(policy.decide(actor, 'read', thing)).toEqual({
      effect: 'deny',
      checks: [
        {
          rule: 'rules',
          outcome: false,
          need: 'the rules that were in force',
          have: 'a version that is not known here',
        },
      ],
      rulesVersion: 'open-1',
    });
    expect(policy.permits(actor, 'read', thing)).toBe(false);
    expect(policy.condition({ actor, action: 'read', subject: 'Document' }, {})).toBe('nothing');
    policy.learn(open);
    expect(policy.knows('open-1')).toBe(true);
    expect(policy.decide(actor, 'read', thing).effect).toBe('permit');
    expect(policy.permits(actor, 'read', thing)).toBe(true);
    expect(policy.condition({ actor, action: 'read', subject: 'Document' }, {})).toBe('everything');
  });

  it('learns a version once: other rules under its name are refused', () => {
    const policy = new AccessPolicy(shippedRules);
    policy.learn(structuredClone(shippedRules));
    expect(() => {
      policy.learn({ ...closed, version: shippedRules.version });
    }).toThrow(shippedRules.version);
    expect(policy.rulesOf(shippedRules.version)?.source).toBe(shippedRules);
    expect(policy.shippedVersion).toBe(shippedRules.version);
    expect(policy.permits(actorWith(), 'read', thing)).toBe(true);
  });

  it('an actor that is none is denied', () => {
    const policy = new AccessPolicy(shippedRules);
    const nobody = { rulesVersion: shippedRules.version, enteredAt: 'never' } as never;
    expect(policy.decide(nobody, 'read', thing)).toMatchObject({ effect: 'deny', checks: [{ rule: 'no-error' }] });
    expect(policy.permits(nobody, 'read', thing)).toBe(false);
  });
});
