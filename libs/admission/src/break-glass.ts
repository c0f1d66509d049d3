import { Injectable } from '@nestjs/common';
import { type Actor } from '#access';
import { Refusals } from '#audit';
import { type OpenBreakGlassCommand, ProblemError, type Reason } from '#contracts';
import { Transactions, type Tx } from '#database';
import { WordsAboutAccess } from './marked-words';
import { type Opened, openBreakGlass } from './store/break-glass.store';
import { securityOfficers, takeTurn } from './store/person.store';

/**
 * Lifts the need-to-know restriction of one document in an emergency, for a few hours; never a clearance.
 *
 * INVARIANT: record, alert and open review are written by the database in the transaction that lifts, so that there is no
 * breaking of glass without them, whoever speaks for the api.
 */
@Injectable()
export class BreakGlass {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly words: WordsAboutAccess,
  ) {}

  /** A document that clearance does not cover is absent: the same answer as for one that does not exist. */
  async run(actor: Actor, command: OpenBreakGlassCommand): Promise<{ id: string; until: string }> {
    const asked = { action: 'glass.open', documentId: command.document };
    return this.refusals.around(actor, asked, () =>
      this.transactions.run(actor, (tx) => this.open(tx, actor, command)),
    );
  }

  private async open(
    tx: Tx,
    actor: Actor,
    { document, reason, hours }: OpenBreakGlassCommand,
  ): Promise<{ id: string; until: string }> {
    await takeTurn(tx);
    const written = await this.words.take(tx, actor, {
      words: reason,
      readers: [actor.personId, ...(await securityOfficers(tx))],
      action: 'open',
      thing: { kind: 'BreakGlass' },
    });
    if (actor.kind !== 'session' || actor.steppedUpUntil === null)
      throw notPermitted({
        code: 'assurance',
        rule: 'a-session-that-is-stepped-up',
        need: 'a signed-in session that is stepped up with a code',
        have: actor.kind === 'session' ? 'one that is not' : `a ${actor.kind}`,
      });
    const opened = await openBreakGlass(tx, { document, hours, requestId: actor.requestId }, written);
    if (opened.outcome !== 'done') throw problemOf(opened.outcome);
    return { id: opened.id, until: opened.until };
  }
}

function problemOf(outcome: Exclude<Opened['outcome'], 'done'>): ProblemError {
  switch (outcome) {
    case 'absent':
      return new ProblemError('not-found');
    case 'held':
      return new ProblemError('conflict', { detail: 'you need no breaking of glass: you hold its need-to-know' });
    case 'too-many':
      return refused({
        code: 'unreviewed',
        rule: 'three-that-nobody-has-reviewed',
        need: 'fewer than three that wait for a review',
        have: 'three',
      });
    case 'nobody-reviews':
      return refused({
        code: 'review',
        rule: 'somebody-reviews',
        need: 'a security officer who is somebody else',
        have: 'none',
      });
    case 'not-permitted':
      return notPermitted({
        code: 'break-glass',
        rule: 'a-watch-officer-in-a-stepped-up-session',
        need: 'the role watch-officer, in a session that is stepped up',
        have: 'something else at this moment',
      });
  }
}

const refused = (reason: Reason): ProblemError => new ProblemError('refused', { reasons: [reason] });
const notPermitted = (reason: Reason): ProblemError => new ProblemError('not-permitted', { reasons: [reason] });
