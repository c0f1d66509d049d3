import type { Protection } from '../protection';
import { type PreparedLabel, prepareLabel } from './lattice';

/** A protection made ready, once. */
export interface PreparedProtection {
  readonly label: PreparedLabel;
  readonly needToKnow: readonly string[];
  /** The same tokens as numbers. */
  readonly tokens: readonly number[];
  readonly need: string;
  /** The restriction as a whole: what break-glass lifts. */
  readonly restriction: string;
}

/** The tokens that this process has met. A token is compared once, when it is met; a decision looks numbers up. */
const tokenNumbers = new Map<string, number>();

function tokenNumber(token: string): number {
  const known = tokenNumbers.get(token) ?? tokenNumbers.size;
  tokenNumbers.set(token, known);
  return known;
}

/** A one at the number of every token that is held. Numbers given later are beyond the end, and so not held. */
export function heldTokens(tokens: readonly string[]): Uint8Array {
  const numbers = tokens.map(tokenNumber);
  const held = new Uint8Array(tokenNumbers.size);
  for (const each of numbers) held[each] = 1;
  return held;
}

const prepared = new WeakMap<Protection, PreparedProtection>();

/** Throws for what is no protection. */
export function prepareProtection(protection: Protection): PreparedProtection {
  const known = prepared.get(protection);
  if (known !== undefined) return known;
  const made: PreparedProtection = {
    label: prepareLabel(protection.label),
    needToKnow: protection.needToKnow,
    tokens: protection.needToKnow.map(tokenNumber),
    need: protection.needToKnow.join(' or ') || 'nobody',
    restriction: restrictionOf(protection.needToKnow),
  };
  prepared.set(protection, made);
  return made;
}

/** A restriction as one text: the same tokens in any order are the same restriction. */
export const restrictionOf = (needToKnow: readonly string[]): string => JSON.stringify([...needToKnow].sort());
