import type { Actor } from './actor';
import { Decider, environmentOf } from './decide';
import { type AccessDecision, errorCheck } from './decision/check';
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
  private readonly deciders = new WeakMap<Actor, Decider>();

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
    try {
      const decider = this.deciderOf(actor);
      if (decider !== undefined) return decider.decide(action, thing);
    } catch (error) {
      return { effect: 'deny', checks: [errorCheck(error)], rulesVersion: actor.rulesVersion };
    }
    const have = 'a version that is not known here';
    return {
      effect: 'deny',
      checks: [{ rule: 'rules', outcome: false, need: 'the rules that were in force', have }],
      rulesVersion: actor.rulesVersion,
    };
  }

  /** The same decision without reasons. */
  permits(actor: Actor, action: string, thing: Thing): boolean {
    try {
      return this.deciderOf(actor)?.permits(action, thing) ?? false;
    } catch {
      return false;
    }
  }

  /** What the rules let the actor do, as a condition for SQL (`ruleCondition`); lattice and need-to-know are the database's. */
  condition(asked: Omit<AskedRules, 'rules'>, columns: Columns, first = 1): RuleCondition {
    const rules = this.versions.get(asked.actor.rulesVersion);
    return rules === undefined ? 'nothing' : ruleCondition({ ...asked, rules }, columns, first);
  }

  private deciderOf(actor: Actor): Decider | undefined {
    const known = this.deciders.get(actor);
    if (known !== undefined) return known;
    const rules = this.versions.get(actor.rulesVersion);
    if (rules === undefined) return undefined;
    const made = new Decider(actor, environmentOf(actor, rules));
    this.deciders.set(actor, made);
    return made;
  }
}
