import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '#signing';
import {
  EVENT_PROOF_FORMAT,
  type EventProof,
  type NoteKey,
  appendLeaves,
  checkpointBody,
  emptyFrontier,
  inclusionProof,
  leafDataOf,
  leafHash,
  noteKeyOf,
  rootOf,
  signNote,
  verifyEventProof,
} from './index';

const LOG = 'exercise/ledger';
const SEED = new Uint8Array(32).fill(1);
const KEYS = [noteKeyOf(LOG, SEED)];
const OTHER_SEED = new Uint8Array(32).fill(2);
const SALT = '5a'.repeat(32);

const RECORD = {
  action: 'document.read',
  at: '2026-06-05T15:00:00.000Z',
  outcome: 'done',
  details: { cut: 'sha256:00', portions: 3, note: 'Größe' },
};

const leavesWith = (leaf: Uint8Array, index: number, size: number): Uint8Array[] =>
  Array.from({ length: size }, (_unused, n) => (n === index ? leaf : leafHash(new Uint8Array([n]))));

/** Where a record lies and who signs the checkpoint, where a test wants it otherwise. */
interface Making {
  readonly index?: number;
  readonly size?: number;
  readonly seed?: Uint8Array;
  readonly origin?: string;
  readonly signer?: string;
}

function proofOf(
  record: unknown,
  { index = 5, size = 11, seed = SEED, origin = LOG, signer = origin }: Making = {},
): EventProof {
  const leaf = leafHash(leafDataOf(canonicalJson(record), new Uint8Array(Buffer.from(SALT, 'hex'))));
  const { frontier, completed } = appendLeaves(emptyFrontier(), leavesWith(leaf, index, size));
  const nodes = new Map(
    completed.map(({ address, hash }) => [`${String(address.level)}/${String(address.index)}`, hash]),
  );
  const body = checkpointBody({ origin, size, root: rootOf(frontier) });
  return {
    format: EVENT_PROOF_FORMAT,
    record,
    salt: SALT,
    leafIndex: index,
    treeSize: size,
    inclusion: inclusionProof(index, size, ({ level, index: at }) => nodes.get(`${String(level)}/${String(at)}`)!).map(
      (hash) => Buffer.from(hash).toString('hex'),
    ),
    checkpoint: signNote(body, signer, seed),
  };
}

const failed = (proof: unknown, keys: readonly NoteKey[] = KEYS): string[] =>
  verifyEventProof(proof, keys)
    .filter((finding) => !finding.ok)
    .map((finding) => finding.check);

const genuine = proofOf(RECORD);

