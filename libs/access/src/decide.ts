import type { Actor } from './actor';
import { type AccessDecision, type Check, errorCheck } from './decision/check';
import type { Lexicon } from './decision/lexicon';
import { PreparedActor, type Standing, prepareActor } from './decision/standing';
import type { Protection } from './protection';
import type { AccessRules } from './rules/access-rules';
import { type CompiledRules, compileRules } from './rules/compiled-rules';
import { type RuleBook, ruleBookOf } from './rules/rule-book';
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
  try {
    return new Decider(actor, environment).decide(action, thing);
  } catch (error) {
    return { effect: 'deny', checks: [errorCheck(error)], rulesVersion: environment.rules.version };
  }
}

/** The same decision without its reasons. INVARIANT: it is yes where `decide` permits, and nowhere else. */
export function permits(actor: Actor, action: string, thing: Thing, environment: Environment): boolean {
  try {
    return new Decider(actor, environment).permits(action, thing);
  } catch {
    return false;
  }
}

/** Lattice, need-to-know and assurance of one protection: exactly what row-level security enforces by itself. */
export function protectionChecks(actor: Actor, protection: Protection, environment: Environment): Check[] {
  const checks: Check[] = [];
  const prepared = prepareActor(actor);
  prepared.explain(checks, prepared.at(environment.now.getTime()), protection, compileRules(environment.rules));
  return checks;
}

/**
 * The decisions of one actor at one moment, for whoever asks many. Making one throws for what is no actor, and for rules that are
 * none. Whoever asks about people and things that are made up brings a lexicon, with which they are forgotten.
 */
export class Decider {
  private readonly rules: CompiledRules;
  private readonly prepared: PreparedActor;
  private readonly standing: Standing;
  private readonly book: RuleBook;

  constructor(actor: Actor, environment: Environment, lexicon?: Lexicon) {
    this.rules = compileRules(environment.rules);
    this.prepared = lexicon === undefined ? prepareActor(actor) : new PreparedActor(actor, lexicon);
    this.standing = this.prepared.at(environment.now.getTime());
    this.book = ruleBookOf(actor, this.rules);
  }

  /** As `decide`. */
  decide(action: string, thing: Thing): AccessDecision {
    const { prepared, standing, rules, book } = this;
    const checks: Check[] = [prepared.sessionCheck(standing)];
    try {
      for (const protection of thing.protections) {
        // A part of a decision that breaks is a check that fails; the others are still told.
        try {
          prepared.explain(checks, standing, protection, rules);
        } catch (error) {
          checks.push(errorCheck(error));
        }
      }
      checks.push(protectedCheck(thing), book.check(action, thing));
    } catch (error) {
      checks.push(errorCheck(error));
    }
    return { effect: allMet(checks) ? 'permit' : 'deny', checks, rulesVersion: rules.version };
  }

  /** As `permits`. */
  permits(action: string, thing: Thing): boolean {
    try {
      if (!this.standing.isOpen || !isProtected(thing)) return false;
      for (const protection of thing.protections)
        if (!this.prepared.covers(this.standing, protection, this.rules)) return false;
      return this.book.lets(action, thing);
    } catch {
      return false;
    }
  }
}

function allMet(checks: readonly Check[]): boolean {
  for (const { outcome } of checks) if (!outcome) return false;
  return true;
}

const isProtected = ({ protections, kind }: Thing): boolean => protections.length > 0 || !carriesText(kind);

const PROTECTED: Check = Object.freeze({
  rule: 'protection',
  outcome: true,
  need: 'a protection on everything that carries text',
  have: 'one at least',
});

function protectedCheck(thing: Thing): Check {
  if (thing.protections.length > 0) return PROTECTED;
  return carriesText(thing.kind)
    ? { ...PROTECTED, outcome: false, have: 'none' }
    : { ...PROTECTED, have: 'none, and no text' };
}
