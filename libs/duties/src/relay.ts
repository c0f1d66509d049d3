import type { Transactions } from '#database';
import { claimOpen } from './store/outbox.store';

/** Puts a job into the queue. The queue carries the outbox id and nothing else. */
export type Enqueue = (job: {
  readonly outboxId: string;
  readonly topic: string;
  readonly jobId: string;
}) => Promise<void>;

const AT_ONCE = 200;

/**
 * Carries open outbox rows into the queue. Claimed with a lease and enqueued outside the transaction; a row that is not done
 * when its lease ends is carried again, under another job id, because a queue remembers the ids of jobs that it has lost.
 */
export class Relay {
  constructor(
    private readonly transactions: Transactions,
    private readonly enqueue: Enqueue,
    private readonly leaseSeconds: number,
  ) {}

  /** One round; answers how many it carried. */
  async carry(): Promise<number> {
    const claimed = await this.transactions.asDuty((tx) => claimOpen(tx, AT_ONCE, this.leaseSeconds));
    for (const { id, topic, attempt } of claimed)
      await this.enqueue({ outboxId: id, topic, jobId: `outbox-${id}-${attempt}` });
    return claimed.length;
  }
}
