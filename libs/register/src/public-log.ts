import type { Transactions, Tx } from '#database';
import {
  type NodeAddress,
  appendLeaves,
  checkpointBody,
  inclusionProof,
  leafHash,
  nodesForInclusion,
  rootOf,
  signNote,
} from '#ledger';
import { findLeaf, lockPublicTree, nodesAt, storeLeaf } from './store/public-log.store';

/** The key of the public log: held by the guard, on the public side's behalf. */
export interface LogSigner {
  readonly name: string;
  /** The Ed25519 seed, 32 bytes. */
  readonly seed: Uint8Array;
}

export interface AppendedLeaf {
  readonly leafIndex: number;
  readonly treeSize: number;
  readonly inclusion: readonly string[];
  readonly checkpoint: string;
  readonly root: Uint8Array;
  /** The leaf that is in the log: after a crash the one of the first attempt, not the one asked for. */
  readonly leaf: string;
}

/**
 * Appends the leaf of a release to the public log, or finds the one that an interrupted attempt left there, and signs a
 * checkpoint over the committed tree. Commit first, then sign: a signed tree never rolls back.
 */
export async function appendToPublicLog(
  transactions: Transactions,
  release: string,
  leaf: string,
  signer: LogSigner,
): Promise<AppendedLeaf> {
  await transactions.asDuty(async (tx) => {
    const frontier = await lockPublicTree(tx);
    if ((await findLeaf(tx, release)) !== undefined) return;
    const next = appendLeaves(frontier, [leafHash(new TextEncoder().encode(leaf))]);
    await storeLeaf(tx, { index: frontier.size, release, text: leaf }, next.completed, next.frontier);
  });
  return transactions.asDuty(async (tx) => {
    const frontier = await lockPublicTree(tx);
    const stored = await findLeaf(tx, release);
    if (stored === undefined) throw new Error('the leaf was committed and is gone');
    const root = rootOf(frontier);
    const proof = await proofOf(tx, stored.index, frontier.size);
    const body = checkpointBody({ origin: signer.name, size: frontier.size, root });
    return {
      leafIndex: stored.index,
      treeSize: frontier.size,
      inclusion: proof.map((hash) => Buffer.from(hash).toString('hex')),
      checkpoint: signNote(body, signer.name, signer.seed),
      root,
      leaf: stored.leaf,
    };
  });
}

async function proofOf(tx: Tx, index: number, size: number): Promise<Uint8Array[]> {
  const nodes = await nodesAt(tx, nodesForInclusion(index, size));
  return inclusionProof(index, size, (address: NodeAddress) => {
    const hash = nodes.get(`${String(address.level)}/${String(address.index)}`);
    if (hash === undefined)
      throw new Error(`the public log lacks node ${String(address.level)}/${String(address.index)}`);
    return hash;
  });
}
