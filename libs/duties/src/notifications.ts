import { Injectable } from '@nestjs/common';
import type { Actor } from '#access';
import { Refusals, record } from '#audit';
import { ProblemError } from '#contracts';
import { Clock, Transactions } from '#database';
import { type NotificationRow, markRead, ownNotifications } from './store/notification.store';

/** What waits for a person. Everybody sees their own and no other. */
@Injectable()
export class Notifications {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly clock: Clock,
  ) {}

  async list(actor: Actor): Promise<NotificationRow[]> {
    return this.transactions.run(actor, async (tx) => {
      const rows = await ownNotifications(tx);
      await record(
        tx,
        actor,
        { action: 'notification.list', outcome: 'done', details: { found: rows.length } },
        this.clock.now(),
      );
      return rows;
    });
  }

  async read(actor: Actor, id: string): Promise<void> {
    const asked = { action: 'notification.read', thing: { kind: 'Notification', id } };
    await this.refusals.around(actor, asked, () =>
      this.transactions.run(actor, async (tx) => {
        if (!(await markRead(tx, id))) throw new ProblemError('not-found');
        await record(tx, actor, { ...asked, outcome: 'done' }, this.clock.now());
      }),
    );
  }
}
