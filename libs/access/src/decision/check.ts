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

/** A reason as callers are told it. It speaks of the thing and of the actor's own attributes, never of somebody else's. */
export interface AccessReason {
  readonly code: 'access';
  readonly rule: string;
  readonly need: string;
  readonly have: string;
}

/**
 * Why a decision was no, for a caller who may know of the thing. None where it was yes.
 * Who may not know of it is told nothing, and this is not asked.
 */
export const accessReasons = ({ effect, checks }: AccessDecision): AccessReason[] =>
  effect === 'permit'
    ? []
    : checks.filter(({ outcome }) => !outcome).map(({ rule, need, have }) => ({ code: 'access', rule, need, have }));

/** INVARIANT (fail_closed): what breaks is a check that fails. */
export const errorCheck = (error: unknown): Check => ({
  rule: 'no-error',
  outcome: false,
  need: 'a decision without an error',
  have: error instanceof Error ? error.message : String(error),
});
