import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { Refusals, decisionOf, record } from '#audit';
import { type CaseVerb, type CaseView, ProblemError, type Reason } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import { PolicySet, portionMark } from '#marking';
import { AuthorityReader } from '#people';
import { protectionsOf } from '#records';
import { type SpeakingAs, capacitiesOf, nextCaseState } from '#workflow';
import { caseThing, onTheRecord, reasonOf, requireCase } from './case-of';
import { judgeProposal, stagesOf } from './proposal-facts';
import { type CaseRow, itemsOf } from './store/case.store';
import { officesOf } from './store/office.store';
import { type ProposalRow, decisionsOn, findClosedPart, findProposal, guardWordOn } from './store/proposal.store';

/** What reading a case asks of its surroundings. */
@Injectable()
export class CaseReaderParts {
  constructor(
    readonly access: AccessPolicy,
    readonly policies: PolicySet,
    readonly authority: AuthorityReader,
    readonly clock: Clock,
  ) {}
}

/** Shows a case to those who may know of it: where it stands, who is missing, and of its items those that the reader holds. */
@Injectable()
export class ReadCase {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly parts: CaseReaderParts,
  ) {}

  async run(actor: Actor, id: string): Promise<CaseView> {
    return this.reading(actor, id, 'case', (tx, row) => this.view(tx, row));
  }

  /** The frozen proposal: the outgoing part in full, the closed part only for those whose rights cover it. */
  async proposal(actor: Actor, id: string): Promise<{ proposal: ProposalRow; closed: unknown }> {
    return this.reading(actor, id, 'proposal', async (tx, row) => {
      const proposal = row.proposalId === null ? undefined : await findProposal(tx, row.proposalId);
      if (proposal === undefined) throw new ProblemError('not-found');
      const closed = await findClosedPart(tx, proposal.id);
      return { proposal, closed: closed === undefined ? null : { salt: closed.salt, ...(closed.closed as object) } };
    });
  }

  /** In which stages, for which seats and as what the actor may decide at this moment. Nothing before the freeze. */
  async capacities(actor: Actor, id: string): Promise<SpeakingAs[]> {
    return this.reading(actor, id, 'capacities', async (tx, row) => {
      const judged = await judgeProposal(tx, row, this.parts.authority, this.parts.clock);
      return judged === undefined ? [] : capacitiesOf(actor.personId, judged.facts);
    });
  }

  /** Whether a verb would be refused at this moment, with every reason: what a greyed-out button says. */
  async wouldRefuse(actor: Actor, id: string, verb: CaseVerb): Promise<Reason[]> {
    return this.reading(actor, id, `would-refuse ${verb}`, async (tx, row) => {
      const reasons = await this.permissionReasons(tx, actor, row, verb);
      const judged = await judgeProposal(tx, row, this.parts.authority, this.parts.clock);
      const window = { notBefore: row.notBefore, notAfter: row.notAfter };
      const now = this.parts.clock.now();
      const publishAt = new Date(Math.max(row.notBefore.getTime(), now.getTime()));
      const next = nextCaseState(row.state, verb, { stages: stagesOf(judged), window, publishAt, now });
      return [...reasons, ...(next.ok ? [] : next.refusals.map(reasonOf))];
    });
  }

  /** Reads something of a case that the actor may know of, and records what was read, or that it was refused. */
  private async reading<Result>(
    actor: Actor,
    id: string,
    part: string,
    read: (tx: Tx, row: CaseRow) => Promise<Result>,
  ): Promise<Result> {
    return onTheRecord(this.refusals, actor, { action: 'case.read', caseId: id }, () =>
      this.transactions.run(actor, async (tx) => {
        const row = await requireCase(tx, actor, { id, action: 'read' }, this.parts.access);
        const result = await read(tx, row);
        const thing = { kind: 'Case', id } as const;
        const event = { action: 'case.read', outcome: 'done', thing, caseId: id, documentId: row.documentId } as const;
        const decision = decisionOf(actor, 'read', caseThing(row), [[row.protectionId]]);
        await record(tx, actor, { ...event, details: { part }, decision }, this.parts.clock.now());
        return result;
      }),
    );
  }

  private async permissionReasons(tx: Tx, actor: Actor, row: CaseRow, verb: CaseVerb): Promise<Reason[]> {
    try {
      await requireCase(tx, actor, { id: row.id, action: verb }, this.parts.access);
      return [];
    } catch (error) {
      if (error instanceof ProblemError) return [...(error.extra.reasons ?? [])];
      throw error;
    }
  }

  private async view(tx: Tx, row: CaseRow): Promise<CaseView> {
    const judged = await judgeProposal(tx, row, this.parts.authority, this.parts.clock);
    const decisions = row.proposalId === null ? [] : await decisionsOn(tx, row.proposalId);
    const items = await itemsOf(tx, row.id, row.round);
    const protections = await protectionsOf(tx, [row.protectionId, ...items.map((item) => item.protectionId)]);
    const offices = await officesOf(tx, [row.requestedBy, ...decisions.map((decision) => decision.personId)]);
    const { published, refusal } = await guardWordOn(tx, row.id);
    const markOf = (protectionId: number): string => {
      const protection = protections.get(protectionId);
      return protection === undefined ? '' : portionMark(this.parts.policies, protection.label);
    };
    return {
      ...summaryOf(row, markOf(row.protectionId), offices),
      summary: row.summary,
      document: row.documentId,
      audience: {
        ...row.audience,
        categories: row.audience.categories.map((each) => ({ ...each, values: [...each.values] })),
      },
      procedure: { id: row.procedureId, version: row.procedureVersion },
      window: { notBefore: row.notBefore.toISOString(), notAfter: row.notAfter.toISOString() },
      publishAt: row.publishAt?.toISOString() ?? null,
      release: row.release,
      stages: stagesOf(judged).map((stage) => ({ ...stage, missing: [...stage.missing] })),
      items: items.map((item) => ({
        n: item.n,
        portion: item.portionId,
        mark: markOf(item.protectionId),
        originator: item.originator,
        treatment: item.treatment,
        reasonCode: item.reasonCode,
        text: item.substitute,
      })),
      decisions: decisions.map((decision) => ({
        stage: decision.stage,
        office: offices.get(decision.personId) ?? '',
        seat: decision.seat,
        verdict: decision.verdict,
        reason: decision.reason,
        at: decision.receivedAt.toISOString(),
      })),
      published:
        published === null ? null : { release: published.release, publishedAt: published.publishedAt.toISOString() },
      guardRefusal: refusal === null ? null : { at: refusal.at.toISOString(), findings: refusal.findings },
    };
  }
}

/** A case in a line. */
export const summaryOf = (row: CaseRow, mark: string, offices: ReadonlyMap<string, string>) => ({
  id: row.id,
  title: row.title,
  state: row.state,
  round: row.round,
  mark,
  requestedBy: { person: row.requestedBy, office: offices.get(row.requestedBy) ?? '' },
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
