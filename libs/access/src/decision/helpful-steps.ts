import type { AccessDecision } from './check';

/** Something that the one who was refused can do by themselves, and what it is needed for. */
export interface HelpfulStep {
  readonly step: 'step-up' | 'acknowledge';
  readonly need: string;
}

/**
 * What would turn a no into a yes without anybody granting anything: only where the person's own rights cover the thing, and nothing
 * but the session or a read-in stands between.
 */
export function helpfulSteps({ effect, checks }: AccessDecision): HelpfulStep[] {
  if (effect === 'permit') return [];
  const failed = checks.filter(({ outcome }) => !outcome);
  const waiting = failed.filter(({ rule }) => rule === 'acknowledgement');
  const needToKnow = failed.filter(({ rule }) => rule === 'need-to-know');
  const stepUps = failed.filter(({ rule }) => rule === 'assurance');
  // A read-in that waits is why need-to-know fails, once for each protection.
  if (needToKnow.length !== waiting.length) return [];
  if (failed.length !== waiting.length + needToKnow.length + stepUps.length) return [];
  const steps: HelpfulStep[] = [
    ...stepUps.map(({ need }) => ({ step: 'step-up' as const, need })),
    ...waiting.map(({ need }) => ({ step: 'acknowledge' as const, need })),
  ];
  return [...new Map(steps.map((each) => [`${each.step} ${each.need}`, each] as const)).values()];
}
