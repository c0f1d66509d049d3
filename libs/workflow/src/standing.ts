import { canonicalJson } from '#signing';
import { type Decision, type ProposalFacts, type SignedDecision, refuseDecision, seatsOf } from './decision';
import { humanOf } from './instrument';
import type { Stage } from './procedure';
import type { Refusal } from './refusal';

/** Where one stage stands. `missing` names the seats, or how many of a role, that have not approved. */
export interface StageStanding {
  readonly stage: string;
  readonly state: 'complete' | 'open' | 'waiting' | 'stopped';
  readonly have: number;
  readonly need: number;
  readonly missing: readonly string[];
}

export interface Standing {
  readonly stages: readonly StageStanding[];
  readonly approved: boolean;
  /** The decisions that count, one a human. */
  readonly counted: readonly Decision[];
  readonly refused: readonly { readonly decision: Decision; readonly refusals: readonly Refusal[] }[];
}

/**
 * Counts decisions on a proposal, in whatever order they are given; the same decision given twice is one.
 *
 * INVARIANT (distinct_humans): one human counts once on a proposal, in all its stages, whatever hats and delegations: with a
 * stop if they signed one, else with the earliest approval. INVARIANT (fail_closed): a stage that asks nobody is never complete,
 * and a valid stop stops whatever else its signer signed.
 */
export function standingOf(decisions: readonly SignedDecision[], facts: ProposalFacts): Standing {
  const counted: Decision[] = [];
  const refused: { decision: Decision; refusals: Refusal[] }[] = [];
  const seen = new Set<string>();
  for (const signed of [...decisions].sort(stopsThenMoment)) {
    const { decision } = signed;
    const same = canonicalJson(signed);
    if (seen.has(same)) continue;
    seen.add(same);
    const refusals = [...refuseDecision(signed, facts), ...countedBefore(decision, counted)];
    if (refusals.length === 0) counted.push(decision);
    else refused.push({ decision, refusals });
  }
  let before = true;
  const stages = facts.procedure.stages.map((stage) => {
    const standing = stageStanding(
      stage,
      counted.filter((decision) => decision.stage === stage.id),
      facts,
      before,
    );
    before = before && standing.state === 'complete';
    return standing;
  });
  return {
    stages,
    counted,
    refused,
    approved: stages.length > 0 && stages.every((stage) => stage.state === 'complete'),
  };
}

const stopsThenMoment = (a: SignedDecision, b: SignedDecision): number =>
  Number(a.decision.verdict === 'approve') - Number(b.decision.verdict === 'approve') ||
  Date.parse(a.decision.at) - Date.parse(b.decision.at) ||
  (canonicalJson(a) < canonicalJson(b) ? -1 : 1);

function countedBefore(decision: Decision, counted: readonly Decision[]): Refusal[] {
  const human = humanOf(decision.identity);
  const same = counted.find((each) => humanOf(each.identity) === human || each.person === decision.person);
  const seat = counted.find(
    (each) =>
      each.stage === decision.stage &&
      each.seat !== null &&
      each.seat === decision.seat &&
      decision.verdict === 'approve',
  );
  return [
    ...(same === undefined
      ? []
      : [
          {
            code: 'decision',
            rule: 'distinct_humans',
            need: 'somebody who has not decided on this proposal',
            have: `decided in ${same.stage}`,
          },
        ]),
    ...(seat === undefined
      ? []
      : [
          {
            code: 'decision',
            rule: 'one-decision-a-seat',
            need: 'a seat that has not decided',
            have: `${seat.seat ?? ''} has`,
          },
        ]),
  ];
}

function stageStanding(
  stage: Stage,
  decisions: readonly Decision[],
  facts: ProposalFacts,
  reached: boolean,
): StageStanding {
  const approvals = decisions.filter((decision) => decision.verdict === 'approve');
  const stopped = decisions.some((decision) => decision.verdict !== 'approve');
  const { need, have, missing } = 'role' in stage ? roleCount(stage, approvals) : seatCount(stage, approvals, facts);
  const complete = !stopped && need > 0 && have >= need;
  return {
    stage: stage.id,
    state: stopped ? 'stopped' : complete ? 'complete' : reached ? 'open' : 'waiting',
    have,
    need,
    missing,
  };
}

interface Count {
  readonly need: number;
  readonly have: number;
  readonly missing: string[];
}

function roleCount(stage: Stage & { role: string; rule: { atLeast: number } }, approvals: readonly Decision[]): Count {
  const need = stage.rule.atLeast;
  const have = approvals.length;
  return { need, have, missing: have < need ? [`${String(need - have)} more ${stage.role}`] : [] };
}

function seatCount(stage: Stage, approvals: readonly Decision[], facts: ProposalFacts): Count {
  const seats = seatsOf(stage, facts);
  const silent = seats.filter((seat) => !approvals.some((decision) => decision.seat === seat.id));
  const have = seats.length - silent.length;
  const need = typeof stage.rule === 'object' ? stage.rule.atLeast : seats.length;
  return {
    need,
    have,
    missing: have < need ? silent.map((seat) => (seat.name === seat.id ? seat.id : `${seat.id} ${seat.name}`)) : [],
  };
}
