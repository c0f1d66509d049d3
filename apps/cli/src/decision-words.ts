import type { CheckView, ExaminedDecisionView, ExplanationView, ReplayedView } from '#contracts';
import { neutral } from './neutral';

/** A check in a line: what failed says what was needed and what there is. */
export const checkInLine = ({ rule, outcome, need, have }: CheckView): string =>
  neutral(`${outcome ? 'yes' : 'NO '}  ${rule.padEnd(22)} need ${need}; have ${have}`);

/** A decision with every check of it. */
export function decisionInWords(
  { effect, action, at, rulesVersion, checks, steps }: Omit<ExplanationView | ExaminedDecisionView, 'document'>,
  of: string,
): string[] {
  return [
    neutral(`${effect}  ${action} ${of}, at ${at}, by the rules ${rulesVersion}`),
    ...checks.map(checkInLine),
    ...steps.map(({ step, need }) => neutral(`${STEPS[step]}: ${need}`)),
  ];
}

const STEPS = {
  'step-up': 'it would help to step up (login, step-up)',
  acknowledge: 'it would help to acknowledge what is read in',
} as const;

/** A recorded decision, made again and as of today. */
export function replayInWords({ event, action, recorded, verified, replayed, today }: ReplayedView): string[] {
  return [
    neutral(`${event}  ${action}: ${recorded.effect} at ${recorded.at}, by the rules ${recorded.rulesVersion}`),
    `inputs    ${verified.digest ? 'are those of the record' : 'ARE NOT THOSE OF THE RECORD'}`,
    `record    ${LEDGER[verified.ledger]}`,
    ...(replayed === null
      ? ['again     not made: nothing vouches for its inputs']
      : [`again     ${replayed.effect}: ${replayed.agrees ? 'the same' : 'NOT WHAT WAS RECORDED'}`]),
    ...(today === null
      ? []
      : [
          neutral(
            `today     ${today.effect}, by the rules ${today.rulesVersion}${today.differs ? ': ANOTHER ANSWER' : ''}`,
          ),
          ...today.changes.map(({ rule, then, now }) =>
            neutral(`          ${rule}: then ${told(then)}; now ${told(now)}`),
          ),
        ]),
  ];
}

const LEDGER = {
  sealed: 'is what the ledger sealed',
  pending: 'is not sealed yet',
  altered: 'IS NOT WHAT WAS SEALED',
} as const;

const told = (check: { readonly outcome: boolean; readonly have: string } | null): string =>
  check === null ? 'not asked' : `${check.outcome ? 'yes' : 'no'} (${check.have})`;
