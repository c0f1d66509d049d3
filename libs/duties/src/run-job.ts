import type { Transactions, Tx } from '#database';
import { type OutboxRow, lockOpen, markDone, markProcessed } from './store/outbox.store';

/** What a topic does. Runs inside the transaction that marks the job done. */
export type Effect = (tx: Tx, job: OutboxRow) => Promise<void>;

/**
 * Runs a job by its outbox id: the effect, the note that it was had, and the end of the job are one transaction.
 *
 * A job that runs twice has its effect once; a worker that dies in between leaves the job open for the next.
 */
export class RunJob {
  constructor(
    private readonly transactions: Transactions,
    private readonly handler: string,
    private readonly effect: Effect,
  ) {}

  async run(outboxId: string): Promise<void> {
    await this.transactions.asDuty(async (tx) => {
      const job = await lockOpen(tx, outboxId);
      if (job === undefined) return;
      if (await markProcessed(tx, job.id, this.handler)) await this.effect(tx, job);
      await markDone(tx, job.id);
    });
  }
}
