import type { Actor } from './actor';
import type { AccessDecision, Check } from './decision/check';
import { type PreparedActor, type Standing, prepareActor } from './decision/standing';
import type { Protection } from './protection';
import type { AccessRules } from './rules/access-rules';
import { type CompiledRules, type OwnRule, compileRules } from './rules/compiled-rules';
import type { Thing } from './thing';
import { carriesText } from './vocabulary';

/** What a decision is made in: the moment, and the rules in force at it. */
export interface Environment {
  readonly now: Date;
  readonly rules: AccessRules | CompiledRules;
}

/** The environment of the request that an actor came with: the moment at which their session was entered. */
export const environmentOf = (actor: Pick<Actor, 'enteredAt'>, rules: Environment['rules']): Environment => ({
  now: new Date(actor.enteredAt),
  rules,
});

/**
 * The access decision: a session that goes on AND for every protection the mandatory lattice, need-to-know and session assurance
 * AND the CASL rules, on the instance, at this moment, with every check.
 *
 * No short circuit hides a reason. INVARIANT: an error is a denial, and no rule overrides the lattice.
 * A thing that carries no text (an instrument, an audit event) may be without a protection, and is then decided by the rules alone.
 */
export function decide(actor: Actor, action: string, thing: Thing, environment: Environment): AccessDecision {
  const checks: Check[] = [];
  try {
    const rules = compileRules(environment.rules);
    const prepared = prepareActor(actor);
    const standing = prepared.at(environment.now.getTime());
    checks.push(prepared.sessionCheck(standing));
    for (const protection of thing.protections)
      protectionChecksInto(checks, () => prepared.explain(standing, protection, rules));
    protectionChecksInto(checks, () => [ruleCheck(actor, prepared, { action, thing, rules })]);
    checks.push(protectedCheck(thing));
  } catch (error) {
    checks.push(errorCheck(error));
  }
  return {
    effect: checks.every(({ outcome }) => outcome) ? 'permit' : 'deny',
    checks,
    rulesVersion: environment.rules.version,
  };
}

/** The same decision without its reasons. INVARIANT: it is yes where `decide` permits, and nowhere else. */
export function permits(actor: Actor, action: string, thing: Thing, environment: Environment): boolean {
  try {
    const rules = compileRules(environment.rules);
    const prepared = prepareActor(actor);
    const standing = prepared.at(environment.now.getTime());
    return (
      standing.isOpen &&
      isProtected(thing) &&
      covered(prepared, standing, thing, rules) &&
      isLet(prepared, { action, thing, rules })
    );
  } catch {
    return false;
  }
}

/** Lattice, need-to-know and assurance of one protection: exactly what row-level security enforces by itself. */
export function protectionChecks(actor: Actor, protection: Protection, environment: Environment): Check[] {
  const prepared = prepareActor(actor);
  return prepared.explain(prepared.at(environment.now.getTime()), protection, compileRules(environment.rules));
}

/** A part of a decision that breaks is a check that fails; the others are still told. */
function protectionChecksInto(checks: Check[], part: () => readonly Check[]): void {
  try {
    for (const check of part()) checks.push(check);
  } catch (error) {
    checks.push(errorCheck(error));
  }
}

const errorCheck = (error: unknown): Check => ({
  rule: 'no-error',
  outcome: false,
  need: 'a decision without an error',
  have: error instanceof Error ? error.message : String(error),
});

function covered(prepared: PreparedActor, standing: Standing, thing: Thing, rules: CompiledRules): boolean {
  for (const protection of thing.protections) if (!prepared.covers(standing, protection, rules)) return false;
  return true;
}

interface Question {
  readonly action: string;
  readonly thing: Thing;
  readonly rules: CompiledRules;
}

function isLet(prepared: PreparedActor, { action, thing, rules }: Question): boolean {
  const rule = prepared.rules(rules).decidingRule(action, thing);
  return rule !== undefined && !rule.forbids;
}

function ruleCheck(actor: Actor, prepared: PreparedActor, { action, thing, rules }: Question): Check {
  const book = prepared.rules(rules);
  const rule = book.decidingRule(action, thing);
  return {
    rule: 'rules',
    outcome: rule !== undefined && !rule.forbids,
    need: `a rule that lets ${action} ${thing.kind}`,
    have: rule?.id ?? whyNone(actor, thing, book.rulesFor(action, thing.kind)),
  };
}

function whyNone(actor: Actor, thing: Thing, asked: readonly OwnRule[]): string {
  const unsaid = [...new Set(asked.flatMap((rule) => rule.unsaid(thing)))];
  return unsaid.length > 0
    ? `nothing said of ${unsaid.join(', ')}`
    : `none for the roles ${actor.roles.join(', ') || '(none)'}`;
}

const isProtected = ({ protections, kind }: Thing): boolean => protections.length > 0 || !carriesText(kind);

function protectedCheck(thing: Thing): Check {
  const count = thing.protections.length;
  return {
    rule: 'protection',
    outcome: isProtected(thing),
    need: carriesText(thing.kind) ? 'a protection on everything that carries text' : 'none, where there is no text',
    have: count === 0 ? 'none' : String(count),
  };
}
