import fc from 'fast-check';
import { type Checkpoint, checkpointBody, parseCheckpoint } from './index';

const ROOT = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';
const root = new Uint8Array(Buffer.from(ROOT, 'base64'));

describe('a checkpoint', () => {
  it('reads the example of C2SP tlog-checkpoint', () => {
    const body = `example.com/behind-the-sofa\n20852163\n${ROOT}\n`;
    const checkpoint = { origin: 'example.com/behind-the-sofa', size: 20852163, root };
    expect(parseCheckpoint(body)).toEqual(checkpoint);
    expect(checkpointBody(checkpoint)).toBe(body);
  });

  it('is read back as it was written', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\n'));
    const checkpoint = fc.record(
      {
        origin: line,
        size: fc.maxSafeNat(),
        root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
        extension: fc.array(line, { minLength: 1 }),
      },
      { requiredKeys: ['origin', 'size', 'root'] },
    );
    fc.assert(
      fc.property(checkpoint, (made) => {
        expect(parseCheckpoint(checkpointBody(made))).toEqual(made);
      }),
    );
  });

  it('has one spelling: what is read is written as it was', () => {
    const part = fc.oneof(
      fc.constantFrom('o', '0', '1', '007', '9007199254740993', '-1', '1e3', ROOT, `${ROOT}=`, ''),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(part), (lines) => {
        const body = `${lines.join('\n')}\n`;
        const read = parseCheckpoint(body);
        if (typeof read !== 'string') expect(checkpointBody(read)).toBe(body);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['without a newline at the end', `o\n1\n${ROOT}`, 'does not end with a newline'],
    ['without an origin', `\n1\n${ROOT}\n`, 'names no origin'],
    ['that is empty', '\n', 'names no origin'],
    ['without a size', 'o\n', 'names no size'],
    ['with a negative size', `o\n-1\n${ROOT}\n`, 'names no size'],
    ['with a size of leading zeros', `o\n01\n${ROOT}\n`, 'names no size'],
    ['with half a leaf', `o\n1.5\n${ROOT}\n`, 'names no size'],
    ['with a blank in the size', `o\n 1\n${ROOT}\n`, 'names no size'],
    ['with a size that numbers cannot hold', `o\n9007199254740993\n${ROOT}\n`, 'names no size'],
    ['with a size beyond all measure', `o\n${'9'.repeat(40)}\n${ROOT}\n`, 'names no size'],
    ['without a root', 'o\n1\n', 'names no root'],
    ['with a root of 31 bytes', `o\n1\n${Buffer.alloc(31).toString('base64')}\n`, 'names no root'],
    ['with a root of 33 bytes', `o\n1\n${Buffer.alloc(33).toString('base64')}\n`, 'names no root'],
    ['with a root in hexadecimal', `o\n1\n${'0'.repeat(64)}\n`, 'names no root'],
    ['with a root of loose bits', `o\n1\n${ROOT.replace('I=', 'J=')}\n`, 'names no root'],
    ['with an empty line', `o\n1\n${ROOT}\n\nmore\n`, 'has an empty line'],
  ])('%s is refused in words', (_name, body, fault) => {
    expect(parseCheckpoint(body)).toEqual(expect.stringContaining(fault));
  });

  it.each<[string, Partial<Checkpoint>]>([
    ['an origin of two lines', { origin: 'a\nb' }],
    ['no origin', { origin: '' }],
    ['an empty extension', { extension: [''] }],
    ['an extension of two lines', { extension: ['a\nb'] }],
    ['a negative size', { size: -1 }],
    ['half a leaf', { size: 0.5 }],
    ['a size that numbers cannot hold', { size: 2 ** 53 }],
    ['no size', { size: Number.NaN }],
    ['a short root', { root: root.slice(1) }],
  ])('with %s is not made', (_name, change) => {
    expect(() => checkpointBody({ origin: 'o', size: 1, root, ...change })).toThrow();
  });
});
