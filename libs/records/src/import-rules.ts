import { type AccessPolicy, type Actor, EVERYONE } from '#access';
import { type Label, type PolicySet, banner, dominates, labelAtLeast, portionMark } from '#marking';
import type { LineFault } from './line-fault';
import type { MarkedDocument } from './marked-text';

/** Whether the session of the actor is assured enough for what stands under a label. */
export function isAssured(access: AccessPolicy, actor: Actor, label: Label): boolean {
  const asked = { kind: 'Document', protections: [{ label, needToKnow: [EVERYONE] }] } as const;
  return access.decide(actor, 'read', asked).checks.every(({ rule, outcome }) => rule !== 'assurance' || outcome);
}

/** What stands under a label for which the session is not assured: nobody brings in what they could not be shown. */
export const assuranceFaults = (
  document: MarkedDocument,
  actor: Actor,
  access: AccessPolicy,
  policies: PolicySet,
): LineFault[] =>
  document.portions
    .filter(({ label }) => !isAssured(access, actor, label))
    .map(({ label, line }) => ({
      line,
      code: 'session-assurance',
      reason: `${portionMark(policies, label)} asks for a session that is stepped up with a code`,
    }));

/** Why nobody marks with a label: it is above what the installation holds, or above their own clearance. */
export const labelFaults = (
  label: Label,
  actor: Actor,
  highest: Label,
  policies: PolicySet,
): { readonly code: string; readonly reason: string }[] => [
  ...(labelAtLeast(policies, highest, label)
    ? []
    : [{ code: 'above-installation', reason: `${banner(policies, label)} is above what this installation holds` }]),
  ...(dominates(actor.clearances, label).dominates
    ? []
    : [{ code: 'above-own-clearance', reason: `${portionMark(policies, label)} is above your own clearance` }]),
];

/** Every reason why an author may not bring a document in: above the installation, above themselves, or beyond their need-to-know. */
export function importFaults(document: MarkedDocument, actor: Actor, highest: Label, policies: PolicySet): LineFault[] {
  const above = (label: Label, line: number): LineFault[] =>
    labelFaults(label, actor, highest, policies).map((fault) => ({ line, ...fault }));
  const held = document.needToKnow.some((token) => actor.tokens.includes(token));
  return [
    ...document.portions.flatMap((portion) => above(portion.label, portion.line)),
    ...above(document.banner, 1),
    ...(held
      ? []
      : [{ line: 1, code: 'need-to-know', reason: 'you do not hold the need-to-know that the document asks' }]),
  ];
}
