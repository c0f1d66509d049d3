import type { Protection } from '#access';
import { type PolicySet, portionMark } from '#marking';

/** A protection as a security officer reads it: the mark, and whom need-to-know lets through. */
export const labelled = (
  { label, needToKnow }: Protection,
  policies: PolicySet,
): { mark: string; needToKnow: string[] } => ({
  mark: portionMark(policies, label),
  needToKnow: [...needToKnow],
});
