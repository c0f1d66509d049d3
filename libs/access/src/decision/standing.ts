import type { Actor, HeldClearance } from '../actor';
import type { Protection } from '../protection';
import type { CompiledRules } from '../rules/compiled-rules';
import { RuleBook } from '../rules/rule-book';
import type { PreparedClearances } from './lattice';
import { type Lexicon, currentLexicon } from './lexicon';
import { type PreparedProtection, restrictionOf } from './prepared-protection';
import type { Check } from './check';

/** A span of time, in milliseconds: from its first moment, and no longer at its last. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/** What the actor holds at a moment. It stays so for the whole of a span, and is worked out once for it. */
export interface Standing extends Span {
  readonly clearances: PreparedClearances;
  readonly isOpen: boolean;
  readonly isAssured: boolean;
}

/**
 * An actor made ready: tokens as a set, and for each span of time the clearances that are valid in it.
 *
 * INVARIANT (fail_closed): what says no beginning or no end that can be read is not valid.
 */
export class PreparedActor {
  private readonly tokens: Uint8Array;
  private readonly unacknowledged: ReadonlySet<string>;
  private readonly lifted: ReadonlySet<string>;
  private readonly told: string;
  private readonly expires: number;
  private readonly assuredUntil: number;
  private readonly spans: readonly (Span & { readonly clearance: HeldClearance })[];
  private readonly moments: readonly number[];
  private readonly books = new Map<CompiledRules, RuleBook>();
  private standing: Standing | undefined;

  constructor(
    private readonly actor: Actor,
    private readonly lexicon: Lexicon,
  ) {
    this.tokens = lexicon.heldTokens(actor.tokens);
    this.unacknowledged = new Set(actor.unacknowledged);
    this.lifted = new Set(actor.lifted.map(restrictionOf));
    this.told = actor.tokens.join(', ');
    this.expires = Date.parse(actor.expiresAt);
    this.assuredUntil = actor.steppedUpUntil === null ? NaN : Date.parse(actor.steppedUpUntil);
    this.spans = actor.clearances.map((clearance) => ({
      clearance,
      from: Date.parse(clearance.from),
      until: Date.parse(clearance.until),
    }));
    this.moments = [this.expires, this.assuredUntil, ...this.spans.flatMap(({ from, until }) => [from, until])];
  }

  /** What the actor holds at this moment, in milliseconds. */
  at(now: number): Standing {
    const known = this.standing;
    if (known !== undefined && known.from <= now && now < known.until) return known;
    if (Number.isNaN(now)) throw new Error('a decision is made at a moment');
    const valid = this.spans.filter(({ from, until }) => from <= now && now < until);
    return (this.standing = {
      from: Math.max(-Infinity, ...this.moments.filter((moment) => moment <= now)),
      until: Math.min(Infinity, ...this.moments.filter((moment) => moment > now)),
      clearances: this.lexicon.clearances(valid.map(({ clearance }) => clearance)),
      isOpen: now < this.expires,
      isAssured: this.actor.kind === 'session' && now < this.assuredUntil,
    });
  }

  /** The rules as they stand for this actor. */
  rules(rules: CompiledRules): RuleBook {
    const known = this.books.get(rules);
    if (known !== undefined) return known;
    const made = new RuleBook(this.actor, rules);
    this.books.set(rules, made);
    return made;
  }

  /** The plain decision about one protection: lattice, need-to-know and assurance. */
  covers(standing: Standing, protection: Protection, rules: CompiledRules): boolean {
    const prepared = this.lexicon.protection(protection);
    return (
      standing.clearances.reads(prepared.label.interned) &&
      this.needsToKnow(prepared) &&
      (standing.isAssured || !rules.assured.has(prepared.label.level))
    );
  }

  /** The same with every reason, put to the checks that there are. */
  explain(checks: Check[], standing: Standing, protection: Protection, rules: CompiledRules): void {
    const prepared = this.lexicon.protection(protection);
    standing.clearances.explain(checks, prepared.label);
    const holds = this.holdsToken(prepared);
    const isLifted = !holds && this.isLifted(prepared);
    checks.push(
      {
        rule: 'need-to-know',
        outcome: holds || isLifted,
        need: prepared.need,
        have: isLifted ? `${this.told}; lifted by break-glass` : this.told,
      },
      this.acknowledgement(prepared, holds || isLifted),
      this.assurance(standing, prepared.label.level, rules),
    );
  }

  sessionCheck(standing: Standing): Check {
    return {
      rule: 'session',
      outcome: standing.isOpen,
      need: 'a session that has not ended',
      have: standing.isOpen ? 'one that goes on' : 'one that has ended',
    };
  }

  private holdsToken({ tokens }: PreparedProtection): boolean {
    for (const token of tokens) if (this.tokens[token] === 1) return true;
    return false;
  }

  /** INVARIANT: what is lifted is one restriction as a whole, and never that of nobody. */
  private isLifted({ needToKnow, restriction }: PreparedProtection): boolean {
    return this.lifted.size > 0 && needToKnow.length > 0 && this.lifted.has(restriction);
  }

  private needsToKnow(prepared: PreparedProtection): boolean {
    return this.holdsToken(prepared) || this.isLifted(prepared);
  }

  /** Fails only where an acknowledgement is all that need-to-know lacks. */
  private acknowledgement({ needToKnow }: PreparedProtection, held: boolean): Check {
    const waiting =
      held || this.unacknowledged.size === 0 ? [] : needToKnow.filter((token) => this.unacknowledged.has(token));
    return waiting.length === 0
      ? NOTHING_TO_ACKNOWLEDGE
      : {
          rule: 'acknowledgement',
          outcome: false,
          need: `the read-in of ${waiting.join(' or ')}, acknowledged`,
          have: 'a read-in that is not acknowledged',
        };
  }

  private assurance({ isAssured }: Standing, level: string, rules: CompiledRules): Check {
    const needed = rules.assured.has(level);
    return {
      rule: 'assurance',
      outcome: isAssured || !needed,
      need: needed ? 'a session stepped up with a second factor' : 'any session',
      have: isAssured ? 'a session stepped up with a second factor' : 'a session that is not stepped up',
    };
  }
}

const NOTHING_TO_ACKNOWLEDGE: Check = Object.freeze({
  rule: 'acknowledgement',
  outcome: true,
  need: 'no read-in is waiting',
  have: 'none is',
});

const actors = new WeakMap<Actor, PreparedActor>();

/** The actor made ready, once, by the lexicon of the process. Throws for what is no actor. */
export function prepareActor(actor: Actor): PreparedActor {
  const known = actors.get(actor);
  if (known !== undefined) return known;
  const made = new PreparedActor(actor, currentLexicon());
  actors.set(actor, made);
  return made;
}
