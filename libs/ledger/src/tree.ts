import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';

/** The root of the tree without leaves: the hash of nothing (RFC 6962 section 2.1). */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

/** The hash of a leaf's data; the prefix keeps a leaf from passing for a node. */
export const leafHash = (data: Uint8Array): Uint8Array => sha256(concatBytes(LEAF, data));

/** The hash of two subtrees. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concatBytes(NODE, left, right));

/** A perfect subtree: `level` 0 is a leaf, `index` counts the subtrees of that level from the left. */
export interface NodeAddress {
  readonly level: number;
  readonly index: number;
}

/** All that is needed to append: the roots of the perfect subtrees that the tree is made of, largest first. */
export interface TreeFrontier {
  readonly size: number;
  readonly nodes: readonly Uint8Array[];
}

export interface CompletedNode {
  readonly address: NodeAddress;
  readonly hash: Uint8Array;
}

export const emptyFrontier = (): TreeFrontier => ({ size: 0, nodes: [] });

/** Appends leaf hashes: the new frontier, and every perfect subtree that became complete, leaves included. */
export function appendLeaves(
  frontier: TreeFrontier,
  leafHashes: readonly Uint8Array[],
): { frontier: TreeFrontier; completed: CompletedNode[] } {
  const nodes = [...frontier.nodes];
  const completed: CompletedNode[] = [];
  let size = frontier.size;
  for (const leaf of leafHashes) {
    let hash = leaf;
    let address: NodeAddress = { level: 0, index: size };
    completed.push({ address, hash });
    // A place whose index is odd closes the pair with the subtree to its left, and so on upwards.
    while (address.index % 2 === 1) {
      const left = nodes.pop();
      if (left === undefined) throw new Error('the frontier does not fit its size');
      hash = nodeHash(left, hash);
      address = { level: address.level + 1, index: (address.index - 1) / 2 };
      completed.push({ address, hash });
    }
    nodes.push(hash);
    size += 1;
  }
  return { frontier: { size, nodes }, completed };
}

/** The root of the tree that a frontier stands for. */
export function rootOf(frontier: TreeFrontier): Uint8Array {
  return joined(frontier.nodes) ?? EMPTY_ROOT;
}

/** Perfect subtrees, largest first, joined from the right. */
function joined(nodes: readonly Uint8Array[]): Uint8Array | undefined {
  return nodes.reduceRight<Uint8Array | undefined>(
    (right, left) => (right === undefined ? left : nodeHash(left, right)),
    undefined,
  );
}

/** The perfect subtrees that the leaves from `first` up to but without `end` are made of, left to right. */
export function cover(first: number, end: number): NodeAddress[] {
  const addresses: NodeAddress[] = [];
  let place = first;
  while (place < end) {
    let level = 0;
    while (place % 2 ** (level + 1) === 0 && place + 2 ** (level + 1) <= end) level += 1;
    addresses.push({ level, index: place / 2 ** level });
    place += 2 ** level;
  }
  return addresses;
}

/** The hash of the leaves from `first` to `end`, from stored perfect subtrees. `first` starts a subtree of the tree. */
export function rangeHash(first: number, end: number, node: (address: NodeAddress) => Uint8Array): Uint8Array {
  const hash = joined(cover(first, end).map(node));
  if (hash === undefined) throw new RangeError('an empty range has no hash');
  return hash;
}
