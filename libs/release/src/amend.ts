import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { Refusals, record } from '#audit';
import type { AmendCaseCommand } from '#contracts';
import { ProblemError } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import { PolicySet, labelAtLeast } from '#marking';
import { type SourcePortion, loadCaseSource, mayReadSource, protectionsOf } from '#records';
import { type Refusal, nextCaseState } from '#workflow';
import { onTheRecord, refuseFor, requireCase } from './case-of';
import { refuseCopiesIn } from './copied-words';
import { planItems, refuseParts } from './plan-items';
import { type CaseRow, changeCase, insertItems } from './store/case.store';
import { windowRefusals } from './submit';

/** Changes what a case proposes. The next round starts; what was signed before counts no more (change_voids_approval). */
@Injectable()
export class AmendCase {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly policies: PolicySet,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, id: string, command: AmendCaseCommand): Promise<void> {
    await onTheRecord(this.refusals, actor, { action: 'case.amend', caseId: id }, () =>
      this.transactions.run(actor, (tx) => this.amend(tx, actor, id, command)),
    );
  }

  private async amend(tx: Tx, actor: Actor, id: string, command: AmendCaseCommand): Promise<void> {
    const now = this.clock.now();
    const row = await requireCase(tx, actor, { id, action: 'amend', lock: true }, this.access);
    const next = nextCaseState(row.state, 'amend', {});
    const source = await loadCaseSource(tx, row.documentId, row.versionId);
    if (source === undefined || !mayReadSource(source, actor, this.access)) throw new ProblemError('not-found');
    const plan = planItems(command, source.portions);
    refuseFor([
      ...(next.ok ? [] : next.refusals),
      ...plan.refusals,
      ...refuseParts(source.extractable, command.items),
      ...(await refuseCopiesIn(tx, { ...command, audience: row.audience }, source.portions, this.policies)),
      ...windowRefusals(command.window, now),
      ...(await this.above(tx, row, source.portions)),
    ]);
    if (!next.ok) return;
    const round = row.round + 1;
    await insertItems(tx, { ...row, round }, plan.items);
    await changeCase(
      tx,
      id,
      {
        title: command.title,
        summary: command.summary,
        notBefore: new Date(command.window.notBefore),
        notAfter: new Date(command.window.notAfter),
        state: next.state,
        round,
        proposalId: null,
        publishAt: null,
      },
      now,
    );
    await record(
      tx,
      actor,
      { action: 'case.amend', outcome: 'done', thing: { kind: 'Case', id }, caseId: id, details: { round } },
      now,
    );
  }

  /**
   * INVARIANT (no_write_down): a case stands under what its requester read when they asked. Who reads more of the document since
   * then would write about that, in title, summary and reasons, where fewer rights suffice.
   */
  private async above(tx: Tx, row: CaseRow, portions: readonly SourcePortion[]): Promise<Refusal[]> {
    const own = (await protectionsOf(tx, [row.protectionId])).get(row.protectionId);
    return portions
      .filter(({ protection }) => own === undefined || !labelAtLeast(this.policies, own.label, protection.label))
      .map(({ id }) => ({
        code: 'sources',
        rule: 'sources-under-the-case',
        need: 'portions that the mark of the case covers; with the others, a new case',
        have: `portion ${id} above it`,
      }));
  }
}
