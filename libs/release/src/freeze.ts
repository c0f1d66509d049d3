import { Injectable } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import { AccessPolicy, type Actor, Installation } from '#access';
import { Refusals, record } from '#audit';
import { Clock, Transactions, leaveInOutbox } from '#database';
import { readAsOutsider } from '#outsider';
import { commitmentTo, sha256Hex } from '#signing';
import { nextCaseState, proposalDigest } from '#workflow';
import { onTheRecord, refuseFor, requireCase } from './case-of';
import { closedPart, outgoingPart, releaseContent } from './outgoing-content';
import { planItems } from './plan-items';
import { loadRound } from './round';
import type { RenderedFile } from './rendering/content';
import { letterRefusals } from './rendering/letters';
import { renderAll } from './rendering/render';
import { changeCase } from './store/case.store';
import { type FrozenFile, type ProposalRow, insertProposal } from './store/proposal.store';

/** Freezes what a case proposes: renders the exact bytes, and makes the digest that everyone will sign. */
@Injectable()
export class FreezeCase {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly installation: Installation,
    private readonly clock: Clock,
  ) {}

  /** The digest of the frozen proposal. */
  async run(actor: Actor, id: string): Promise<{ digest: string }> {
    return onTheRecord(this.refusals, actor, { action: 'case.freeze', caseId: id }, () =>
      this.transactions.run(actor, async (tx) => {
        const now = this.clock.now();
        const row = await requireCase(tx, actor, { id, action: 'freeze', lock: true }, this.access);
        const next = nextCaseState(row.state, 'freeze', {});
        const round = await loadRound(tx, actor, row, this.access);
        refuseFor([
          ...(next.ok ? [] : next.refusals),
          ...round.refusals,
          ...planItems(round.asPlan(), round.source).refusals,
        ]);
        if (!next.ok) return { digest: '' };

        const content = releaseContent(row, round.treated, round.exercise);
        refuseFor(letterRefusals(content));
        const files = await Promise.all((await renderAll(content, now)).map(freezeFile));
        const salt = randomBytes(32).toString('hex');
        const closed = closedPart(round.treated);
        const outgoing = outgoingPart(row, round.treated, files, {
          installation: this.installation.name,
          office: actor.office,
          exercise: round.exercise,
          salt,
        });
        const closedCommitment = commitmentTo(closed, salt);
        const proposal: ProposalRow = {
          id: randomUUID(),
          caseId: row.id,
          round: row.round,
          protectionId: row.protectionId,
          sourceProtections: round.outgoingProtections,
          outgoing,
          closedCommitment,
          digest: proposalDigest(outgoing, closedCommitment),
          frozenAt: now,
          frozenBy: actor.personId,
        };
        await insertProposal(tx, proposal, { protections: round.everyProtection, salt, closed }, files);
        await changeCase(tx, id, { state: next.state, proposalId: proposal.id }, now);
        const details = { proposal: proposal.id, round: row.round, digest: proposal.digest };
        await record(
          tx,
          actor,
          { action: 'case.freeze', outcome: 'done', thing: { kind: 'Case', id }, caseId: id, details },
          now,
        );
        await leaveInOutbox(tx, { topic: 'case.frozen', payload: { caseId: id, proposalId: proposal.id } });
        return { digest: proposal.digest };
      }),
    );
  }
}

/** A rendered file with its digest and with what an outsider reads in it. */
const freezeFile = async (file: RenderedFile): Promise<FrozenFile> => ({
  ...file,
  sha256: sha256Hex(file.bytes),
  readback: await readAsOutsider(file.mediaType, file.bytes),
});
