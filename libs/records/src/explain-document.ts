import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, accessReasons } from '#access';
import { Refusals, record } from '#audit';
import { type DocumentAction, type ExplanationView, ProblemError } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import { documentThing } from './document-thing';
import { findDocument, protectionOfPortion } from './store/document.store';
import { protectionsOf } from './store/protection.store';
import { toldDecision } from './told-decision';

interface Asked {
  readonly action: DocumentAction;
  readonly portion?: string | undefined;
}

/** Tells a reader why they may or may not do something with a document, or a portion of it, that they may know of. */
@Injectable()
export class ExplainDocument {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly clock: Clock,
  ) {}

  /** Every check with its need and what the reader has. Absent and hidden, the portion as well as the document, are one answer. */
  async run(actor: Actor, id: string, asked: Asked): Promise<ExplanationView> {
    const event = { action: 'document.explain', thing: { kind: 'Document', id }, documentId: id };
    return this.refusals.around(actor, event, async () => {
      requireExplaining(actor, this.access);
      return this.transactions.run(actor, async (tx) => {
        const explanation = await this.explain(tx, actor, id, asked);
        const details = { action: asked.action, effect: explanation.effect };
        await record(tx, actor, { ...event, outcome: 'done', details }, this.clock.now());
        return explanation;
      });
    });
  }

  private async explain(tx: Tx, actor: Actor, id: string, { action, portion }: Asked): Promise<ExplanationView> {
    const document = await findDocument(tx, id);
    if (document === undefined) throw new ProblemError('not-found');
    const ofPortion = portion === undefined ? undefined : await protectionOfPortion(tx, id, portion);
    if (portion !== undefined && ofPortion === undefined) throw new ProblemError('not-found');
    const under = [...(ofPortion === undefined ? [] : [ofPortion]), document.protectionId];
    const known = await protectionsOf(tx, under);
    const protections = under.flatMap((each) => known.get(each) ?? []);
    const thing = documentThing(id, protections);
    // INVARIANT (absent_equals_forbidden): who may not read it may not know of it, whether the database or the rules say so.
    if (protections.length < under.length || !this.access.permits(actor, 'read', thing))
      throw new ProblemError('not-found');
    const decision = this.access.decide(actor, action, thing);
    return {
      ...toldDecision(actor, action, protections, decision),
      document: id,
      portion: portion ?? null,
      case: null,
    };
  }
}

/** Refuses whom the rules do not let ask about themselves. */
export function requireExplaining(actor: Actor, access: AccessPolicy): void {
  const decision = access.decide(actor, 'explain', { kind: 'Person', protections: [], id: actor.personId });
  if (decision.effect === 'deny') throw new ProblemError('not-permitted', { reasons: accessReasons(decision) });
}
