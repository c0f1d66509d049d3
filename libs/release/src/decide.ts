import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Actor } from '#access';
import { Refusals, record } from '#audit';
import { type DecideCaseCommand, ProblemError } from '#contracts';
import { Transactions, type Tx, leaveInOutbox } from '#database';
import {
  type CaseCommand,
  type Decision,
  type Refusal,
  type SignedDecision,
  nextCaseState,
  readDecision,
  standingOf,
} from '#workflow';
import { onTheRecord, refuseFor, requireCase } from './case-of';
import { type JudgedProposal, judgeProposal } from './proposal-facts';
import { CaseReaderParts } from './read-case';
import { changeCase } from './store/case.store';
import { findClosedPart, insertDecision } from './store/proposal.store';
import { refuseWordsAbout } from './words-about-a-case';

/** Takes one person's signed verdict on the frozen proposal. */
@Injectable()
export class DecideCase {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly parts: CaseReaderParts,
  ) {}

  /** The state of the case after the decision. Throws the problem with every reason why it does not count. */
  async run(actor: Actor, id: string, command: DecideCaseCommand): Promise<{ state: string }> {
    return onTheRecord(this.refusals, actor, { action: 'case.decide', caseId: id }, () =>
      this.transactions.run(actor, (tx) => this.decide(tx, actor, id, command)),
    );
  }

  private async decide(tx: Tx, actor: Actor, id: string, command: DecideCaseCommand): Promise<{ state: string }> {
    const { access, authority, clock, policies } = this.parts;
    const now = clock.now();
    const row = await requireCase(tx, actor, { id, action: 'decide', lock: true }, access);
    const judged = await judgeProposal(tx, row, authority, clock);
    if (judged === undefined) {
      refuseFor(row.proposalId === null ? stateRefusals(row.state, 'decide') : [NOT_CLEARED]);
      throw new ProblemError('not-found');
    }
    const signed = await readDecision(command.statement, judged.facts.authority);
    if (typeof signed === 'string')
      throw new ProblemError('refused', {
        reasons: [
          { code: 'decision', rule: 'signature', need: 'a decision signed with an enrolled key', have: signed },
        ],
      });
    const after = standingOf([...judged.signed, signed], judged.facts);
    refuseFor([
      ...this.refuse(actor, signed.decision, judged, row.state),
      ...rejectedIn(after, signed),
      ...heardBefore(judged, signed),
      ...(await this.judgesBoth(tx, signed, judged)),
      ...(await refuseWordsAbout(tx, row, command.reason, policies)),
    ]);
    const next = nextCaseState(row.state, COMMANDS[signed.decision.verdict], { stages: after.stages });
    if (!next.ok) throw new ProblemError('refused', { reasons: next.refusals.map((each) => ({ ...each })) });
    await this.store(tx, actor, {
      id,
      protectionId: row.protectionId,
      command,
      signed,
      proposalId: judged.proposal.id,
      now,
    });
    await changeCase(tx, id, { state: next.state }, now);
    await leaveInOutbox(tx, {
      topic: TOPICS[next.state] ?? 'case.decided',
      payload: { caseId: id, proposalId: judged.proposal.id },
    });
    return { state: next.state };
  }

  /** What the actor, the state and the order of the stages say against it. */
  private refuse(actor: Actor, decision: Decision, judged: JudgedProposal, state: string): Refusal[] {
    const stages = judged.standing.stages;
    const place = stages.findIndex((stage) => stage.stage === decision.stage);
    const before = stages.slice(0, Math.max(place, 0)).filter((stage) => stage.state !== 'complete');
    return [
      ...stateRefusals(state, COMMANDS[decision.verdict]),
      ...(decision.person === actor.personId
        ? []
        : [
            {
              code: 'decision',
              rule: 'in-own-name',
              need: 'a decision of the one who hands it in',
              have: decision.person,
            },
          ]),
      ...before.map((stage) => ({
        code: 'stage',
        rule: `stage:${stage.stage}`,
        need: `${String(stage.need)} approvals before ${decision.stage}`,
        have: `${String(stage.have)}; missing: ${stage.missing.join(', ')}`,
      })),
    ];
  }

  /** Who judges both parts must hold the closed part as well. */
  private async judgesBoth(tx: Tx, { decision }: SignedDecision, judged: JudgedProposal): Promise<Refusal[]> {
    const stage = judged.facts.procedure.stages.find((each) => each.id === decision.stage);
    if (stage?.judges !== 'both parts') return [];
    return (await findClosedPart(tx, judged.proposal.id)) === undefined ? [NOT_CLEARED] : [];
  }

  private async store(
    tx: Tx,
    actor: Actor,
    given: {
      id: string;
      protectionId: number;
      command: DecideCaseCommand;
      signed: SignedDecision;
      proposalId: string;
      now: Date;
    },
  ): Promise<void> {
    const { decision } = given.signed;
    await insertDecision(
      tx,
      {
        id: randomUUID(),
        caseId: given.id,
        proposalId: given.proposalId,
        stage: decision.stage,
        personId: actor.personId,
        identity: decision.identity,
        body: decision.body,
        seat: decision.seat,
        verdict: decision.verdict,
        reason: given.command.reason ?? null,
        statement: given.command.statement,
        receivedAt: given.now,
      },
      given.protectionId,
    );
    const details = {
      proposal: given.proposalId,
      stage: decision.stage,
      verdict: decision.verdict,
      ...(decision.seat === null ? {} : { seat: decision.seat }),
    };
    await record(
      tx,
      actor,
      { action: 'case.decide', outcome: 'done', thing: { kind: 'Case', id: given.id }, caseId: given.id, details },
      given.now,
    );
  }
}

const COMMANDS: Readonly<Record<Decision['verdict'], CaseCommand>> = {
  approve: 'decide',
  object: 'object',
  return: 'return',
};
const TOPICS: Readonly<Partial<Record<string, string>>> = {
  approved: 'case.approved',
  objected: 'case.objected',
  returned: 'case.returned',
};

const NOT_CLEARED: Refusal = {
  code: 'clearance',
  rule: 'cleared-for-what-they-judge',
  need: 'rights over every source of what is judged',
  have: 'fewer',
};

function stateRefusals(state: string, command: CaseCommand): Refusal[] {
  const next = nextCaseState(state as Parameters<typeof nextCaseState>[0], command, {});
  return next.ok ? [] : next.refusals;
}

/** The same decision handed in once more is none: who has decided has decided. */
function heardBefore({ decisions }: JudgedProposal, { decision }: SignedDecision): Refusal[] {
  const before = decisions.find((each) => each.identity === decision.identity);
  if (before === undefined) return [];
  return [{ code: 'decision', rule: 'decided-already', need: 'no decision yet', have: `one in ${before.stage}` }];
}

const rejectedIn = (standing: ReturnType<typeof standingOf>, signed: SignedDecision): Refusal[] =>
  standing.refused.filter(({ decision }) => decision === signed.decision).flatMap(({ refusals }) => refusals);
