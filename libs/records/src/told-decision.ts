import { type AccessDecision, type Actor, type Check, LIFTED, type Protection, helpfulSteps } from '#access';
import type { ExplanationView } from '#contracts';

/**
 * A decision as it is told to the one whom it is about, of a thing that they may know of.
 *
 * INVARIANT (absent_equals_forbidden): where need-to-know is met it names the tokens by which it is, and no other circle that the
 * thing is meant for: a list that is not listed is not to be learnt from what it opens.
 */
export function toldDecision(
  actor: Actor,
  action: string,
  protections: readonly Protection[],
  decision: AccessDecision,
): Omit<ExplanationView, 'document' | 'portion' | 'case'> {
  let asked = 0;
  const checks = decision.checks.map((check): Check => {
    if (check.rule !== 'need-to-know') return check;
    const protection = protections[asked++];
    return check.outcome && protection !== undefined ? toldNeedToKnow(actor, protection) : check;
  });
  const { effect, rulesVersion } = decision;
  return { effect, rulesVersion, action, at: actor.enteredAt, checks, steps: helpfulSteps(decision) };
}

function toldNeedToKnow({ tokens }: Actor, { needToKnow }: Protection): Check {
  const own = needToKnow.filter((token) => tokens.includes(token)).join(', ');
  const need = 'one of those whom it is meant for';
  return { rule: 'need-to-know', outcome: true, need, have: own === '' ? LIFTED : own };
}
