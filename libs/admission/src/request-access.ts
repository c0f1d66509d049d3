import { Injectable } from '@nestjs/common';
import type { Actor } from '#access';
import { Refusals, record } from '#audit';
import { ProblemError, type Reason, type RequestAccessCommand } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import { WordsAboutAccess } from './marked-words';
import { findList, namesForTheRecord } from './store/list.store';
import { takeTurn } from './store/person.store';
import { type Requested, putRequest } from './store/request.store';

/** Asks to be let into an access list, for a purpose and until a date. Its approvers are told; one of them signs the grant. */
@Injectable()
export class RequestAccess {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly words: WordsAboutAccess,
    private readonly clock: Clock,
  ) {}

  /** The new request's id. Throws the problem with every reason; then nothing is stored. */
  async run(actor: Actor, command: RequestAccessCommand): Promise<string> {
    return this.refusals.around(actor, { action: 'access.request' }, () =>
      this.transactions.run(actor, (tx) => this.ask(tx, actor, command)),
    );
  }

  private async ask(tx: Tx, actor: Actor, { list, purpose, until }: RequestAccessCommand): Promise<string> {
    await takeTurn(tx);
    const row = await findList(tx, list);
    if (row === undefined) throw new ProblemError('not-found');
    const approvers = row.approvers.filter((person) => person !== actor.personId);
    const written = await this.words.take(tx, actor, {
      words: purpose,
      readers: [actor.personId, ...approvers],
      action: 'request',
      thing: { kind: 'AccessList', name: list },
    });
    const requested = await putRequest(tx, list, until, written);
    if (requested.outcome !== 'done') throw problemOf(requested, until);
    const { id } = requested;
    const asked = {
      action: 'access.request',
      thing: { kind: 'AccessRequest', id },
      details: { lists: namesForTheRecord([row]), until },
    };
    await record(tx, actor, { ...asked, outcome: 'done' }, this.clock.now());
    return id;
  }
}

function problemOf(requested: Exclude<Requested, { outcome: 'done' }>, until: string): ProblemError {
  switch (requested.outcome) {
    case 'absent':
      return new ProblemError('not-found');
    case 'asked-already':
      return new ProblemError('conflict', { detail: 'a request of yours for this list is open already' });
    case 'too-many':
      return new ProblemError('too-many-requests', { detail: 'you have asked for too much at a time: 20 may be open' });
    case 'no-approver':
      return refused({
        code: 'approver',
        rule: 'nobody-lets-themselves-in',
        need: 'an approver who is not the one who asks',
        have: 'you alone',
      });
    case 'too-long':
      return refused({
        code: 'until',
        rule: 'as-long-as-the-list-allows',
        need: `an end that lies ahead, ${String(requested.longestDays)} days at most`,
        have: until,
      });
  }
}

const refused = (reason: Reason): ProblemError => new ProblemError('refused', { reasons: [reason] });
