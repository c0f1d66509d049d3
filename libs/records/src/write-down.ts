import type { Protection } from '#access';
import { type PolicySet, labelAtLeast } from '#marking';
import { sha256Hex } from '#signing';

/** A text shorter than this, in plain characters, may stand under any label: headings and names recur. */
const COMPARED_FROM = 20;

/** The text as it is compared: form, case and white space do not make another text. */
const compared = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();

/** Whether a text is long enough that an exact copy of it tells something. */
export const isCompared = (text: string): boolean => compared(text).length >= COMPARED_FROM;

/** The digest by which copies of a portion are found. */
export const bodyDigest = (text: string): string => sha256Hex(compared(text));

/**
 * How a text was found in another one: as a whole, in much of its words (migration 073 says how much), or by the figures of a
 * target.
 */
export type Likeness = 'same' | 'near' | 'figures';

/** Under what a portion stands: its own protection and its document's. */
export interface Standing {
  readonly protection: Protection;
  readonly documentProtection: Protection;
}

/** A portion that the writer may read and that a text is like. */
export interface KnownCopy extends Standing {
  /** Which of the texts, counted from 0. */
  readonly n: number;
  readonly how: Likeness;
}

/** A text together with what it is about to stand under. */
export interface Placed {
  readonly text: string;
  readonly under: Protection;
}

/** A text that would stand lower, or for more readers, than what it is a copy of. */
export interface WrittenDown {
  readonly n: number;
  readonly how: Likeness;
  readonly from: Protection;
}

/**
 * Of each text the first copy that stands higher than the text is about to stand; nothing of a text that may stand where it is put.
 *
 * INVARIANT (no_write_down): a text that its writer can read under a higher label, or under a stricter need-to-know, is refused
 * under a lower one. Only what the writer may read is compared, so that a refusal tells nothing new.
 */
export function writtenDown(
  texts: readonly Placed[],
  copies: readonly KnownCopy[],
  policies: PolicySet,
): WrittenDown[] {
  const first = new Map<number, WrittenDown>();
  for (const copy of copies) {
    const { n, how, protection: from } = copy;
    const written = texts[n];
    if (written === undefined || first.has(n) || (how === 'same' && !isCompared(written.text))) continue;
    if (!mayStandUnder(policies, written.under, copy)) first.set(n, { n, how, from });
  }
  return [...first.values()].sort((a, b) => a.n - b.n);
}

/** Whether whoever may read under `now` may read the copy where it stands. */
export function mayStandUnder(policies: PolicySet, now: Protection, copy: Standing & Pick<KnownCopy, 'how'>): boolean {
  if (!labelAtLeast(policies, now.label, copy.protection.label)) return false;
  return [copy.protection, copy.documentProtection].every(
    (old) =>
      old.needToKnow.includes('everyone') ||
      now.needToKnow.every((token) => old.needToKnow.includes(token)) ||
      (copy.how === 'near' && isBeside(now, old)),
  );
}

/**
 * Whether two circles of readers lie beside each other: neither is part of the other. The same form, filled in for one nation
 * after another, is a near copy under the same label; what differs is what only one circle needs to know. So of those copies alone
 * which are nearly the same a circle beside is let pass; the same text, and the figures of the same target, are not.
 */
const isBeside = (now: Protection, old: Protection): boolean =>
  !now.needToKnow.includes('everyone') && old.needToKnow.some((token) => !now.needToKnow.includes(token));
