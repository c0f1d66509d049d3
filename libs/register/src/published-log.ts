import type { Transactions, Tx } from '#database';
import {
  type NodeAddress,
  consistencyProof,
  inclusionProof,
  leafHash,
  nodesForConsistency,
  nodesForInclusion,
  openNote,
  parseCheckpoint,
  verifyInclusion,
} from '#ledger';
import { leavesFrom, newestCheckpoint, nodesAt } from './store/public-log.store';
import type { RegisterTrust } from './trust';

/** The newest state of the public log: signed by its key. */
export interface SignedState {
  readonly treeSize: number;
  readonly root: Uint8Array;
  /** The checkpoint as it was signed (C2SP signed note). */
  readonly note: string;
}

export interface PublishedLeaf {
  readonly index: number;
  readonly leaf: string;
  readonly hash: Uint8Array;
}

/** Leaves of the log, each proved to be under the state beside it. `state` is missing as long as nothing was published. */
export interface PublishedLeaves {
  readonly state: SignedState | undefined;
  readonly leaves: readonly PublishedLeaf[];
}

/**
 * The public log as the public sees it.
 *
 * INVARIANT (fail_closed): a checkpoint that the log's key did not sign is not served, nor a leaf that is not under it.
 */
export class PublishedLog {
  private lastFault: string | undefined;

  constructor(
    private readonly transactions: Transactions,
    private readonly trust: RegisterTrust,
    private readonly onFault: (id: string, faults: readonly string[]) => void,
  ) {}

  /** The newest checkpoint, none as long as nothing was published. Not `ok` when it cannot be believed. */
  async newest(): Promise<{ readonly ok: boolean; readonly state: SignedState | undefined }> {
    const state = await this.transactions.asDuty((tx) => this.stateOf(tx));
    return { ok: typeof state !== 'string', state: this.told(state) };
  }

  /** The leaves from a place on, in order; undefined when one of them, or the checkpoint, cannot be believed. */
  async leavesFrom(first: number, limit: number): Promise<PublishedLeaves | undefined> {
    return this.told(
      await this.transactions.asDuty(async (tx) => {
        const state = await this.stateOf(tx);
        if (typeof state === 'string') return state;
        if (state === undefined) return { state, leaves: [] };
        // A checkpoint that was signed in between covers more than the one that is shown.
        const leaves = (await leavesFrom(tx, first, limit))
          .filter((each) => each.index < state.treeSize)
          .map((each) => ({ ...each, hash: leafHash(new TextEncoder().encode(each.leaf)) }));
        const expected = Math.max(0, Math.min(limit, state.treeSize - first));
        if (leaves.length !== expected) return 'leaves: some are missing';
        return (await leavesFault(tx, leaves, state)) ?? { state, leaves };
      }),
    );
  }

  /**
   * The proof that the log of the first size is a prefix of the one of the second, hexadecimal (RFC 6962 section 2.1.2);
   * undefined when the log has not come that far. Nobody has to believe it: it is checked against two signed checkpoints.
   */
  async consistency(first: number, second: number): Promise<string[] | undefined> {
    return this.told(
      await this.transactions.asDuty(async (tx) => {
        const state = await this.stateOf(tx);
        if (state === undefined || typeof state === 'string') return state;
        if (second > state.treeSize) return undefined;
        const nodes = await nodesAt(tx, nodesForConsistency(first, second));
        if (!nodesForConsistency(first, second).every((address) => nodes.has(keyOf(address))))
          return 'consistency: the tree lacks a node';
        return consistencyProof(first, second, (address) => nodeIn(nodes, address)).map((hash) =>
          Buffer.from(hash).toString('hex'),
        );
      }),
    );
  }

  private async stateOf(tx: Tx): Promise<SignedState | undefined | string> {
    const stored = await newestCheckpoint(tx);
    if (stored === undefined) return undefined;
    const note = openNote(stored.note, this.trust.publicLog);
    if (!note.ok) return `checkpoint-signature: ${note.fault}`;
    const checkpoint = parseCheckpoint(note.body);
    if (typeof checkpoint === 'string') return `checkpoint: ${checkpoint}`;
    if (!note.signers.includes(checkpoint.origin)) return `checkpoint-origin: ${checkpoint.origin}`;
    if (checkpoint.size !== stored.treeSize) return 'tree-size: the row says another than the checkpoint';
    return { treeSize: checkpoint.size, root: checkpoint.root, note: stored.note };
  }

  /** Tells a fault once, not to everybody who asks. */
  private told<Answer>(answer: Answer | string): Answer | undefined {
    const fault = typeof answer === 'string' ? answer : undefined;
    if (fault !== undefined && fault !== this.lastFault) this.onFault('public-log', [fault]);
    this.lastFault = fault;
    return typeof answer === 'string' ? undefined : answer;
  }
}

async function leavesFault(
  tx: Tx,
  leaves: readonly PublishedLeaf[],
  { treeSize, root }: SignedState,
): Promise<string | undefined> {
  const addresses = leaves.flatMap(({ index }) => nodesForInclusion(index, treeSize));
  const nodes = await nodesAt(tx, distinct(addresses));
  for (const { index, hash } of leaves) {
    const needed = nodesForInclusion(index, treeSize);
    if (!needed.every((address) => nodes.has(keyOf(address)))) return `leaf ${String(index)}: the tree lacks a node`;
    const proof = inclusionProof(index, treeSize, (address) => nodeIn(nodes, address));
    const fault = verifyInclusion({ leafHash: hash, index, size: treeSize, proof, root });
    if (fault !== null) return `leaf ${String(index)}: ${fault}`;
  }
  return undefined;
}

const keyOf = ({ level, index }: NodeAddress): string => `${String(level)}/${String(index)}`;

const nodeIn = (nodes: ReadonlyMap<string, Uint8Array>, address: NodeAddress): Uint8Array =>
  nodes.get(keyOf(address)) ?? new Uint8Array();

const distinct = (addresses: readonly NodeAddress[]): NodeAddress[] => [
  ...new Map(addresses.map((address) => [keyOf(address), address])).values(),
];
