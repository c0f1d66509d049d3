/** One failed check of a rule: its code, the rule, what it needs and what there is. Expected refusals are values, every one at once. */
export interface Refusal {
  readonly code: string;
  readonly rule: string;
  readonly need: string;
  readonly have: string;
}

/** One check of a verification: its name, whether it held, and what was found in words. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}
