import type { Clearance } from '#marking';

/** A clearance with the span in which it counts: from its first moment, and no longer at its last (ISO 8601, UTC). */
export interface HeldClearance extends Clearance {
  /** By which a record names it; a clearance that nobody stored has none. */
  readonly id?: string;
  readonly from: string;
  readonly until: string;
}

/**
 * The one who acts, as they are at this moment: an immutable copy of attributes, clearances and need-to-know tokens.
 *
 * INVARIANT: nothing in it is ever changed. What was worked out about an actor is kept with the object.
 * `sid` is the secret that row-level security knows the session by; it is never logged, returned or stored.
 */
export interface Actor {
  readonly sid: string;
  readonly kind: 'session' | 'token';
  readonly personId: string;
  /** The human behind the office: one human counts once, whatever hats. */
  readonly identity: string;
  readonly office: string;
  readonly nation: string | null;
  readonly organisation: string;
  readonly roles: readonly string[];
  /** What need-to-know is asked against: `everyone`, `nation:DEU`, `community:NDPP-STAFF`, `list:KESTREL`, `organisation:…`, `person:…`. */
  readonly tokens: readonly string[];
  /** Tokens that the person would hold if they acknowledged the read-in that goes with them. */
  readonly unacknowledged: readonly string[];
  /** Need-to-know restrictions that break-glass lifts for this person now, each as a whole, where the session is stepped up. Never a clearance. */
  readonly lifted: readonly (readonly string[])[];
  readonly clearances: readonly HeldClearance[];
  /** What a token was limited to; null for a signed-in session. */
  readonly scopes: readonly string[] | null;
  readonly expiresAt: string;
  /** Until when the session is assured by a second factor; null when it is not, and for a token always. */
  readonly steppedUpUntil: string | null;
  /** The database's clock when the session was entered: the moment of the decisions of this request. */
  readonly enteredAt: string;
  /** The rules that were in force at that moment. */
  readonly rulesVersion: string;
  readonly requestId: string;
}
