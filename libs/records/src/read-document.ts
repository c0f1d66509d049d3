import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { Refusals, record } from '#audit';
import { type DocumentView, ProblemError } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import { PolicySet, portionMark } from '#marking';
import { cutBanner, cutsOf } from './cut';
import { findDocument, portionsOf, versionsOf } from './store/document.store';
import { protectionsOf } from './store/protection.store';

/** Gives a reader exactly their cut of a document, after the read is on the record. */
@Injectable()
export class ReadDocument {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly policies: PolicySet,
    private readonly access: AccessPolicy,
    private readonly clock: Clock,
  ) {}

  /** The cut and its entity tag. `version` is a number of the reader's own counting. Absent and hidden are one answer. */
  async run(actor: Actor, id: string, version?: number): Promise<{ view: DocumentView; etag: string }> {
    const found = await this.transactions.run(actor, (tx) => this.read(tx, actor, id, version));
    if (found !== undefined) return found;
    await this.refusals.record(actor, { action: 'document.read', thing: { kind: 'Document', id }, documentId: id });
    throw new ProblemError('not-found');
  }

  private async read(
    tx: Tx,
    actor: Actor,
    id: string,
    version: number | undefined,
  ): Promise<{ view: DocumentView; etag: string } | undefined> {
    const document = await findDocument(tx, id);
    if (document === undefined) return undefined;
    const portions = await portionsOf(tx, id);
    const protections = await protectionsOf(tx, [
      document.protectionId,
      ...portions.map((portion) => portion.protectionId),
    ]);
    const own = protections.get(document.protectionId);
    // INVARIANT (list_equals_filter_of_check): row-level security and the access decision agree; where they do not, the answer is no.
    if (
      own === undefined ||
      this.access.decide(actor, 'read', { kind: 'Document', protections: [own], id }).effect === 'deny'
    )
      return undefined;
    const readable = portions.filter((portion) => {
      const protection = protections.get(portion.protectionId);
      return (
        protection !== undefined &&
        this.access.decide(actor, 'read', { kind: 'Document', protections: [protection, own], id }).effect === 'permit'
      );
    });
    const cuts = cutsOf(await versionsOf(tx, id), readable, protections, this.policies);
    const cut = version === undefined ? cuts.at(-1) : cuts[version - 1];
    if (cut === undefined) return undefined;
    const details = { portions: cut.portions.map((portion) => portion.id), cut: cut.digest };
    await record(
      tx,
      actor,
      { action: 'document.read', outcome: 'done', thing: { kind: 'Document', id }, documentId: id, details },
      this.clock.now(),
    );
    return {
      etag: `"${cut.digest.slice('sha256:'.length)}"`,
      view: {
        id,
        mark: portionMark(this.policies, own.label),
        banner: cutBanner(cut, this.policies),
        originator: document.originator,
        exercise: document.exercise,
        version: cut.version,
        date: cut.date.toISOString(),
        portions: cut.portions.map(({ n, id: portionId, kind, mark, protection, originator, body, target }) => ({
          n,
          id: portionId,
          kind,
          mark,
          label: {
            ...protection.label,
            categories: protection.label.categories.map((each) => ({ ...each, values: [...each.values] })),
          },
          originator,
          text: body,
          ...(target === undefined ? {} : { target }),
        })),
      },
    };
  }
}
