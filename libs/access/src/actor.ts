import type { Clearance } from '#marking';

/**
 * The one who acts, as they are at this moment: an immutable copy of attributes, clearances and need-to-know tokens.
 *
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
  /** What need-to-know is asked against: `everyone`, `nation:DEU`, `community:NDPP-STAFF`, `organisation:…`, `person:…`. */
  readonly tokens: readonly string[];
  readonly clearances: readonly Clearance[];
  /** What a token was limited to; null for a signed-in session. */
  readonly scopes: readonly string[] | null;
  readonly expiresAt: string;
  readonly requestId: string;
}
