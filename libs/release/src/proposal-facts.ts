import type { Clock, Tx } from '#database';
import type { AuthorityReader } from '#people';
import {
  type Authority,
  type ProposalFacts,
  type SignedDecision,
  type StageStanding,
  type Standing,
  proposalDigest,
  readDecision,
  standingOf,
} from '#workflow';
import type { CaseRow } from './store/case.store';
import { type DecisionRow, type ProposalRow, decisionsOn, findProposal } from './store/proposal.store';

/** A frozen proposal with the decisions on it, judged as the guard will judge them. */
export interface JudgedProposal {
  readonly proposal: ProposalRow;
  readonly facts: ProposalFacts;
  readonly decisions: readonly DecisionRow[];
  readonly signed: readonly SignedDecision[];
  readonly standing: Standing;
}

/** The case's frozen proposal, if there is one that the actor may read. */
export async function judgeProposal(
  tx: Tx,
  row: CaseRow,
  authority: AuthorityReader,
  clock: Clock,
): Promise<JudgedProposal | undefined> {
  const proposal = row.proposalId === null ? undefined : await findProposal(tx, row.proposalId);
  if (proposal === undefined) return undefined;
  const facts = factsOf(proposal, await authority.current(tx), clock.now().toISOString());
  if (facts === undefined) return undefined;
  const decisions = await decisionsOn(tx, proposal.id);
  const read = await Promise.all(decisions.map((decision) => readDecision(decision.statement, facts.authority)));
  const signed = read.filter((each): each is SignedDecision => typeof each !== 'string');
  return { proposal, facts, decisions, signed, standing: standingOf(signed, facts) };
}

function factsOf(proposal: ProposalRow, authority: Authority, now: string): ProposalFacts | undefined {
  const { outgoing, closedCommitment } = proposal;
  // INVARIANT (change_voids_approval): worked out from what is there now; what the row says of itself proves nothing.
  const digest = proposalDigest(outgoing, closedCommitment);
  const procedure = authority.procedure(outgoing.procedure.id, outgoing.procedure.version, now);
  return procedure === undefined ? undefined : { outgoing, digest, procedure, authority, now };
}

/** Where the stages stand; nothing stands before the freeze. */
export const stagesOf = (judged: JudgedProposal | undefined): readonly StageStanding[] => judged?.standing.stages ?? [];
