import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { type Counted, askedFor, record } from '#audit';
import type { CasesQuery } from '#contracts';
import { Clock, Cursors, Transactions, cutPage, listOf } from '#database';
import { PolicySet, portionMark } from '#marking';
import { heldUnder, protectionsOf } from '#records';
import { caseThing } from './case-of';
import { summaryOf } from './read-case';
import { CASE_COLUMNS, countCases, pageOfCases } from './store/case.store';
import { officesOf } from './store/office.store';

interface CaseList {
  readonly items: ReturnType<typeof summaryOf>[];
  readonly next: string | null;
  readonly count?: number;
}

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

  async run(actor: Actor, { cursor, limit, count, ...filter }: CasesQuery): Promise<CaseList> {
    const list = listOf('cases', filter);
    const after = this.cursors.open(actor.personId, list, cursor);
    const rules = this.access.condition({ actor, action: 'read', subject: 'Case' }, CASE_COLUMNS);
    return this.transactions.run(actor, async (tx) => {
      const under = (await heldUnder(tx, filter))?.ids;
      const rows = await pageOfCases(tx, { filter: { ...filter, under }, rules }, after, limit);
      const { items, next } = cutPage(
        rows,
        limit,
        (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
        (key) => this.cursors.seal(actor.personId, list, key),
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
        if (protection === undefined || !this.access.permits(actor, 'read', caseThing(row, protection))) return [];
        return [summaryOf(row, portionMark(this.policies, protection.label), offices)];
      });
      const counted: Counted =
        count === true ? { count: await countCases(tx, { filter: { ...filter, under }, rules }) } : {};
      const details = { cases: shown.map((each) => each.id), ...askedFor(filter), ...counted };
      await record(tx, actor, { action: 'case.list', outcome: 'done', details }, this.clock.now());
      return { items: shown, next, ...counted };
    });
  }
}
