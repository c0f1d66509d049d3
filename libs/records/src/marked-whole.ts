import { isNeedToKnowToken } from '#access';
import { type Label, type PolicySet, banner as bannerOf, labelAtLeast, parseMark, rollUp } from '#marking';
import { type LineFault, MOST_FAULTS } from './line-fault';
import type { Head, HeadMark } from './marked-head';
import type { MarkedPortion } from './marked-portion';

/** A nation or a body of the alliance, as it names itself: ACT, DEU, IMS. */
export const ORIGINATOR = /^[A-Z][A-Z0-9-]{1,30}$/;

/** A label that the head names, with its line. */
interface HeadLabel {
  readonly label: Label;
  readonly line: number;
}

/** The label of the banner, with its line; a fault where there is none. */
export function readBanner(head: Head, policies: PolicySet, faults: LineFault[]): HeadLabel | undefined {
  if (head.banner !== undefined) return readHeadMark(head.banner, 'wrong-banner', policies, faults);
  faults.push({ line: 1, code: 'no-banner', reason: 'the head names no banner' });
  return undefined;
}

/** A label of the head; a fault with the code where it is none. */
export function readHeadMark(
  mark: HeadMark,
  code: string,
  policies: PolicySet,
  faults: LineFault[],
): HeadLabel | undefined {
  const parsed = parseMark(policies, mark.text);
  if (parsed.ok) return { label: parsed.label, line: mark.line };
  faults.push({
    line: mark.line,
    code,
    reason: `${parsed.fault}${parsed.meant === undefined ? '' : `; did you mean ${parsed.meant}?`}`,
  });
  return undefined;
}

/** That a document exists is never a greater secret than what it says. */
export function checkOwnMark(
  mark: HeadLabel | undefined,
  banner: HeadLabel | undefined,
  policies: PolicySet,
  faults: LineFault[],
): void {
  if (mark === undefined || banner === undefined || labelAtLeast(policies, banner.label, mark.label)) return;
  faults.push({ line: mark.line, code: 'document-mark', reason: 'the mark of the document is above its banner' });
}

/**
 * INVARIANT (noninterference): of what may be read only whole nobody sees a cut. Whoever may know of it may read all of it, so no portion
 * asks more than the document itself.
 */
export function checkReadWhole(
  portions: readonly MarkedPortion[],
  mark: HeadLabel | undefined,
  policies: PolicySet,
  faults: LineFault[],
): void {
  if (mark === undefined) return;
  const beyond = portions.filter(({ label }) => !labelAtLeast(policies, mark.label, label));
  for (const { line } of beyond.slice(0, MOST_FAULTS))
    faults.push({
      line,
      code: 'beyond-the-whole',
      reason: `the document is read only whole, so its own mark covers every portion; it is ${bannerOf(policies, mark.label)}`,
    });
}

/** Originator and need-to-know: each is named, and is one. */
export function checkHead(head: Head, faults: LineFault[]): void {
  if (head.originator === undefined)
    faults.push({ line: 1, code: 'no-originator', reason: 'the head names no originator' });
  else if (!ORIGINATOR.test(head.originator))
    faults.push({ line: 1, code: 'originator', reason: `${JSON.stringify(head.originator)} is no originator` });
  // INVARIANT (fail_closed): a need-to-know that is not stated is nobody's, so it must be stated.
  if (head.needToKnow === undefined || head.needToKnow.length === 0) {
    faults.push({
      line: 1,
      code: 'no-need-to-know',
      reason: 'the head names no need-to-know; write need-to-know: [everyone] if it is not restricted',
    });
  }
  for (const token of head.needToKnow ?? []) {
    if (!isNeedToKnowToken(token))
      faults.push({ line: 1, code: 'need-to-know', reason: `${JSON.stringify(token)} is no need-to-know` });
  }
}

/** A document has portions, and its banner is not below them. */
export function checkWhole(
  portions: readonly MarkedPortion[],
  banner: { label: Label; line: number } | undefined,
  policies: PolicySet,
  faults: LineFault[],
): void {
  if (portions.length === 0) {
    if (faults.length === 0) faults.push({ line: 1, code: 'empty', reason: 'the document has no portion' });
    return;
  }
  if (banner === undefined) return;
  const whole = rollUp(
    policies,
    portions.map((portion) => portion.label),
  );
  if (!whole.ok) {
    faults.push({ line: banner.line, code: 'banner', reason: whole.reasons.join('; ') });
  } else if (whole.nobody === true) {
    faults.push({ line: banner.line, code: 'banner', reason: 'its portions together are releasable to nobody' });
  } else if (!labelAtLeast(policies, banner.label, whole.label)) {
    faults.push({
      line: banner.line,
      code: 'banner-below-content',
      reason: `the banner is below its content, which needs ${bannerOf(policies, whole.label)}`,
    });
  }
}
