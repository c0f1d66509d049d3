import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, type Protection } from '#access';
import { type Counted, askedFor, record } from '#audit';
import type { DocumentListView, DocumentsQuery } from '#contracts';
import { Clock, Cursors, Transactions, type Tx, cutPage, listOf } from '#database';
import { PolicySet, portionMark } from '#marking';
import { documentThing } from './document-thing';
import { DOCUMENT_COLUMNS, type ListedDocument, countDocuments, pageOfDocuments } from './store/listed-document.store';
import { protectionsOf } from './store/protection.store';

/** Lists the documents that the reader may know of, newest first, and counts them when asked to. */
@Injectable()
export class ListDocuments {
  constructor(
    private readonly transactions: Transactions,
    private readonly policies: PolicySet,
    private readonly access: AccessPolicy,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, { cursor, limit, count, ...filter }: DocumentsQuery): Promise<DocumentListView> {
    const list = listOf('documents', filter);
    const after = this.cursors.open(actor.personId, list, cursor);
    const rules = this.access.condition({ actor, action: 'read', subject: 'Document' }, DOCUMENT_COLUMNS);
    return this.transactions.run(actor, async (tx) => {
      const rows = await pageOfDocuments(tx, { filter, rules, after, limit });
      const { items, next } = cutPage(
        rows,
        limit,
        (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
        (key) => this.cursors.seal(actor.personId, list, key),
      );
      const shown = await this.shown(tx, actor, items);
      const counted: Counted = count === true ? { count: await countDocuments(tx, { filter, rules }) } : {};
      const details = { documents: shown.map((row) => row.id), ...askedFor(filter), ...counted };
      await record(tx, actor, { action: 'document.list', outcome: 'done', details }, this.clock.now());
      return { items: shown, next, ...counted };
    });
  }

  private async shown(tx: Tx, actor: Actor, rows: readonly ListedDocument[]): Promise<DocumentListView['items']> {
    const protections = await protectionsOf(
      tx,
      rows.flatMap((row) => [row.protectionId, row.titleProtectionId ?? row.protectionId]),
    );
    return rows.flatMap((row) => {
      const own = protections.get(row.protectionId);
      // INVARIANT (list_equals_filter_of_check): what a reader would be refused is not in their list.
      if (own === undefined || !this.mayRead(actor, row.id, [own])) return [];
      const ofTitle = protections.get(row.titleProtectionId ?? 0);
      const { id, originator, exercise, createdAt } = row;
      const title = ofTitle !== undefined && this.mayRead(actor, id, [ofTitle, own]) ? row.title : null;
      const mark = portionMark(this.policies, own.label);
      return [{ id, mark, title, originator, exercise, createdAt: createdAt.toISOString() }];
    });
  }

  private mayRead(actor: Actor, id: string, protections: readonly Protection[]): boolean {
    return this.access.permits(actor, 'read', documentThing(id, protections));
  }
}
