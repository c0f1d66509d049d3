import { createHash } from 'node:crypto';
import { describeWithVectors, jsonFilesIn } from '../../../test/support/vectors';
import { verifyConsistency, verifyInclusion } from './index';

/** A vector of transparency-dev/merkle. Sizes reach 2^64-1, so every number is read as text first. */
interface Vector {
  readonly desc: string;
  readonly wantErr: boolean;
  readonly [field: string]: unknown;
}

const read = (text: string): Vector => JSON.parse(text.replace(/:\s*(\d+)/g, ': "$1"')) as Vector;

const bytes = (value: unknown): Uint8Array => new Uint8Array(Buffer.from((value as string | null) ?? '', 'base64'));

/** Some vectors write words where any hash would do ("don't care 1"): the hash of the words stands for them here. */
const hash = (value: unknown): Uint8Array => {
  const given = bytes(value);
  return given.length === 32 || given.length === 0
    ? given
    : new Uint8Array(createHash('sha256').update(given).digest());
};
const hashes = (value: unknown): Uint8Array[] => ((value as string[] | null) ?? []).map(hash);
const count = (value: unknown): bigint => BigInt(value as string);

describeWithVectors('inclusion proofs, by the vectors of others', 'merkle/inclusion', (folder) => {
  const files = jsonFilesIn(folder);

  it('are all there, good ones and bad ones', () => {
    expect(files).toHaveLength(98);
    expect(new Set(files.map(({ text }) => read(text).wantErr))).toEqual(new Set([true, false]));
  });

  it.each(files.map(({ name, text }) => [name, read(text)] as const))('%s', (_name, vector) => {
    const fault = verifyInclusion({
      leafHash: hash(vector['leafHash']),
      index: count(vector['leafIdx']),
      size: count(vector['treeSize']),
      proof: hashes(vector['proof']),
      root: hash(vector['root']),
    });
    expect({ [vector.desc]: fault !== null }).toEqual({ [vector.desc]: vector.wantErr });
  });
});

describeWithVectors('vectors with words for hashes', 'merkle', (folder) => {
  const withWords = jsonFilesIn(folder)
    .map(({ name, text }) => ({ name, vector: read(text) }))
    .filter(({ vector }) =>
      ['root', 'root1', 'root2', 'leafHash'].some((field) => field in vector && bytes(vector[field]).length !== 32),
    );

  it('are refused as they stand: what does not have 32 bytes is no hash', () => {
    expect(withWords.length).toBeGreaterThan(0);
    for (const { vector } of withWords) {
      const proof = ((vector['proof'] as string[] | null) ?? []).map(bytes);
      const fault =
        'leafIdx' in vector
          ? verifyInclusion({
              leafHash: bytes(vector['leafHash']),
              index: count(vector['leafIdx']),
              size: count(vector['treeSize']),
              proof,
              root: bytes(vector['root']),
            })
          : verifyConsistency({
              first: count(vector['size1']),
              second: count(vector['size2']),
              firstRoot: bytes(vector['root1']),
              secondRoot: bytes(vector['root2']),
              proof,
            });
      expect({ [vector.desc]: fault }).not.toEqual({ [vector.desc]: null });
    }
  });
});

describeWithVectors('consistency proofs, by the vectors of others', 'merkle/consistency', (folder) => {
  const files = jsonFilesIn(folder);

  it('are all there, good ones and bad ones', () => {
    expect(files).toHaveLength(98);
    expect(new Set(files.map(({ text }) => read(text).wantErr))).toEqual(new Set([true, false]));
  });

  it.each(files.map(({ name, text }) => [name, read(text)] as const))('%s', (_name, vector) => {
    const fault = verifyConsistency({
      first: count(vector['size1']),
      second: count(vector['size2']),
      firstRoot: hash(vector['root1']),
      secondRoot: hash(vector['root2']),
      proof: hashes(vector['proof']),
    });
    expect({ [vector.desc]: fault !== null }).toEqual({ [vector.desc]: vector.wantErr });
  });
});
