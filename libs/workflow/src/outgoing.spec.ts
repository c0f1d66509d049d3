import fc from 'fast-check';
import { base64url } from 'jose';
import { type Outgoing, originatorsOf, outgoingSchema, proposalDigest, statementSchema } from './index';

const DIGEST = `sha256:${'1'.repeat(64)}`;
const ITEM = { n: 1, treatment: 'include', originator: 'ACT', source: DIGEST } as const;
const FILE = { name: 'release.html', mediaType: 'text/html', bytes: 10, sha256: '2'.repeat(64) };

/** EXERCISE. */
const OUTGOING: Outgoing = {
  format: 'imprimatur-outgoing/1',
  installation: 'exercise',
  release: 'r-0123456789abcdef0123',
  round: 1,
  title: 'EXERCISE title',
  summary: 'EXERCISE summary',
  audience: { policy: 'PUBLIC', classification: 'UNMARKED', categories: [] },
  requestedBy: { person: '7b0f3d9e-2b5e-4a2c-9f6c-0d1e2f3a4b5c', office: 'EXERCISE Requests' },
  procedure: { id: 'public-release', version: 1 },
  window: { notBefore: '2026-06-05T15:00:00Z', notAfter: '2026-06-06T15:00:00Z' },
  items: [ITEM],
  renditions: [FILE],
  certificateNames: 'EXERCISE',
  exercise: true,
};

const accepts = (change: Record<string, unknown>): boolean =>
  outgoingSchema.safeParse({ ...OUTGOING, ...change }).success;

describe('an outgoing part', () => {
  it('is accepted as it is frozen', () => {
    expect(outgoingSchema.parse(OUTGOING)).toEqual(OUTGOING);
    expect(accepts({ items: [ITEM, { ...ITEM, n: 7, treatment: 'substitute' }] })).toBe(true);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a word that no one signs for', { comment: '' }],
    ['another format', { format: 'imprimatur-outgoing/2' }],
    ['an id that says something', { release: 'r-nato-targets-2025-06' }],
    ['no title', { title: '' }],
    ['round nought', { round: 0 }],
    [
      'a window that ends before it begins',
      { window: { notBefore: '2026-06-06T15:00:00Z', notAfter: '2026-06-05T15:00:00Z' } },
    ],
    ['a window of no length', { window: { notBefore: '2026-06-06T15:00:00Z', notAfter: '2026-06-06T15:00:00Z' } }],
    ['a window without a time zone', { window: { notBefore: '2026-06-05T15:00:00', notAfter: '2026-06-06T15:00:00' } }],
    ['a withheld item', { items: [{ ...ITEM, treatment: 'withhold' }] }],
    ['an item with its text', { items: [{ ...ITEM, text: 'EXERCISE' }] }],
    ['two items of one number', { items: [ITEM, { ...ITEM, originator: 'DEU' }] }],
    ['no files', { renditions: [] }],
    ['two files of one name', { renditions: [FILE, { ...FILE, sha256: '3'.repeat(64) }] }],
    ['a file that climbs', { renditions: [{ ...FILE, name: '../release.html' }] }],
    ['a file with a digest in capitals', { renditions: [{ ...FILE, sha256: 'A'.repeat(64) }] }],
    ['a requester who is no id', { requestedBy: { person: 'somebody', office: 'x' } }],
    [
      'an audience of an unknown category',
      { audience: { ...OUTGOING.audience, categories: [{ tagSet: 'x', type: 'OTHER', values: [] }] } },
    ],
  ])('with %s is refused', (_name, change) => {
    expect(accepts(change)).toBe(false);
  });

  it('has a digest that binds it together with the closed part', () => {
    const digest = proposalDigest(OUTGOING, DIGEST);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(proposalDigest(outgoingSchema.parse(JSON.parse(JSON.stringify(OUTGOING))), DIGEST)).toBe(digest);
    expect(proposalDigest(OUTGOING, `sha256:${'2'.repeat(64)}`)).not.toBe(digest);
    expect(proposalDigest({ ...OUTGOING, exercise: false }, DIGEST)).not.toBe(digest);
  });

  it('asks each originator once', () => {
    const items = ['DEU', 'ACT', 'DEU', 'BEL'].map((originator, n) => ({ ...ITEM, n: n + 1, originator }));
    expect(originatorsOf({ ...OUTGOING, items })).toEqual(['ACT', 'BEL', 'DEU']);
    expect(originatorsOf({ ...OUTGOING, items: [] })).toEqual([]);
  });
});

describe('a statement from outside', () => {
  const fits = (text: string): boolean =>
    statementSchema.safeParse({ payload: text, signatures: [{ protected: 'e30', signature: 'e30' }] }).success;

  it('has exactly one base64url spelling for its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.string({ unit: 'grapheme' }), (bytes, text) => {
        expect(fits(base64url.encode(bytes))).toBe(true);
        if (fits(text)) expect(base64url.encode(base64url.decode(text))).toBe(text);
      }),
    );
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const length of [1, 2, 3, 4]) {
      for (const last of alphabet) {
        const text = `${'A'.repeat(length - 1)}${last}`;
        expect([text, fits(text)]).toEqual([text, length > 1 && base64url.encode(base64url.decode(text)) === text]);
      }
    }
  });

  it.each<[string, unknown]>([
    ['padding', { payload: 'e30=', signatures: [{ protected: 'e30', signature: 'e30' }] }],
    ['a blank', { payload: 'e3 0', signatures: [{ protected: 'e30', signature: 'e30' }] }],
    ['the other alphabet', { payload: 'e3+/', signatures: [{ protected: 'e30', signature: 'e30' }] }],
    ['no signature', { payload: 'e30', signatures: [] }],
    ['seventeen signatures', { payload: 'e30', signatures: Array(17).fill({ protected: 'e30', signature: 'e30' }) }],
    ['an unprotected header', { payload: 'e30', signatures: [{ protected: 'e30', signature: 'e30', header: {} }] }],
    [
      'a payload in a signature',
      { payload: 'e30', signatures: [{ protected: 'e30', signature: 'e30', payload: 'e30' }] },
    ],
    ['a word of its own', { payload: 'e30', signatures: [{ protected: 'e30', signature: 'e30' }], note: '' }],
    ['nothing', null],
  ])('with %s is refused', (_name, statement) => {
    expect(statementSchema.safeParse(statement).success).toBe(false);
  });
});
