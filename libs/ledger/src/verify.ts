import { nodeHash } from './tree';

type Count = number | bigint;

const HASH_LENGTH = 32;

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, place) => byte === b[place]);

const wrongLength = (hashes: readonly Uint8Array[]): boolean => hashes.some((hash) => hash.length !== HASH_LENGTH);

/** How many steps of an inclusion proof lie below the point where the paths of the leaf and of the last leaf meet, and above. */
function steps(index: bigint, size: bigint): { inner: number; border: number } {
  const inner = bitLength(index ^ (size - 1n));
  return { inner, border: onesIn(index >> BigInt(inner)) };
}

const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);
const onesIn = (value: bigint): number => value.toString(2).replaceAll('0', '').length;

/** Climbs the inner steps: the index tells on which side each sibling stands. */
function climbInner(seed: Uint8Array, proof: readonly Uint8Array[], index: bigint): Uint8Array {
  return proof.reduce(
    (hash, sibling, level) =>
      ((index >> BigInt(level)) & 1n) === 0n ? nodeHash(hash, sibling) : nodeHash(sibling, hash),
    seed,
  );
}

const climbInnerRight = (seed: Uint8Array, proof: readonly Uint8Array[], index: bigint): Uint8Array =>
  proof.reduce(
    (hash, sibling, level) => (((index >> BigInt(level)) & 1n) === 1n ? nodeHash(sibling, hash) : hash),
    seed,
  );

const climbBorder = (seed: Uint8Array, proof: readonly Uint8Array[]): Uint8Array =>
  proof.reduce((hash, sibling) => nodeHash(sibling, hash), seed);

/** Whether the leaf is in the tree of that size and root (RFC 6962 section 2.1.1): null when proved, else the fault in words. */
export function verifyInclusion(claim: {
  readonly leafHash: Uint8Array;
  readonly index: Count;
  readonly size: Count;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): string | null {
  const [index, size] = [BigInt(claim.index), BigInt(claim.size)];
  if (index < 0n || index >= size) return `there is no leaf ${String(index)} in a tree of ${String(size)}`;
  if (wrongLength([claim.leafHash, claim.root, ...claim.proof])) return 'a hash does not have 32 bytes';
  const { inner, border } = steps(index, size);
  if (claim.proof.length !== inner + border)
    return `the proof has ${String(claim.proof.length)} steps, not ${String(inner + border)}`;
  const root = climbBorder(climbInner(claim.leafHash, claim.proof.slice(0, inner), index), claim.proof.slice(inner));
  return equal(root, claim.root) ? null : 'the proof leads to another root than the checkpoint names';
}

/** Whether the first tree is a prefix of the second (RFC 6962 section 2.1.2): null when proved, else the fault in words. */
export function verifyConsistency(claim: {
  readonly first: Count;
  readonly second: Count;
  readonly firstRoot: Uint8Array;
  readonly secondRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): string | null {
  const [first, second] = [BigInt(claim.first), BigInt(claim.second)];
  if (first < 1n || second < first) return `a tree of ${String(first)} is no prefix of one of ${String(second)}`;
  if (wrongLength([claim.firstRoot, claim.secondRoot, ...claim.proof])) return 'a hash does not have 32 bytes';
  if (first === second) {
    if (claim.proof.length > 0) return 'equal trees need no proof';
    return equal(claim.firstRoot, claim.secondRoot) ? null : 'trees of one size have two roots';
  }
  if (claim.proof.length === 0) return 'the proof is empty';
  return verifyGrowth(first, second, claim);
}

function verifyGrowth(
  first: bigint,
  second: bigint,
  claim: { readonly firstRoot: Uint8Array; readonly secondRoot: Uint8Array; readonly proof: readonly Uint8Array[] },
): string | null {
  const shift = trailingZeros(first);
  const all = steps(first - 1n, second);
  const inner = all.inner - shift;
  // A first tree that is one perfect subtree is its own seed: the proof does not repeat it.
  const perfect = first === 1n << BigInt(shift);
  const seed = perfect ? claim.firstRoot : claim.proof[0];
  const rest = perfect ? claim.proof : claim.proof.slice(1);
  if (seed === undefined || rest.length !== inner + all.border)
    return 'the proof does not have the steps that the sizes ask for';
  const mask = (first - 1n) >> BigInt(shift);
  const below = climbBorder(climbInnerRight(seed, rest.slice(0, inner), mask), rest.slice(inner));
  if (!equal(below, claim.firstRoot)) return 'the proof does not lead to the first root';
  const above = climbBorder(climbInner(seed, rest.slice(0, inner), mask), rest.slice(inner));
  return equal(above, claim.secondRoot) ? null : 'the proof does not lead to the second root';
}

function trailingZeros(value: bigint): number {
  let zeros = 0;
  while (((value >> BigInt(zeros)) & 1n) === 0n) zeros += 1;
  return zeros;
}
