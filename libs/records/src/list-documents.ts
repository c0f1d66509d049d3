import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, type Protection } from '#access';
import { record } from '#audit';
import type { DocumentListView } from '#contracts';
import { Clock, Cursors, Transactions, cutPage } from '#database';
import { PolicySet, portionMark } from '#marking';
import { pageOfDocuments } from './store/document.store';
import { protectionsOf } from './store/protection.store';

/** Lists the documents that the reader may know of, newest first. */
@Injectable()
export class ListDocuments {
  constructor(
    private readonly transactions: Transactions,
    private readonly policies: PolicySet,
    private readonly access: AccessPolicy,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  async run(
    actor: Actor,
    page: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<DocumentListView> {
    const after = this.cursors.open(actor.personId, 'documents', page.cursor);
    return this.transactions.run(actor, async (tx) => {
      const rows = await pageOfDocuments(tx, after, page.limit);
      const { items, next } = cutPage(
        rows,
        page.limit,
        (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
        (key) => this.cursors.seal(actor.personId, 'documents', key),
      );
      const protections = await protectionsOf(
        tx,
        items.flatMap((row) => [row.protectionId, row.titleProtectionId ?? row.protectionId]),
      );
      const shown = items.flatMap((row) => {
        const own = protections.get(row.protectionId);
        // INVARIANT (list_equals_filter_of_check): what a reader would be refused is not in their list.
        if (own === undefined || !this.mayRead(actor, row.id, [own])) return [];
        const ofTitle = protections.get(row.titleProtectionId ?? 0);
        const { id, originator, exercise, createdAt } = row;
        return [
          {
            id,
            mark: portionMark(this.policies, own.label),
            title: ofTitle !== undefined && this.mayRead(actor, id, [ofTitle, own]) ? row.title : null,
            originator,
            exercise,
            createdAt: createdAt.toISOString(),
          },
        ];
      });
      const details = { documents: shown.map((row) => row.id) };
      await record(tx, actor, { action: 'document.list', outcome: 'done', details }, this.clock.now());
      return { items: shown, next };
    });
  }

  private mayRead(actor: Actor, id: string, protections: readonly Protection[]): boolean {
    return this.access.decide(actor, 'read', { kind: 'Document', protections, id }).effect === 'permit';
  }
}
