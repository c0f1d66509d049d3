import type { Actor, Protection } from '#access';
import { type Label, type PolicySet, banner, dominates, labelAtLeast, portionMark } from '#marking';
import { sha256Hex } from '#signing';
import type { LineFault } from './line-fault';
import type { MarkedDocument, MarkedPortion } from './marked-text';

/** A text shorter than this, in plain characters, may stand under any label: headings and names recur. */
const COMPARED_FROM = 20;

/** The text as it is compared: form, case and white space do not make another text. */
const compared = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();

/** The digest by which copies of a portion are found. */
export const bodyDigest = (text: string): string => sha256Hex(compared(text));

/** A readable portion that has the text of one that is about to be written. */
export interface KnownCopy {
  readonly digest: string;
  readonly protection: Protection;
  readonly documentProtection: Protection;
}

/** Every reason why an author may not bring a document in: above the installation, above themselves, or beyond their need-to-know. */
export function importFaults(document: MarkedDocument, actor: Actor, highest: Label, policies: PolicySet): LineFault[] {
  const above = (label: Label, line: number): LineFault[] => [
    ...(labelAtLeast(policies, highest, label)
      ? []
      : [
          {
            line,
            code: 'above-installation',
            reason: `${banner(policies, label)} is above what this installation holds`,
          },
        ]),
    ...(dominates(actor.clearances, label).dominates
      ? []
      : [{ line, code: 'above-own-clearance', reason: `${portionMark(policies, label)} is above your own clearance` }]),
  ];
  const held = document.needToKnow.some((token) => actor.tokens.includes(token));
  return [
    ...document.portions.flatMap((portion) => above(portion.label, portion.line)),
    ...above(document.banner, 1),
    ...(held
      ? []
      : [{ line: 1, code: 'need-to-know', reason: 'you do not hold the need-to-know that the document asks' }]),
  ];
}

/**
 * INVARIANT (no_write_down): a text that its writer can read under a higher label, or under a stricter need-to-know, is
 * refused under a lower one. Only what the writer may read is compared, so that a refusal tells nothing new.
 */
export function writeDownFaults(
  portions: readonly Pick<MarkedPortion, 'line' | 'label' | 'text'>[],
  target: Protection,
  copies: readonly KnownCopy[],
  policies: PolicySet,
): LineFault[] {
  return portions
    .filter((portion) => compared(portion.text).length >= COMPARED_FROM)
    .flatMap((portion) => {
      const digest = bodyDigest(portion.text);
      const lowered = copies.filter(
        (copy) =>
          copy.digest === digest && !protects(policies, { label: portion.label, needToKnow: target.needToKnow }, copy),
      );
      return lowered.slice(0, 1).map((copy) => ({
        line: portion.line,
        code: 'written-down',
        reason: `this text stands under ${portionMark(policies, copy.protection.label)} elsewhere, ${portionMark(policies, portion.label)} is lower or for more readers`,
      }));
    });
}

/** Whether whoever may read under `now` may read the copy where it stands. */
const protects = (policies: PolicySet, now: Protection, copy: KnownCopy): boolean =>
  labelAtLeast(policies, now.label, copy.protection.label) &&
  [copy.protection, copy.documentProtection].every(
    (old) => old.needToKnow.includes('everyone') || now.needToKnow.every((token) => old.needToKnow.includes(token)),
  );
