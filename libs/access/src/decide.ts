import { dominates } from '#marking';
import type { Actor } from './actor';
import type { Protection } from './protection';
import { type AccessRules, abilityOf, attributesIn } from './rules';

/** What is acted upon: its kind, every protection it stands under, and the attributes that rules may ask about. */
export interface Thing {
  readonly kind: 'Document' | 'Portion' | 'Case' | 'AuditEvent' | 'Instrument';
  readonly protections: readonly Protection[];
  readonly [attribute: string]: unknown;
}

/** One check of an access decision: what was asked, the answer, what was needed and what the actor has. */
export interface Check {
  readonly rule: string;
  readonly outcome: boolean;
  readonly need: string;
  readonly have: string;
}

export interface AccessDecision {
  readonly effect: 'permit' | 'deny';
  readonly checks: readonly Check[];
  readonly rulesVersion: string;
}

/**
 * The access decision: mandatory lattice AND need-to-know AND the CASL rules, on the instance, with every check.
 *
 * No short circuit hides a reason. INVARIANT: an error is a denial, and no rule overrides the lattice.
 * A thing without any protection of its own (an instrument, an audit event) is decided by the rules alone; text is never such a thing.
 */
export function decide(actor: Actor, action: string, thing: Thing, rules: AccessRules): AccessDecision {
  let checks: Check[];
  try {
    checks = [
      ...thing.protections.flatMap((protection) => protectionChecks(actor, protection)),
      ruleCheck(actor, action, thing, rules),
      ...unprotected(thing),
    ];
  } catch (error) {
    checks = [
      { rule: 'no-error', outcome: false, need: 'a decision without an error', have: (error as Error).message },
    ];
  }
  const effect = checks.length > 0 && checks.every((check) => check.outcome) ? 'permit' : 'deny';
  return { effect, checks, rulesVersion: rules.version };
}

/** The rules in force, as one thing that a use case asks. */
export class AccessPolicy {
  constructor(readonly rules: AccessRules) {}

  decide(actor: Actor, action: string, thing: Thing): AccessDecision {
    return decide(actor, action, thing, this.rules);
  }
}

/** The lattice and the need-to-know of one protection: exactly what row-level security enforces by itself. */
export function protectionChecks(actor: Actor, protection: Protection): Check[] {
  const lattice = dominates(actor.clearances, protection.label);
  return [
    ...lattice.checks.map((check) => ({ ...check, rule: `lattice:${check.rule}` })),
    { rule: 'lattice', outcome: lattice.dominates, need: protection.label.classification, have: heldLevels(actor) },
    {
      rule: 'need-to-know',
      outcome: protection.needToKnow.some((token) => actor.tokens.includes(token)),
      need: protection.needToKnow.join(' or ') || 'nobody',
      have: actor.tokens.join(', '),
    },
  ].filter((check) => check.outcome || !lattice.dominates || check.rule === 'need-to-know');
}

const heldLevels = (actor: Actor): string =>
  actor.clearances.map((held) => `${held.policy}: ${held.classifications.join(', ')}`).join('; ') || 'no clearance';

function ruleCheck(actor: Actor, action: string, thing: Thing, rules: AccessRules): Check {
  const asked = abilityOf(rules, actor).rulesFor(action, thing.kind);
  const unsaid = (conditions: object | undefined): string[] =>
    attributesIn(conditions).filter((name) => thing[name] === undefined || thing[name] === null);
  // INVARIANT (fail_closed): about what a thing does not say, what permits permits nothing and what forbids forbids; `$ne` by
  // itself would find it unlike.
  const rule = asked.find((each) =>
    unsaid(each.conditions).length > 0 ? each.inverted : each.matchesConditions(thing),
  );
  const missing = asked.flatMap((each) => unsaid(each.conditions));
  return {
    rule: 'rules',
    outcome: rule !== undefined && !rule.inverted,
    need: `a rule that lets ${action} ${thing.kind}`,
    have:
      rule?.reason ??
      (missing.length > 0
        ? `nothing said of ${[...new Set(missing)].join(', ')}`
        : `none for the roles ${actor.roles.join(', ') || '(none)'}`),
  };
}

const WITHOUT_TEXT: readonly string[] = ['AuditEvent', 'Instrument'];

function unprotected(thing: Thing): Check[] {
  if (thing.protections.length > 0 || WITHOUT_TEXT.includes(thing.kind)) return [];
  return [{ rule: 'protection', outcome: false, need: 'a protection on everything that carries text', have: 'none' }];
}
