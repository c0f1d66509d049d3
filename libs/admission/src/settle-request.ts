import { Injectable } from '@nestjs/common';
import type { Actor } from '#access';
import { Refusals, record } from '#audit';
import { type MarkedWordsInput, ProblemError } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import { WordsAboutAccess } from './marked-words';
import { type NewWords, type Settled, findRequest, settleRequest } from './store/request.store';

/** Refuses a request as an approver of its list, with a reason; or withdraws one's own. Granting takes a signed instrument. */
@Injectable()
export class SettleRequest {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly words: WordsAboutAccess,
    private readonly clock: Clock,
  ) {}

  async refuse(actor: Actor, id: string, reason: MarkedWordsInput): Promise<void> {
    await this.settle(actor, { id, verdict: 'refused' }, async (tx) => {
      const row = await findRequest(tx, id);
      if (row === undefined) throw new ProblemError('not-found');
      return this.words.take(tx, actor, {
        words: reason,
        readers: [actor.personId, row.personId],
        action: 'request',
        thing: { kind: 'AccessList', name: row.list },
      });
    });
  }

  async withdraw(actor: Actor, id: string): Promise<void> {
    await this.settle(actor, { id, verdict: 'withdrawn' }, async () => undefined);
  }

  private async settle(
    actor: Actor,
    { id, verdict }: { readonly id: string; readonly verdict: 'refused' | 'withdrawn' },
    wordsOf: (tx: Tx) => Promise<NewWords | undefined>,
  ): Promise<void> {
    const asked = {
      action: verdict === 'refused' ? 'access.refuse' : 'access.withdraw',
      thing: { kind: 'AccessRequest', id },
    };
    await this.refusals.around(actor, asked, () =>
      this.transactions.run(actor, async (tx) => {
        const settled = await settleRequest(tx, id, verdict, await wordsOf(tx));
        if (settled !== 'done') throw problemOf(settled, verdict);
        await record(tx, actor, { ...asked, outcome: 'done' }, this.clock.now());
      }),
    );
  }
}

function problemOf(settled: Exclude<Settled, 'done'>, verdict: 'refused' | 'withdrawn'): ProblemError {
  switch (settled) {
    case 'absent':
      return new ProblemError('not-found');
    case 'settled-already':
      return new ProblemError('conflict', { detail: 'the request is not open any more' });
    case 'not-permitted':
      return new ProblemError('not-permitted', {
        reasons: [
          {
            code: 'request',
            rule: verdict === 'refused' ? 'refused-by-an-approver' : 'withdrawn-by-who-asked',
            need: verdict === 'refused' ? 'an approver who is not the one who asked' : 'the one who asked',
            have: verdict === 'refused' ? 'your own request' : 'an approver of the list',
          },
        ],
      });
  }
}
