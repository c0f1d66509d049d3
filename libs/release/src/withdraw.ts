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

/** Takes a case back before publication. It stays on the record; the guard, too, sees that it is withdrawn. */
@Injectable()
export class WithdrawCase {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly policies: PolicySet,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, id: string, reason: string): Promise<void> {
    await onTheRecord(this.refusals, actor, { action: 'case.withdraw', caseId: id }, () =>
      this.transactions.run(actor, async (tx) => {
        const now = this.clock.now();
        const row = await requireCase(tx, actor, { id, action: 'withdraw', lock: true }, this.access);
        const next = nextCaseState(row.state, 'withdraw', {});
        const written = await refuseWordsAbout(tx, row, reason, this.policies);
        refuseFor([...(next.ok ? [] : next.refusals), ...written]);
        if (!next.ok) return;
        await insertRemark(tx, row, { personId: actor.personId, kind: 'withdraw', text: reason, at: now });
        await changeCase(tx, id, { state: next.state, publishAt: null }, now);
        await record(
          tx,
          actor,
          { action: 'case.withdraw', outcome: 'done', thing: { kind: 'Case', id }, caseId: id },
          now,
        );
        await leaveInOutbox(tx, { topic: 'case.withdrawn', payload: { caseId: id } });
      }),
    );
  }
}
