import { shippedRules } from '#access';
import { rulesFault } from './rules-in-force';

describe('rules that two officers would put into force', () => {
  it('are taken as they shipped, and under a version of their own', () => {
    expect(rulesFault({ version: shippedRules.version, rules: { ...shippedRules } })).toBeNull();
    expect(rulesFault({ version: 'EXERCISE.1', rules: { ...shippedRules, version: 'EXERCISE.1' } })).toBeNull();
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    ['name another version', 'EXERCISE.1', { ...shippedRules }, `call themselves ${shippedRules.version}`],
    [
      'take the name of what has shipped',
      shippedRules.version,
      { ...shippedRules, rules: shippedRules.rules.slice(1) },
      'have shipped',
    ],
    ['are no rules', 'EXERCISE.1', { version: 'EXERCISE.1', rules: 'none' }, 'rules'],
    ['hold a field that nobody knows', 'EXERCISE.1', { ...shippedRules, version: 'EXERCISE.1', more: 1 }, 'more'],
  ])('are refused where they %s', (_what, version, rules, fault) => {
    expect(rulesFault({ version, rules })).toContain(fault);
  });
});
