import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, accessReasons } from '#access';
import { Refusals, record } from '#audit';
import { ProblemError } from '#contracts';
import { Clock, Transactions } from '#database';
import { sha256Hex } from '#signing';
import { acknowledgeReadIn, findList, hasAcknowledged, namesForTheRecord } from './store/list.store';

/** Acknowledges what is read in on a list that one is on: from the next request on, the list opens what is restricted to it. */
@Injectable()
export class AcknowledgeReadIn {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly clock: Clock,
  ) {}

  /** `digest` is that of the text as it was shown. A text that was replaced in the meantime is not acknowledged. */
  async run(actor: Actor, list: string, digest: string): Promise<void> {
    const asked = { action: 'access.acknowledge' };
    await this.refusals.around(actor, asked, () =>
      this.transactions.run(actor, async (tx) => {
        const row = await findList(tx, list);
        if (row === undefined) throw new ProblemError('not-found');
        const decision = this.access.decide(actor, 'acknowledge', { kind: 'AccessList', protections: [], name: list });
        if (decision.effect === 'deny') throw new ProblemError('not-permitted', { reasons: accessReasons(decision) });
        if (actor.kind !== 'session') throw notInASession(actor);
        if (row.readIn !== null && sha256Hex(Buffer.from(row.readIn)) !== digest) throw anotherText();
        if (row.readIn === null || !(await acknowledgeReadIn(tx, list)))
          throw new ProblemError('conflict', { detail: 'there is nothing here for you to acknowledge' });
        // The list may have been stated anew between the two: what was acknowledged must be what was shown.
        if (!(await hasAcknowledged(tx, list, digest))) throw anotherText();
        const details = { lists: namesForTheRecord([row]), digest };
        await record(tx, actor, { ...asked, outcome: 'done', details }, this.clock.now());
      }),
    );
  }
}

const anotherText = (): ProblemError =>
  new ProblemError('conflict', { detail: 'another text is read in now: read it, and acknowledge that one' });

const notInASession = (actor: Actor): ProblemError =>
  new ProblemError('not-permitted', {
    reasons: [
      { code: 'session', rule: 'acknowledged-in-a-session', need: 'a signed-in session', have: `a ${actor.kind}` },
    ],
  });
