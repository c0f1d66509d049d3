import { type NodeAddress, cover, rangeHash } from './tree';

/** A run of leaves whose hash is one step of a proof. */
interface Range {
  readonly first: number;
  readonly end: number;
}

/** The largest power of two below `size` (RFC 6962 section 2.1). */
function split(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** PATH(m, D[n]) of RFC 6962 section 2.1.1, as ranges of leaves, nearest first. */
function inclusionRanges(index: number, first: number, end: number): Range[] {
  if (end - first === 1) return [];
  const middle = first + split(end - first);
  return index < middle
    ? [...inclusionRanges(index, first, middle), { first: middle, end }]
    : [...inclusionRanges(index, middle, end), { first, end: middle }];
}

/** SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2, as ranges of leaves. */
function consistencyRanges(old: number, first: number, end: number, whole: boolean): Range[] {
  if (old === end) return whole ? [] : [{ first, end }];
  const middle = first + split(end - first);
  return old <= middle
    ? [...consistencyRanges(old, first, middle, whole), { first: middle, end }]
    : [...consistencyRanges(old, middle, end, false), { first, end: middle }];
}

function requireIndex(index: number, size: number): void {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) {
    throw new RangeError(`there is no leaf ${String(index)} in a tree of ${String(size)}`);
  }
}

function requireSizes(first: number, second: number): void {
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(second) || first < 1 || first > second) {
    throw new RangeError(`a tree of ${String(first)} is no prefix of one of ${String(second)}`);
  }
}

/** What a store must fetch to prove inclusion. */
export function nodesForInclusion(index: number, size: number): NodeAddress[] {
  requireIndex(index, size);
  return inclusionRanges(index, 0, size).flatMap(({ first, end }) => cover(first, end));
}

/** The audit path of a leaf (RFC 6962 section 2.1.1). */
export function inclusionProof(index: number, size: number, node: (address: NodeAddress) => Uint8Array): Uint8Array[] {
  requireIndex(index, size);
  return inclusionRanges(index, 0, size).map(({ first, end }) => rangeHash(first, end, node));
}

/** What a store must fetch to prove consistency. */
export function nodesForConsistency(first: number, second: number): NodeAddress[] {
  requireSizes(first, second);
  return consistencyRanges(first, 0, second, true).flatMap((range) => cover(range.first, range.end));
}

/** The proof that a tree is a prefix of a later one (RFC 6962 section 2.1.2). */
export function consistencyProof(
  first: number,
  second: number,
  node: (address: NodeAddress) => Uint8Array,
): Uint8Array[] {
  requireSizes(first, second);
  return consistencyRanges(first, 0, second, true).map((range) => rangeHash(range.first, range.end, node));
}
