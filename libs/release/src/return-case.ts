import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { Refusals, record } from '#audit';
import { Clock, Transactions, leaveInOutbox } from '#database';
import { PolicySet } from '#marking';
import { nextCaseState } from '#workflow';
import { onTheRecord, refuseFor, requireCase } from './case-of';
import { changeCase } from './store/case.store';
import { insertRemark } from './store/remark.store';
import { refuseWordsAbout } from './words-about-a-case';

/** Gives a case back to its requester for amendment, with a reason that stands under the case's own protection. */
@Injectable()
export class ReturnCase {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly policies: PolicySet,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, id: string, reason: string): Promise<void> {
    await onTheRecord(this.refusals, actor, { action: 'case.return', caseId: id }, () =>
      this.transactions.run(actor, async (tx) => {
        const now = this.clock.now();
        const row = await requireCase(tx, actor, { id, action: 'return', lock: true }, this.access);
        const next = nextCaseState(row.state, 'return', {});
        const written = await refuseWordsAbout(tx, row, reason, this.policies);
        refuseFor([...(next.ok ? [] : next.refusals), ...written]);
        if (!next.ok) return;
        await insertRemark(tx, row, { personId: actor.personId, kind: 'return', text: reason, at: now });
        await changeCase(tx, id, { state: next.state }, now);
        await record(
          tx,
          actor,
          { action: 'case.return', outcome: 'done', thing: { kind: 'Case', id }, caseId: id },
          now,
        );
        await leaveInOutbox(tx, { topic: 'case.returned', payload: { caseId: id } });
      }),
    );
  }
}
