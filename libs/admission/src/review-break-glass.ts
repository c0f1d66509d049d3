import { Injectable } from '@nestjs/common';
import type { Actor } from '#access';
import { Refusals } from '#audit';
import { ProblemError, type ReviewBreakGlassCommand } from '#contracts';
import { Transactions, type Tx } from '#database';
import { WordsAboutAccess } from './marked-words';
import { endBreakGlass, findBreakGlass, reviewBreakGlass } from './store/break-glass.store';
import { securityOfficers } from './store/person.store';

/** Settles the review of a breaking of glass: justified or not, with words. What was not justified ends at once. */
@Injectable()
export class ReviewBreakGlass {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly words: WordsAboutAccess,
  ) {}

  /** INVARIANT (distinct_humans): a security officer, and never the one who opened it. */
  async run(actor: Actor, id: string, command: ReviewBreakGlassCommand): Promise<void> {
    const asked = { action: 'glass.review', thing: { kind: 'BreakGlass', id } };
    await this.refusals.around(actor, asked, () =>
      this.transactions.run(actor, (tx) => this.review(tx, actor, id, command)),
    );
  }

  private async review(tx: Tx, actor: Actor, id: string, command: ReviewBreakGlassCommand): Promise<void> {
    const row = await findBreakGlass(tx, id);
    if (row === undefined) throw new ProblemError('not-found');
    const written = await this.words.take(tx, actor, {
      words: command.words,
      readers: [actor.personId, row.personId, ...(await securityOfficers(tx))],
      action: 'review',
      thing: { kind: 'BreakGlass', openedBy: row.personId, identity: row.identity },
    });
    const asked = { id, justified: command.justified, requestId: actor.requestId };
    const reviewed = await reviewBreakGlass(tx, asked, written);
    if (reviewed === 'absent') throw new ProblemError('not-found');
    if (reviewed === 'reviewed-already') throw new ProblemError('conflict', { detail: 'it was reviewed before' });
    if (reviewed === 'not-permitted')
      throw new ProblemError('not-permitted', {
        reasons: [
          {
            code: 'review',
            rule: 'reviewed-by-another-human',
            need: 'a security officer who did not open it, in a signed-in session',
            have: `a ${actor.kind}`,
          },
        ],
      });
  }
}

/** Ends a breaking of glass before its time, as its opener or as a security officer. The review stays open. */
@Injectable()
export class EndBreakGlass {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
  ) {}

  async run(actor: Actor, id: string): Promise<void> {
    const asked = { action: 'glass.end', thing: { kind: 'BreakGlass', id } };
    await this.refusals.around(actor, asked, () =>
      this.transactions.run(actor, async (tx) => {
        const ended = await endBreakGlass(tx, id, actor.requestId);
        if (ended === 'absent') throw new ProblemError('not-found');
        if (ended === 'ended-already') throw new ProblemError('conflict', { detail: 'it has ended already' });
      }),
    );
  }
}
