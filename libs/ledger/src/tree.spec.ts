import fc from 'fast-check';
import { createHash } from 'node:crypto';
import {
  type CompletedNode,
  EMPTY_ROOT,
  type NodeAddress,
  appendLeaves,
  consistencyProof,
  emptyFrontier,
  inclusionProof,
  leafHash,
  nodeHash,
  nodesForConsistency,
  nodesForInclusion,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './index';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hexes = (all: readonly Uint8Array[]): string[] => all.map(hex);
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** RFC 6962 section 2.1, as it is written there: slow, recursive, and made of nothing that is tested. */
class Rfc6962 {
  private readonly known = new Map<string, Uint8Array>();

  constructor(private readonly data: readonly Uint8Array[]) {}

  /** MTH(D[first:end]). */
  mth(first: number, end: number): Uint8Array {
    const name = `${String(first)}:${String(end)}`;
    const hash = this.known.get(name) ?? this.hashed(first, end);
    this.known.set(name, hash);
    return hash;
  }

  /** PATH(m, D[first:end]). */
  path(m: number, first: number, end: number): Uint8Array[] {
    const n = end - first;
    if (n === 1) return [];
    const k = largestPowerBelow(n);
    return m < k
      ? [...this.path(m, first, first + k), this.mth(first + k, end)]
      : [...this.path(m - k, first + k, end), this.mth(first, first + k)];
  }

  /** SUBPROOF(m, D[first:end], b). */
  subproof(m: number, first: number, end: number, b: boolean): Uint8Array[] {
    const n = end - first;
    if (m === n) return b ? [] : [this.mth(first, end)];
    const k = largestPowerBelow(n);
    return m <= k
      ? [...this.subproof(m, first, first + k, b), this.mth(first + k, end)]
      : [...this.subproof(m - k, first + k, end, false), this.mth(first, first + k)];
  }

  private hashed(first: number, end: number): Uint8Array {
    if (end === first) return sha256();
    if (end - first === 1) return sha256(Uint8Array.of(0), this.data[first]!);
    const k = largestPowerBelow(end - first);
    return sha256(Uint8Array.of(1), this.mth(first, first + k), this.mth(first + k, end));
  }
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** The k of RFC 6962: k < n <= 2k, a power of two. */
function largestPowerBelow(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

/** On which side the siblings stand on the way from a leaf to the root: what an inclusion proof does not say itself. */
function sides(m: number, n: number): string {
  if (n === 1) return '';
  const k = largestPowerBelow(n);
  return m < k ? `${sides(m, k)}R` : `${sides(m - k, n - k)}L`;
}

const MANY = 3_000;
const data = Array.from({ length: MANY }, (_unused, n) => new TextEncoder().encode(`EXERCISE ${String(n)}`));
const oracle = new Rfc6962(data);
const leaves = data.map(leafHash);
const { completed } = appendLeaves(emptyFrontier(), leaves);
const stored = new Map(completed.map(({ address, hash }) => [nameOf(address), hash]));

function nameOf({ level, index }: NodeAddress): string {
  return `${String(level)}/${String(index)}`;
}

/** What a store holds; asking for what it does not hold is a fault of the asker. */
function node(address: NodeAddress): Uint8Array {
  const hash = stored.get(nameOf(address));
  if (hash === undefined) throw new Error(`no node ${nameOf(address)}`);
  return hash;
}

const root = (size: number): Uint8Array => oracle.mth(0, size);

const place = fc
  .integer({ min: 1, max: MANY })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }));
const growth = fc
  .integer({ min: 1, max: MANY })
  .chain((second) => fc.record({ second: fc.constant(second), first: fc.integer({ min: 1, max: second }) }));

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, n) => (n === (at >> 3) % bytes.length ? byte ^ (1 << (at & 7)) : byte));

