import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { ProblemError } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import {
  EVENT_PROOF_FORMAT,
  type EventProof,
  consistencyProof,
  inclusionProof,
  nodesForConsistency,
  nodesForInclusion,
} from '#ledger';
import { Refusals, record } from './record';
import { requireAuditor } from './search-events';
import { eventForProof } from './store/event.store';
import { type CheckpointRow, newestCheckpoint, nodesAt } from './store/ledger.store';

/** Proves that an event is in the ledger, and that the ledger only grew. The proofs verify offline. */
@Injectable()
export class ProveEvent {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, id: string): Promise<EventProof> {
    await requireAuditor(actor, 'prove', this.access, this.refusals);
    const asked = { action: 'audit.prove', thing: { kind: 'AuditEvent', id } };
    return this.refusals.around(actor, asked, () => this.transactions.run(actor, (tx) => this.prove(tx, actor, id)));
  }

  private async prove(tx: Tx, actor: Actor, id: string): Promise<EventProof> {
    const event = await eventForProof(tx, id);
    if (event === undefined) throw new ProblemError('not-found');
    const checkpoint = await newestCheckpoint(tx);
    const leafIndex = event.leafIndex === null ? undefined : Number(event.leafIndex);
    if (leafIndex === undefined || checkpoint === undefined || leafIndex >= checkpoint.treeSize) {
      throw new ProblemError('conflict', { detail: 'the event is not sealed yet; ask again in a second' });
    }
    const { treeSize, note } = checkpoint;
    const node = await nodesAt(tx, nodesForInclusion(leafIndex, treeSize));
    await record(
      tx,
      actor,
      { action: 'audit.prove', outcome: 'done', thing: { kind: 'AuditEvent', id } },
      this.clock.now(),
    );
    return {
      format: EVENT_PROOF_FORMAT,
      record: JSON.parse(event.record) as unknown,
      salt: event.salt.toString('hex'),
      leafIndex,
      treeSize,
      inclusion: inclusionProof(leafIndex, treeSize, node).map(hex),
      checkpoint: note,
    };
  }

  async checkpoint(actor: Actor): Promise<CheckpointRow> {
    return this.asAuditor(actor, async (tx) => {
      const checkpoint = await newestCheckpoint(tx);
      if (checkpoint === undefined) throw new ProblemError('conflict', { detail: 'nothing is sealed yet' });
      return checkpoint;
    });
  }

  /** The proof that the tree of the first size is a prefix of the second (RFC 6962 section 2.1.2). */
  async consistency(actor: Actor, first: number, second: number): Promise<string[]> {
    return this.asAuditor(actor, async (tx) => {
      const checkpoint = await newestCheckpoint(tx);
      if (first > second || second > (checkpoint?.treeSize ?? 0)) {
        throw new ProblemError('bad-request', {
          detail: `sizes go up to ${String(checkpoint?.treeSize ?? 0)}, the first not above the second`,
        });
      }
      const node = await nodesAt(tx, nodesForConsistency(first, second));
      return consistencyProof(first, second, node).map(hex);
    });
  }

  private async asAuditor<Result>(actor: Actor, work: (tx: Tx) => Promise<Result>): Promise<Result> {
    await requireAuditor(actor, 'prove', this.access, this.refusals);
    return this.transactions.run(actor, work);
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
