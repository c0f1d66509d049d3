import { Injectable } from '@nestjs/common';
import type { Actor } from '#access';
import { Refusals, record } from '#audit';
import { ProblemError } from '#contracts';
import { Clock, Transactions, leaveInOutbox } from '#database';
import type { SignedStatement } from '#signing';
import { readInstrument } from '#workflow';
import { type SubmissionRow, ownSubmission, submitStatement } from './store/instrument.store';
import { TrustAnchor } from './trust-anchor';

/** Hands a signed instrument in. Only the registrar decides whether it counts. */
@Injectable()
export class SubmitInstrument {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly anchor: TrustAnchor,
    private readonly clock: Clock,
  ) {}

  /** The instrument's own id, by which its state can be asked. */
  async run(actor: Actor, statement: SignedStatement): Promise<string> {
    return this.refusals.around(actor, { action: 'instrument.submit' }, () => this.submit(actor, statement));
  }

  private async submit(actor: Actor, statement: SignedStatement): Promise<string> {
    const instrument = readInstrument(statement, this.anchor.officers.installation);
    if (typeof instrument === 'string') {
      throw new ProblemError('refused', {
        reasons: [{ code: 'instrument', rule: 'instrument-form', need: 'a signed instrument', have: instrument }],
      });
    }
    const { id, kind } = instrument;
    try {
      await this.transactions.run(actor, async (tx) => {
        await submitStatement(tx, id, statement, actor.personId);
        await record(
          tx,
          actor,
          { action: 'instrument.submit', outcome: 'done', thing: { kind: 'Instrument', id }, details: { kind } },
          this.clock.now(),
        );
        await leaveInOutbox(tx, { topic: 'instrument.submitted', payload: { instrumentId: id } });
      });
    } catch (error) {
      if ((error as { driverError?: { code?: string } }).driverError?.code === '23505')
        throw new ProblemError('conflict', { detail: 'an instrument of this id was handed in before' });
      throw error;
    }
    return id;
  }

  async state(actor: Actor, id: string): Promise<SubmissionRow> {
    const asked = { action: 'instrument.state', thing: { kind: 'Instrument', id } };
    return this.refusals.around(actor, asked, async () => {
      const row = await this.transactions.run(actor, (tx) => ownSubmission(tx, id));
      if (row === undefined) throw new ProblemError('not-found');
      return row;
    });
  }
}
