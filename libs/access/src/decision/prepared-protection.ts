import type { Protection } from '../protection';
import type { PreparedLabel } from './lattice';

/** A protection made ready, by one lexicon. */
export interface PreparedProtection {
  readonly label: PreparedLabel;
  readonly needToKnow: readonly string[];
  /** The same tokens as numbers. */
  readonly tokens: readonly number[];
  readonly need: string;
  /** The restriction as a whole: what break-glass lifts. */
  readonly restriction: string;
}

/** The protection, with its label and its tokens in numbers. */
export const preparedProtection = (
  { needToKnow }: Protection,
  label: PreparedLabel,
  tokens: readonly number[],
): PreparedProtection => ({
  label,
  needToKnow,
  tokens,
  need: needToKnow.join(' or ') || 'nobody',
  restriction: restrictionOf(needToKnow),
});

/** A restriction as one text: the same tokens in any order are the same restriction. */
export const restrictionOf = (needToKnow: readonly string[]): string => JSON.stringify([...needToKnow].sort());
