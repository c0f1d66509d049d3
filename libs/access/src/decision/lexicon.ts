import { type Clearance, LabelDictionary } from '#marking';
import type { Protection } from '../protection';
import { type PreparedClearances, prepareClearances, prepareLabel } from './lattice';
import { type PreparedProtection, preparedProtection } from './prepared-protection';

/**
 * Names turned into numbers, so that a decision looks numbers up: those of labels and clearances, and need-to-know tokens. What one
 * lexicon made ready means nothing to another.
 */
export class Lexicon {
  private readonly labels = new LabelDictionary();
  private readonly tokenNumbers = new Map<string, number>();
  private readonly protections = new WeakMap<Protection, PreparedProtection>();

  /** How many names it has met. */
  get size(): number {
    return this.labels.size + this.tokenNumbers.size;
  }

  /** The protection made ready, once. Throws for what is no protection. */
  protection(protection: Protection): PreparedProtection {
    const known = this.protections.get(protection);
    if (known !== undefined) return known;
    const tokens = protection.needToKnow.map((token) => this.tokenNumber(token));
    const made = preparedProtection(protection, prepareLabel(protection.label, this.labels), tokens);
    this.protections.set(protection, made);
    return made;
  }

  clearances(clearances: readonly Clearance[]): PreparedClearances {
    return prepareClearances(clearances, this.labels);
  }

  /** A one at the number of every token that is held. Numbers given later are beyond the end, and so not held. */
  heldTokens(tokens: readonly string[]): Uint8Array {
    const numbers = tokens.map((token) => this.tokenNumber(token));
    const held = new Uint8Array(this.tokenNumbers.size);
    for (const each of numbers) held[each] = 1;
    return held;
  }

  /** The same token gets the same number, whether a protection or an actor brought it first. */
  private tokenNumber(token: string): number {
    const known = this.tokenNumbers.get(token) ?? this.tokenNumbers.size;
    this.tokenNumbers.set(token, known);
    return known;
  }
}

/** How many names the lexicon of the process meets before another takes its place. */
const MOST_NAMES = 50_000;

let current = new Lexicon();

/**
 * The lexicon of the process, for the actors that come now. Names come in by request as well (a document that is refused, a
 * supposed label), so it is no list of what is stored: once it has met too many another begins, and the old one goes with the last
 * actor that was made ready by it.
 */
export function currentLexicon(): Lexicon {
  if (current.size > MOST_NAMES) current = new Lexicon();
  return current;
}
