import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, accessReasons, checkRules } from '#access';
import { type CheckedRulesView, ProblemError } from '#contracts';

/**
 * Checks rules by their schema and against the worlds that stand beside them. It looks at what is handed in and at nothing else.
 *
 * It tells nobody anything that they did not bring, but it computes for as long as rules and worlds ask. So it is for those who may
 * preview rules; everybody else has `imprimatur rules check`, which does the same on their own machine.
 */
@Injectable()
export class CheckRules {
  constructor(private readonly access: AccessPolicy) {}

  run(actor: Actor, rules: unknown, worlds: readonly unknown[]): CheckedRulesView {
    const decision = this.access.decide(actor, 'preview', { kind: 'Rules', protections: [] });
    if (decision.effect === 'deny') throw new ProblemError('not-permitted', { reasons: accessReasons(decision) });
    const { version, faults, differences, untried, ...checked } = checkRules(rules, worlds);
    return {
      ...checked,
      version: version ?? null,
      faults: [...faults],
      untried: [...untried],
      differences: differences.map((each) => ({ ...each, expected: [...each.expected], found: [...each.found] })),
    };
  }
}
