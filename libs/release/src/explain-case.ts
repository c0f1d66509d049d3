import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { Refusals, record } from '#audit';
import { type CaseAction, type ExplanationView, ProblemError } from '#contracts';
import { Clock, Transactions } from '#database';
import { protectionsOf, requireExplaining, toldDecision } from '#records';
import { caseThing, requireCase } from './case-of';

/** Tells somebody why the rules let them do something with a case that they may know of, or do not. */
@Injectable()
export class ExplainCase {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly clock: Clock,
  ) {}

  /** Every check with its need and what they have. Absent and hidden are one answer. */
  async run(actor: Actor, id: string, action: CaseAction): Promise<ExplanationView> {
    const event = { action: 'case.explain', thing: { kind: 'Case', id }, caseId: id };
    return this.refusals.around(actor, event, async () => {
      requireExplaining(actor, this.access);
      return this.transactions.run(actor, async (tx) => {
        const row = await requireCase(tx, actor, { id, action: 'read' }, this.access);
        const own = (await protectionsOf(tx, [row.protectionId])).get(row.protectionId);
        if (own === undefined) throw new ProblemError('not-found');
        const decision = this.access.decide(actor, action, caseThing(row, own));
        const details = { action, effect: decision.effect };
        await record(tx, actor, { ...event, outcome: 'done', details }, this.clock.now());
        return { ...toldDecision(actor, action, [own], decision), document: row.documentId, portion: null, case: id };
      });
    });
  }
}
