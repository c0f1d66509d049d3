import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { Refusals, record } from '#audit';
import { Clock, Transactions, leaveInOutbox } from '#database';
import { AuthorityReader } from '#people';
import { nextCaseState } from '#workflow';
import { onTheRecord, refuseFor, requireCase } from './case-of';
import { judgeProposal, stagesOf } from './proposal-facts';
import { changeCase } from './store/case.store';

/** Sets the hour at which the guard may publish, within the window that was signed. */
@Injectable()
export class ScheduleCase {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly authority: AuthorityReader,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, id: string, publishAt: Date): Promise<void> {
    await onTheRecord(this.refusals, actor, { action: 'case.schedule', caseId: id }, () =>
      this.transactions.run(actor, async (tx) => {
        const now = this.clock.now();
        const row = await requireCase(tx, actor, { id, action: 'schedule', lock: true }, this.access);
        const judged = await judgeProposal(tx, row, this.authority, this.clock);
        const window = { notBefore: row.notBefore, notAfter: row.notAfter };
        const next = nextCaseState(row.state, 'schedule', { stages: stagesOf(judged), window, publishAt, now });
        if (!next.ok) {
          refuseFor(next.refusals);
          return;
        }
        await changeCase(tx, id, { state: next.state, publishAt }, now);
        const details = { publishAt: publishAt.toISOString() };
        await record(
          tx,
          actor,
          { action: 'case.schedule', outcome: 'done', thing: { kind: 'Case', id }, caseId: id, details },
          now,
        );
        await leaveInOutbox(tx, { topic: 'case.scheduled', payload: { caseId: id } });
      }),
    );
  }
}
