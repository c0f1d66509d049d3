import type { Decision, ProposalFacts } from './decision';
import { seatsOf } from './decision';
import { ORIGINATORS, type Stage } from './procedure';

/** In which stage, for which seat and as what somebody may speak. */
export type SpeakingAs = Pick<Decision, 'stage' | 'body' | 'seat' | 'capacity'>;

/** Every capacity in which a person may decide on a proposal at this moment. Whether their decision would count is asked of `refuseDecision`. */
export function capacitiesOf(person: string, facts: ProposalFacts): SpeakingAs[] {
  return facts.procedure.stages.flatMap((stage) => inStage(stage, person, facts));
}

function inStage(stage: Stage, person: string, facts: ProposalFacts): SpeakingAs[] {
  const { authority, now } = facts;
  if ('role' in stage) {
    const holds = authority.person(person, now)?.body.roles.includes(stage.role) === true;
    return holds ? [{ stage: stage.id, body: null, seat: null, capacity: { kind: 'role' } }] : [];
  }
  const body = 'each' in stage ? ORIGINATORS : stage.body;
  return seatsOf(stage, facts).flatMap((seat): SpeakingAs[] => {
    const place = { stage: stage.id, body, seat: seat.id };
    if (authority.holderOf(body, seat.id, now)?.body.person === person)
      return [{ ...place, capacity: { kind: 'holder' } }];
    const delegations = authority.delegationsOf(body, seat.id, now).filter((each) => each.body.toPerson === person);
    return delegations.map(({ id }) => ({ ...place, capacity: { kind: 'delegate', delegation: id } }));
  });
}