describe('an event proof', () => {
  it('verifies with the key of the log alone, and names every check', () => {
    expect(verifyEventProof(genuine, KEYS)).toEqual([
      { check: 'format', ok: true, detail: EVENT_PROOF_FORMAT },
      { check: 'checkpoint-signature', ok: true, detail: expect.any(String) },
      { check: 'checkpoint-origin', ok: true, detail: LOG },
      { check: 'tree-size', ok: true, detail: expect.any(String) },
      { check: 'inclusion', ok: true, detail: expect.stringContaining('leaf 5 of 11') },
    ]);
  });

  it('verifies after it was written to a file and read again, whatever the order of members', () => {
    expect(failed(JSON.parse(JSON.stringify(genuine, null, 2)))).toEqual([]);
    expect(failed(Object.fromEntries(Object.entries(genuine).reverse()))).toEqual([]);
    const record = Object.fromEntries(Object.entries(RECORD).reverse());
    expect(failed({ ...genuine, record })).toEqual([]);
  });

  it('verifies for whatever record, at whatever place', () => {
    const place = fc
      .integer({ min: 1, max: 40 })
      .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }));
    const record = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' }));
    fc.assert(
      fc.property(record, place, (said, at) => {
        expect(failed(proofOf(said, at))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('an event proof with one byte changed', () => {
  const text = Buffer.from(JSON.stringify(genuine));

  /** The checks that fail, or undefined when the changed text says the very same. */
  function failedWith(at: number, byte: number): string[] | undefined {
    const changed = Buffer.from(text);
    changed[at] = byte;
    let proof: unknown;
    try {
      proof = JSON.parse(changed.toString('utf8'));
    } catch {
      return ['json'];
    }
    return isDeepStrictEqual(proof, genuine) ? undefined : failed(proof);
  }

  it('fails a named check, at every place', () => {
    const unnoticed = [...text.keys()].filter((at) => failedWith(at, text[at]! ^ 1)?.length === 0);
    expect(unnoticed).toEqual([]);
  });

  it('fails a named check, with whatever byte', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(255), (at, byte) => {
        expect(failedWith(at, byte) ?? ['the same']).not.toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a false event proof', () => {
  it.each<[string, Partial<Record<keyof EventProof, unknown>>, string]>([
    ['of another record', { record: { ...RECORD, outcome: 'refused' } }, 'inclusion'],
    ['of a record with a word more', { record: { ...RECORD, more: '' } }, 'inclusion'],
    ['with another salt', { salt: '5b'.repeat(32) }, 'inclusion'],
    ['of another place', { leafIndex: 4 }, 'inclusion'],
    ['of a place behind the last', { leafIndex: 11 }, 'inclusion'],
    ['of another size', { treeSize: 12 }, 'tree-size'],
    ['with a step less', { inclusion: genuine.inclusion.slice(1) }, 'inclusion'],
    ['without a path', { inclusion: [] }, 'inclusion'],
    ['under the checkpoint of another tree', { checkpoint: proofOf({ other: 1 }).checkpoint }, 'inclusion'],
    ['under a larger checkpoint', { checkpoint: proofOf(RECORD, { size: 12 }).checkpoint }, 'tree-size'],
    ['of another format', { format: 'imprimatur-event-proof/2' }, 'format'],
    ['without a record', { record: null }, 'format'],
    ['with a record that is a text', { record: '{}' }, 'format'],
    ['with a short salt', { salt: '5a'.repeat(31) }, 'format'],
    ['with a salt in capitals', { salt: '5A'.repeat(32) }, 'format'],
    ['with a salt that is no text', { salt: 5 }, 'format'],
    ['with a place that is a text', { leafIndex: '5' }, 'format'],
    ['with half a place', { leafIndex: 5.5 }, 'format'],
    ['with a negative place', { leafIndex: -1 }, 'format'],
    ['with a size beyond counting', { treeSize: 2 ** 53 }, 'format'],
    ['with a path that is no list', { inclusion: genuine.inclusion.join() }, 'format'],
    ['with a step of 31 bytes', { inclusion: genuine.inclusion.map((hash) => hash.slice(2)) }, 'format'],
    ['with a step that is no text', { inclusion: [1, 2, 3, 4] }, 'format'],
    ['without a checkpoint', { checkpoint: undefined }, 'format'],
    ['with a word that no proof has', { approved: true } as never, 'format'],
  ])('%s fails', (_name, change, check) => {
    expect(failed({ ...genuine, ...change })).toContain(check);
  });

  it('under a checkpoint that another key signed fails, whatever name it signs under', () => {
    expect(failed(proofOf(RECORD, { seed: OTHER_SEED }))).toEqual(['checkpoint-signature']);
    expect(failed(proofOf(RECORD, { seed: OTHER_SEED, origin: 'elsewhere/ledger' }))).toEqual(['checkpoint-signature']);
    expect(failed(genuine, [])).toEqual(['checkpoint-signature']);
  });

  it('under a checkpoint of another log fails, though a trusted key signed it', () => {
    expect(failed(proofOf(RECORD, { origin: 'exercise/public-log', signer: LOG }))).toEqual(['checkpoint-origin']);
    const both = [...KEYS, noteKeyOf('exercise/public-log', OTHER_SEED)];
    expect(failed(proofOf(RECORD, { origin: 'exercise/public-log', signer: LOG }), both)).toEqual([
      'checkpoint-origin',
    ]);
    expect(failed(proofOf(RECORD, { origin: 'exercise/public-log', seed: OTHER_SEED }), both)).toEqual([]);
  });

  it('under a note that is no checkpoint fails', () => {
    for (const body of ['exercise/ledger\n', 'exercise/ledger\neleven\n', 'Read this.\n'])
      expect(failed({ ...genuine, checkpoint: signNote(body, LOG, SEED) })).toEqual(['checkpoint']);
  });
});

describe('hostile input', () => {
  it('never makes the check throw, and never passes', () => {
    const proof = fc.record(
      {
        format: fc.constant(EVENT_PROOF_FORMAT),
        record: fc.oneof(fc.constant(RECORD), fc.object({ withBigInt: true, withDate: true, withSparseArray: true })),
        salt: fc.oneof(fc.constant(SALT), fc.string()),
        leafIndex: fc.oneof(fc.constant(5), fc.anything()),
        treeSize: fc.oneof(fc.constant(11), fc.anything()),
        inclusion: fc.oneof(fc.constant([]), fc.array(fc.string()), fc.anything()),
        checkpoint: fc.oneof(fc.constant(genuine.checkpoint), fc.string(), fc.anything()),
      },
      { requiredKeys: ['format'] },
    );
    fc.assert(
      fc.property(fc.oneof(proof, fc.anything()), (given) => {
        expect(failed(given).length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, unknown]>([
    ['a record without a bottom', JSON.parse(`${'{"a":'.repeat(50_000)}{}${'}'.repeat(50_000)}`)],
    ['a record with half a surrogate pair', { a: '\ud83d' }],
    ['a record that contains itself', circular()],
  ])('with %s is a check that fails', (_name, record) => {
    expect(failed({ ...genuine, record })).toEqual(['format']);
  });
});

function circular(): object {
  const record: Record<string, unknown> = {};
  record['self'] = record;
  return record;
}
