import type { Protection } from '../protection';
import { type PreparedLabel, prepareLabel } from './lattice';

/** A protection made ready, once. */
export interface PreparedProtection {
  readonly label: PreparedLabel;
  readonly needToKnow: readonly string[];
  readonly need: string;
  /** The restriction as a whole: what break-glass lifts. */
  readonly restriction: string;
}

const prepared = new WeakMap<Protection, PreparedProtection>();

/** Throws for what is no protection. */
export function prepareProtection(protection: Protection): PreparedProtection {
  const known = prepared.get(protection);
  if (known !== undefined) return known;
  const made: PreparedProtection = {
    label: prepareLabel(protection.label),
    needToKnow: protection.needToKnow,
    need: protection.needToKnow.join(' or ') || 'nobody',
    restriction: restrictionOf(protection.needToKnow),
  };
  prepared.set(protection, made);
  return made;
}

/** A restriction as one text: the same tokens in any order are the same restriction. */
export const restrictionOf = (needToKnow: readonly string[]): string => JSON.stringify([...needToKnow].sort());
