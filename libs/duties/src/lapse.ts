import { record } from '#audit';
import { type Clock, type Transactions, leaveInOutbox } from '#database';
import { nextCaseState } from '#workflow';
import { overdueCases, setCaseState } from './store/case-facts.store';

const AT_ONCE = 100;

/** Ends cases whose window has passed. The deadline lies in the database; the clock only wakes this duty. */
export class LapseCases {
  constructor(
    private readonly transactions: Transactions,
    private readonly clock: Clock,
  ) {}

  /** One round; answers how many it ended. */
  async run(): Promise<number> {
    return this.transactions.asDuty(async (tx) => {
      const now = this.clock.now();
      const overdue = await overdueCases(tx, now, AT_ONCE);
      for (const row of overdue) {
        const next = nextCaseState(row.state, 'lapse', {});
        if (!next.ok) continue;
        await setCaseState(tx, row.id, next.state, now);
        await record(
          tx,
          { duty: 'worker' },
          { action: 'case.lapse', outcome: 'done', thing: { kind: 'Case', id: row.id }, caseId: row.id },
          now,
        );
        await leaveInOutbox(tx, { topic: 'case.lapsed', payload: { caseId: row.id } });
      }
      return overdue.length;
    });
  }
}
