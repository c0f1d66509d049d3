import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { record } from '#audit';
import { Clock, Cursors, Transactions, cutPage } from '#database';
import { PolicySet, portionMark } from '#marking';
import { protectionsOf } from '#records';
import { caseThing } from './case-of';
import { summaryOf } from './read-case';
import { pageOfCases } from './store/case.store';
import { officesOf } from './store/office.store';

/** Lists the cases that the reader may know of, newest first. */
@Injectable()
export class ListCases {
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
  ): Promise<{ items: ReturnType<typeof summaryOf>[]; next: string | null }> {
    const after = this.cursors.open(actor.personId, 'cases', page.cursor);
    return this.transactions.run(actor, async (tx) => {
      const rows = await pageOfCases(tx, after, page.limit);
      const { items, next } = cutPage(
        rows,
        page.limit,
        (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
        (key) => this.cursors.seal(actor.personId, 'cases', key),
      );
      const protections = await protectionsOf(
        tx,
        items.map((row) => row.protectionId),
      );
      const offices = await officesOf(
        tx,
        items.map((row) => row.requestedBy),
      );
      const shown = items.flatMap((row) => {
        const protection = protections.get(row.protectionId);
        // INVARIANT (list_equals_filter_of_check): what a reader would be refused is not in their list.
        if (protection === undefined || this.access.decide(actor, 'read', caseThing(row, protection)).effect === 'deny')
          return [];
        return [summaryOf(row, portionMark(this.policies, protection.label), offices)];
      });
      await record(
        tx,
        actor,
        { action: 'case.list', outcome: 'done', details: { cases: shown.map((each) => each.id) } },
        this.clock.now(),
      );
      return { items: shown, next };
    });
  }
}
