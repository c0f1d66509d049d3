import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, accessReasons } from '#access';
import { ProblemError, type RulesView } from '#contracts';
import { Transactions } from '#database';
import { rulesSince } from './store/rules.store';

/** Shows the attribute rules by which the reader's own requests are decided. They say what roles may do, and nothing of anybody. */
@Injectable()
export class ReadRules {
  constructor(
    private readonly transactions: Transactions,
    private readonly access: AccessPolicy,
  ) {}

  async run(actor: Actor): Promise<RulesView> {
    const decision = this.access.decide(actor, 'read', { kind: 'Rules', protections: [] });
    if (decision.effect === 'deny') throw new ProblemError('not-permitted', { reasons: accessReasons(decision) });
    const version = actor.rulesVersion;
    const rules = this.access.rulesOf(version)?.source;
    if (rules === undefined) throw new ProblemError('unavailable', { detail: `the rules ${version} cannot be read` });
    const since = await this.transactions.run(actor, (tx) => rulesSince(tx, version));
    return { version, since: since?.toISOString() ?? null, rules };
  }
}
