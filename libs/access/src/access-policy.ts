import type { Actor } from './actor';
import { type Environment, decide, environmentOf, permits } from './decide';
import type { AccessDecision } from './decision/check';
import type { AccessRules } from './rules/access-rules';
import { type CompiledRules, compileRules } from './rules/compiled-rules';
import { type AskedRules, type Columns, type RuleCondition, ruleCondition } from './rules/rule-condition';
import type { Thing } from './thing';

/**
 * The access decision as use cases ask it: at the moment at which the actor entered, by the rules that were in force then.
 *
 * INVARIANT (fail_closed): by a version that is not known, everything is denied.
 */
export class AccessPolicy {
  private readonly versions = new Map<string, CompiledRules>();

  /** The rules that serve where no others were ever activated. */
  constructor(private readonly shipped: AccessRules) {
    this.learn(shipped);
  }

  get shippedVersion(): string {
    return this.shipped.version;
  }

  knows(version: string): boolean {
    return this.versions.has(version);
  }

  /** Takes a further version. INVARIANT: a version is learnt once; other rules under its name are an error. */
  learn(rules: AccessRules): void {
    const known = this.versions.get(rules.version);
    if (known === undefined) this.versions.set(rules.version, compileRules(rules));
    else if (JSON.stringify(known.source) !== JSON.stringify(rules))
      throw new Error(`other rules are known as ${rules.version}`);
  }

  /** The rules of a version; undefined when it is not known. */
  rulesOf(version: string): CompiledRules | undefined {
    return this.versions.get(version);
  }

  decide(actor: Actor, action: string, thing: Thing): AccessDecision {
    const environment = this.environmentOf(actor);
    if (environment !== undefined) return decide(actor, action, thing, environment);
    const have = 'a version that is not known here';
    return {
      effect: 'deny',
      checks: [{ rule: 'rules', outcome: false, need: 'the rules that were in force', have }],
      rulesVersion: actor.rulesVersion,
    };
  }

  /** The same decision without reasons. */
  permits(actor: Actor, action: string, thing: Thing): boolean {
    const environment = this.environmentOf(actor);
    return environment !== undefined && permits(actor, action, thing, environment);
  }

  /** What the rules let the actor do, as a condition for SQL (`ruleCondition`); lattice and need-to-know are the database's. */
  condition(asked: Omit<AskedRules, 'rules'>, columns: Columns, first = 1): RuleCondition {
    const rules = this.versions.get(asked.actor.rulesVersion);
    return rules === undefined ? 'nothing' : ruleCondition({ ...asked, rules }, columns, first);
  }

  private environmentOf(actor: Actor): Environment | undefined {
    const rules = this.versions.get(actor.rulesVersion);
    return rules === undefined ? undefined : environmentOf(actor, rules);
  }
}
