import type { Actor, HeldClearance } from '../actor';
import type { Protection } from '../protection';
import type { CompiledRules } from '../rules/compiled-rules';
import type { PreparedClearances } from './lattice';
import { type Lexicon, currentLexicon } from './lexicon';
import { type PreparedProtection, restrictionOf } from './prepared-protection';
import type { Check } from './check';

/** What a decision says of a restriction that break-glass lifts, whether the session at hand is such a one or not. */
export const LIFTED = 'lifted by break-glass, for a session that is stepped up';

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

/** What differs from one request of somebody to the next, and nothing that is made ready here follows from. */
const OF_A_REQUEST: ReadonlySet<string> = new Set<keyof Actor>(['sid', 'requestId', 'enteredAt']);

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
  private readonly lasting: readonly (keyof Actor)[];
  private standing: Standing | undefined;

  constructor(
    private readonly actor: Actor,
    private readonly lexicon: Lexicon,
  ) {
    this.lasting = (Object.keys(actor) as (keyof Actor)[]).filter((name) => !OF_A_REQUEST.has(name));
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

  /**
   * Whether this is that actor, in this request or in another, by this lexicon. INVARIANT: all that follows from it is the same, not
   * alike: an actor who shares some of it with another is somebody else.
   */
  isOf(actor: Actor, lexicon: Lexicon): boolean {
    if (lexicon !== this.lexicon) return false;
    for (const name of this.lasting) if (actor[name] !== this.actor[name]) return false;
    return true;
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

  /** The plain decision about one protection: lattice, need-to-know and assurance. */
  covers(standing: Standing, protection: Protection, rules: CompiledRules): boolean {
    const prepared = this.lexicon.protection(protection);
    return (
      standing.clearances.reads(prepared.label.interned) &&
      this.needsToKnow(standing, prepared) &&
      (standing.isAssured || !rules.assured.has(prepared.label.level))
    );
  }

  /** The same with every reason, put to the checks that there are. */
  explain(checks: Check[], standing: Standing, protection: Protection, rules: CompiledRules): void {
    const prepared = this.lexicon.protection(protection);
    standing.clearances.explain(checks, prepared.label);
    const holds = this.holdsToken(prepared);
    const isLifted = !holds && this.isLifted(prepared);
    const outcome = holds || (isLifted && standing.isAssured);
    checks.push(
      {
        rule: 'need-to-know',
        outcome,
        need: prepared.need,
        have: isLifted ? `${this.told}; ${LIFTED}` : this.told,
      },
      this.acknowledgement(prepared, outcome),
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

  /** INVARIANT: what is lifted is one restriction as a whole, and never that of nobody. It counts in a session that is stepped up. */
  private isLifted({ needToKnow, restriction }: PreparedProtection): boolean {
    return this.lifted.size > 0 && needToKnow.length > 0 && this.lifted.has(restriction);
  }

  private needsToKnow({ isAssured }: Standing, prepared: PreparedProtection): boolean {
    return this.holdsToken(prepared) || (isAssured && this.isLifted(prepared));
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

const actors = new WeakMap<Actor['clearances'], PreparedActor>();

/**
 * The actor made ready by the lexicon of the process; once for all requests of somebody who holds the same. Throws for what is no
 * actor.
 */
export function prepareActor(actor: Actor): PreparedActor {
  const lexicon = currentLexicon();
  const known = actors.get(actor.clearances);
  if (known?.isOf(actor, lexicon) === true) return known;
  const made = new PreparedActor(actor, lexicon);
  actors.set(actor.clearances, made);
  return made;
}