describe('the hashes of others', () => {
  it('of leaf, node and nothing are those of RFC 6962', () => {
    expect(hex(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hex(leafHash(new Uint8Array()))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
    expect(hex(leafHash(new TextEncoder().encode('L123456')))).toBe(
      '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
    );
    expect(hex(nodeHash(new TextEncoder().encode('N123'), new TextEncoder().encode('N456')))).toBe(
      'aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb',
    );
  });

  it('of the eight leaves of the Certificate Transparency tests lead to their roots', () => {
    const theirs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const roots = [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ];
    let frontier = emptyFrontier();
    for (const [n, leaf] of theirs.entries()) {
      ({ frontier } = appendLeaves(frontier, [leafHash(fromHex(leaf))]));
      expect(hex(rootOf(frontier))).toBe(roots[n]);
    }
  });

  it('keep a leaf from passing for a node', () => {
    const [left, right] = [leafHash(data[0]!), leafHash(data[1]!)];
    expect(hex(leafHash(new Uint8Array([...left, ...right])))).not.toBe(hex(nodeHash(left, right)));
    expect(hex(nodeHash(left, right))).not.toBe(hex(nodeHash(right, left)));
  });
});

describe('a growing tree', () => {
  it('has the root of RFC 6962 at every size', () => {
    let frontier = emptyFrontier();
    expect(rootOf(frontier)).toEqual(root(0));
    for (let size = 1; size <= 300; size += 1) {
      ({ frontier } = appendLeaves(frontier, [leaves[size - 1]!]));
      expect(frontier.size).toBe(size);
      expect(hex(rootOf(frontier))).toBe(hex(root(size)));
    }
    expect(hex(rootOf(appendLeaves(emptyFrontier(), leaves).frontier))).toBe(hex(root(MANY)));
  });

  it('is the same in whatever batches the leaves came', () => {
    const batches = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(batches, (sizes) => {
        let frontier = emptyFrontier();
        const made: CompletedNode[] = [];
        for (const size of sizes) {
          const appended = appendLeaves(frontier, leaves.slice(frontier.size, frontier.size + size));
          frontier = appended.frontier;
          made.push(...appended.completed);
        }
        const whole = appendLeaves(emptyFrontier(), leaves.slice(0, frontier.size));
        expect(frontier).toEqual(whole.frontier);
        expect(made).toEqual(whole.completed);
      }),
      { numRuns: 40 },
    );
  });

  it('completes each perfect subtree once, with its hash', () => {
    const named = completed.map(({ address }) => nameOf(address));
    expect(new Set(named).size).toBe(named.length);
    for (let level = 0; 2 ** level <= MANY; level += 1) {
      const width = 2 ** level;
      const complete = Math.floor(MANY / width);
      expect(named.filter((name) => name.startsWith(`${String(level)}/`))).toHaveLength(complete);
      expect(hex(node({ level, index: complete - 1 }))).toBe(hex(oracle.mth((complete - 1) * width, complete * width)));
    }
  });

  it('throws on a frontier that does not fit its size', () => {
    expect(() => appendLeaves({ size: 3, nodes: [] }, [leaves[0]!])).toThrow('the frontier does not fit its size');
  });
});

describe('an inclusion proof', () => {
  it('is the path of RFC 6962 for every leaf of every size up to 130, and verifies', () => {
    const wrong: string[] = [];
    for (let size = 1; size <= 130; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(index, size, node);
        const same = hexes(proof).join() === hexes(oracle.path(index, 0, size)).join();
        const fault = verifyInclusion({ leafHash: leaves[index]!, index, size, proof, root: root(size) });
        if (!same || fault !== null) wrong.push(`leaf ${String(index)} of ${String(size)}: ${fault ?? 'another path'}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is so for larger trees, and asks the store for whole subtrees of the tree alone', () => {
    fc.assert(
      fc.property(place, ({ size, index }) => {
        const asked = nodesForInclusion(index, size);
        expect(asked.every((address) => (address.index + 1) * 2 ** address.level <= size)).toBe(true);
        const fetched = new Map(asked.map((address) => [nameOf(address), node(address)]));
        const proof = inclusionProof(index, size, (address) => fetched.get(nameOf(address))!);
        expect(hexes(proof)).toEqual(hexes(oracle.path(index, 0, size)));
        expect(verifyInclusion({ leafHash: leaves[index]!, index, size, proof, root: root(size) })).toBeNull();
        const big = { index: BigInt(index), size: BigInt(size) };
        expect(verifyInclusion({ leafHash: leaves[index]!, ...big, proof, root: root(size) })).toBeNull();
      }),
    );
  });

  it('with any bit of leaf, root or step flipped proves nothing', () => {
    fc.assert(
      fc.property(place, fc.nat(255), fc.nat(), ({ size, index }, bit, step) => {
        const proof = inclusionProof(index, size, node);
        const claim = { leafHash: leaves[index]!, index, size, proof, root: root(size) };
        expect(verifyInclusion({ ...claim, leafHash: flipped(claim.leafHash, bit) })).not.toBeNull();
        expect(verifyInclusion({ ...claim, root: flipped(claim.root, bit) })).not.toBeNull();
        if (proof.length === 0) return;
        const changed = proof.map((hash, n) => (n === step % proof.length ? flipped(hash, bit) : hash));
        expect(verifyInclusion({ ...claim, proof: changed })).not.toBeNull();
      }),
    );
  });

  it('with a step more, less, twice or elsewhere proves nothing', () => {
    fc.assert(
      fc.property(place, fc.nat(), ({ size, index }, at) => {
        const proof = inclusionProof(index, size, node);
        const claim = { leafHash: leaves[index]!, index, size, root: root(size) };
        const step = at % (proof.length + 1);
        const twisted = [
          [...proof.slice(0, step), root(size), ...proof.slice(step)],
          [...proof, proof.at(-1) ?? claim.leafHash],
          proof.slice(0, -1),
          proof.slice(1),
          [...proof].reverse(),
          [...proof.slice(1), ...proof.slice(0, 1)],
        ].filter((each) => hexes(each).join() !== hexes(proof).join());
        for (const each of twisted) expect(verifyInclusion({ ...claim, proof: each })).not.toBeNull();
      }),
    );
  });

  it('proves no other place: neither in this tree, nor in one of another shape', () => {
    const elsewhere = fc.record({ index: fc.nat(MANY - 1), size: fc.integer({ min: 1, max: MANY }) });
    const near = fc.record({ index: fc.integer({ min: -2, max: 2 }), size: fc.integer({ min: -2, max: 2 }) });
    fc.assert(
      fc.property(place, elsewhere, near, ({ size, index }, far, step) => {
        const claim = { leafHash: leaves[index]!, proof: inclusionProof(index, size, node), root: root(size) };
        for (const other of [far, { index: index + step.index, size: size + step.size }, { index: far.index, size }]) {
          // Trees of several sizes share the way from a leaf to the root: the signed checkpoint binds the size.
          const sameWay =
            other.index >= 0 && other.index < other.size && sides(other.index, other.size) === sides(index, size);
          expect(verifyInclusion({ ...claim, ...other }) === null).toBe(sameWay);
          if (other.size === size && other.index !== index) expect(sameWay).toBe(false);
        }
      }),
    );
  });

  it.each([
    ['of no leaf', 0, 0],
    ['of a leaf behind the last', 5, 5],
    ['of a leaf before the first', -1, 5],
    ['of half a leaf', 0.5, 5],
    ['in a tree that numbers cannot count', 0, 2 ** 53],
  ])('%s is not made', (_name, index, size) => {
    expect(() => inclusionProof(index, size, node)).toThrow(RangeError);
    expect(() => nodesForInclusion(index, size)).toThrow(RangeError);
  });

  it('of a leaf that is not there is a fault in words', () => {
    const claim = { leafHash: leaves[0]!, proof: [], root: root(1) };
    expect(verifyInclusion({ ...claim, index: 0, size: 1 })).toBeNull();
    expect(verifyInclusion({ ...claim, index: 1, size: 1 })).toBe('there is no leaf 1 in a tree of 1');
    expect(verifyInclusion({ ...claim, index: 0, size: 0 })).toBe('there is no leaf 0 in a tree of 0');
    expect(verifyInclusion({ ...claim, index: -1n, size: 1n })).toBe('there is no leaf -1 in a tree of 1');
    const short = verifyInclusion({ ...claim, leafHash: leaves[0]!.slice(1), index: 0, size: 1 });
    expect(short).toBe('a hash does not have 32 bytes');
  });
});

describe('a consistency proof', () => {
  it('is that of RFC 6962 for every two sizes up to 130, and verifies', () => {
    const wrong: string[] = [];
    for (let second = 1; second <= 130; second += 1) {
      for (let first = 1; first <= second; first += 1) {
        const proof = consistencyProof(first, second, node);
        const same = hexes(proof).join() === hexes(oracle.subproof(first, 0, second, true)).join();
        const fault = verifyConsistency({ first, second, firstRoot: root(first), secondRoot: root(second), proof });
        if (!same || fault !== null) wrong.push(`${String(first)} and ${String(second)}: ${fault ?? 'another proof'}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is so for larger trees, and asks the store for whole subtrees of the tree alone', () => {
    fc.assert(
      fc.property(growth, ({ first, second }) => {
        const asked = nodesForConsistency(first, second);
        expect(asked.every((address) => (address.index + 1) * 2 ** address.level <= second)).toBe(true);
        const fetched = new Map(asked.map((address) => [nameOf(address), node(address)]));
        const proof = consistencyProof(first, second, (address) => fetched.get(nameOf(address))!);
        expect(hexes(proof)).toEqual(hexes(oracle.subproof(first, 0, second, true)));
        const roots = { firstRoot: root(first), secondRoot: root(second) };
        expect(verifyConsistency({ first, second, ...roots, proof })).toBeNull();
        expect(verifyConsistency({ first: BigInt(first), second: BigInt(second), ...roots, proof })).toBeNull();
      }),
    );
  });

  it('with any bit of a root or step flipped, or a step more or less, proves nothing', () => {
    fc.assert(
      fc.property(growth, fc.nat(255), fc.nat(), ({ first, second }, bit, step) => {
        const proof = consistencyProof(first, second, node);
        const claim = { first, second, firstRoot: root(first), secondRoot: root(second), proof };
        expect(verifyConsistency({ ...claim, firstRoot: flipped(claim.firstRoot, bit) })).not.toBeNull();
        expect(verifyConsistency({ ...claim, secondRoot: flipped(claim.secondRoot, bit) })).not.toBeNull();
        expect(verifyConsistency({ ...claim, proof: [...proof, claim.firstRoot] })).not.toBeNull();
        expect(verifyConsistency({ ...claim, proof: [claim.firstRoot, ...proof] })).not.toBeNull();
        if (proof.length === 0) return;
        const changed = proof.map((hash, n) => (n === step % proof.length ? flipped(hash, bit) : hash));
        expect(verifyConsistency({ ...claim, proof: changed })).not.toBeNull();
        expect(verifyConsistency({ ...claim, proof: proof.slice(1) })).not.toBeNull();
        expect(verifyConsistency({ ...claim, proof: proof.slice(0, -1) })).not.toBeNull();
      }),
    );
  });

  it('does not let a log forget or change a leaf', () => {
    fc.assert(
      fc.property(growth, fc.nat(MANY - 1), ({ first, second }, at) => {
        const forgotten = data.filter((_leaf, n) => n !== at % first);
        const other = new Rfc6962(forgotten);
        if (second > forgotten.length) return;
        const claim = { first, second, firstRoot: root(first), secondRoot: other.mth(0, second) };
        expect(verifyConsistency({ ...claim, proof: other.subproof(first, 0, second, true) })).not.toBeNull();
        expect(verifyConsistency({ ...claim, proof: consistencyProof(first, second, node) })).not.toBeNull();
      }),
      { numRuns: 25 },
    );
  });

  it('of a tree with itself is empty, and asks for one root', () => {
    const claim = { first: 7, second: 7, firstRoot: root(7), secondRoot: root(7) };
    expect(consistencyProof(7, 7, node)).toEqual([]);
    expect(verifyConsistency({ ...claim, proof: [] })).toBeNull();
    expect(verifyConsistency({ ...claim, proof: [root(7)] })).toBe('equal trees need no proof');
    expect(verifyConsistency({ ...claim, secondRoot: root(6), proof: [] })).toBe('trees of one size have two roots');
  });

  it.each([
    ['from nothing', 0, 5],
    ['from a larger tree', 6, 5],
    ['from less than nothing', -1, 5],
  ])('%s is neither made nor believed', (_name, first, second) => {
    expect(() => consistencyProof(first, second, node)).toThrow(RangeError);
    expect(() => nodesForConsistency(first, second)).toThrow(RangeError);
    const roots = { firstRoot: EMPTY_ROOT, secondRoot: root(5) };
    expect(verifyConsistency({ first, second, ...roots, proof: [] })).toBe(
      `a tree of ${String(first)} is no prefix of one of 5`,
    );
  });

  it('without a step between two sizes is a fault in words', () => {
    const claim = { first: 4, second: 8, firstRoot: root(4), secondRoot: root(8) };
    expect(verifyConsistency({ ...claim, proof: [] })).toBe('the proof is empty');
    expect(verifyConsistency({ ...claim, firstRoot: new Uint8Array(31), proof: [root(4)] })).toBe(
      'a hash does not have 32 bytes',
    );
  });
});
