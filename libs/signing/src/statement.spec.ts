import fc from 'fast-check';
import { FlattenedSign, base64url, importJWK } from 'jose';
import { canonicalJson, sha256Hex } from './canonical-json';
import { type PrivateJwk, type PublicJwk, generateKey, publicPart, thumbprint } from './keys';
import {
  type SignedStatement,
  type VerifiedStatement,
  addSignature,
  payloadOf,
  signStatement,
  statementId,
  verifyStatement,
} from './statement';

const TYPE = 'decision';
const SAID = { verdict: 'approve', seats: ['BEL', 'DEU'], n: 1, note: 'Größe €' };

type Signature = SignedStatement['signatures'][number];

let one: PrivateJwk;
let two: PrivateJwk;
let elliptic: PrivateJwk;
let known: ReadonlyMap<string, PublicJwk>;
let signed: SignedStatement;

beforeAll(async () => {
  [one, two] = [(await generateKey()).privateJwk, (await generateKey()).privateJwk];
  elliptic = (await generateKey('ES256')).privateJwk;
  known = new Map([one, two, elliptic].map((key) => [thumbprint(key), publicPart(key)]));
  signed = await signStatement(TYPE, SAID, one);
});

const verify = async (statement: unknown, type = TYPE): Promise<VerifiedStatement> =>
  verifyStatement(type, statement as SignedStatement, (kid) => known.get(kid));

const faultOf = async (statement: unknown, type = TYPE): Promise<string> => {
  const verified = await verify(statement, type);
  return verified.ok ? 'none' : verified.fault;
};

/** A statement with whatever header, signed in earnest. */
async function signedUnder(header: Record<string, unknown>, payload: Uint8Array | string = canonicalJson(SAID)) {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  const jws = await new FlattenedSign(bytes)
    .setProtectedHeader({ alg: 'EdDSA', kid: thumbprint(one), typ: `imprimatur-${TYPE}+jws`, ...header })
    .sign(await importJWK({ ...one }, 'EdDSA'), { crit: { b64: true, exp: true } });
  return { payload: base64url.encode(bytes), signatures: [{ protected: jws.protected!, signature: jws.signature }] };
}

/** The statement under a header that no library would write. */
const withHeader = (header: unknown): SignedStatement => ({
  payload: signed.payload,
  signatures: [
    {
      protected: base64url.encode(typeof header === 'string' ? header : JSON.stringify(header)),
      signature: signed.signatures[0]!.signature,
    },
  ],
});

const withSignature = (changed: unknown): SignedStatement => ({
  payload: signed.payload,
  signatures: [{ ...signed.signatures[0]!, ...(changed as Signature) }],
});

describe('a signed statement', () => {
  it.each(['Ed25519', 'ES256'] as const)('says what was signed, with %s', async (kind) => {
    const key = kind === 'ES256' ? elliptic : one;
    expect(await verify(await signStatement(TYPE, SAID, key))).toEqual({
      ok: true,
      payload: SAID,
      kids: [thumbprint(key)],
    });
  });

  it('carries the signatures of several, over the same bytes', async () => {
    const both = await addSignature(TYPE, await addSignature(TYPE, signed, two), elliptic);
    expect(both.payload).toBe(signed.payload);
    expect(await verify(both)).toEqual({ ok: true, payload: SAID, kids: [one, two, elliptic].map(thumbprint) });
  });

  it('is the same statement whoever signed it, and another when a word differs', async () => {
    expect(statementId(await signStatement(TYPE, SAID, two))).toBe(statementId(signed));
    expect(statementId(signed)).toBe(`sha256:${sha256Hex(canonicalJson(SAID))}`);
    expect(statementId(await signStatement(TYPE, { ...SAID, n: 2 }, one))).not.toBe(statementId(signed));
  });

  it('verifies for whatever JSON says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ stringUnit: 'grapheme' }), async (value) => {
        const verified = await verify(await signStatement(TYPE, value, one));
        expect(verified).toEqual({ ok: true, payload: JSON.parse(canonicalJson(value)), kids: [thumbprint(one)] });
      }),
      { numRuns: 30 },
    );
  });

  it('is not made with a key that is not ours to use', async () => {
    await expect(signStatement(TYPE, SAID, { ...one, crv: 'X25519' })).rejects.toThrow('only Ed25519 and P-256');
  });
});

describe('a forged statement', () => {
  it('of another type is refused', async () => {
    expect(await faultOf(signed, 'instrument')).toBe('a header names another type than instrument');
    expect(await faultOf(await signedUnder({ typ: 'JWT' }))).toContain('another type');
    expect(await faultOf(await signedUnder({ typ: undefined }))).toContain('another type');
    expect(await faultOf(await signedUnder({ typ: `IMPRIMATUR-${TYPE}+JWS` }))).toContain('another type');
  });

  it('with one bit changed, anywhere, is refused', async () => {
    const whole = await addSignature(TYPE, signed, elliptic);
    const places = [
      ['payload', whole.payload],
      ...whole.signatures.flatMap((each, n) => [
        [`protected ${String(n)}`, each.protected],
        [`signature ${String(n)}`, each.signature],
      ]),
    ] as [string, string][];
    const place = fc.constantFrom(...places);
    await fc.assert(
      fc.asyncProperty(place, fc.nat(), fc.nat({ max: 6 }), async ([name, text], at, bit) => {
        const index = at % text.length;
        const character = String.fromCharCode(text.charCodeAt(index) ^ (1 << bit));
        const changed = `${text.slice(0, index)}${character}${text.slice(index + 1)}`;
        const [part, n] = name.split(' ');
        const forged =
          part === 'payload'
            ? { ...whole, payload: changed }
            : {
                ...whole,
                signatures: whole.signatures.map((each, m) => (String(m) === n ? { ...each, [part!]: changed } : each)),
              };
        expect(await verify(forged)).toMatchObject({ ok: false });
      }),
      { numRuns: 300 },
    );
  });

  it('that brings its own payload in a signature is refused', async () => {
    const evil = base64url.encode(canonicalJson({ verdict: 'approve', seats: ['everybody'] }));
    const forged = { payload: evil, signatures: [{ ...signed.signatures[0]!, payload: signed.payload }] };
    expect(await faultOf(forged)).toBe('it carries payload, which nobody has signed');
  });

  it('that carries anything which is not signed is refused', async () => {
    expect(await faultOf(withSignature({ header: { jwk: publicPart(two) } }))).toContain('it carries header');
    expect(await faultOf(withSignature({ header: {} }))).toContain('it carries header');
    expect(await faultOf({ ...signed, header: { alg: 'none' } })).toContain('it carries header');
    expect(await faultOf(JSON.parse(`{"__proto__":{},"payload":"${signed.payload}","signatures":[]}`))).toContain(
      'it carries __proto__',
    );
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['crit', { crit: ['exp'], exp: 1 }, 'a header carries crit, exp'],
    ['an unencoded payload', { crit: ['b64'], b64: false }, 'a header carries crit, b64'],
    ['a key of its own', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AA' } }, 'a header carries jwk'],
    ['the address of a key', { jku: 'https://elsewhere.example' }, 'a header carries jku'],
    ['certificates', { x5c: ['AA'] }, 'a header carries x5c'],
    ['a content type', { cty: 'JWT' }, 'a header carries cty'],
    ['no key', { kid: undefined }, 'a header names no key'],
    ['a list of keys', { kid: ['a'] }, 'a header names no key'],
    ['a key that nobody knows', { kid: 'stranger' }, 'the key stranger is not known'],
  ])('with %s in its header is refused', async (_name, header, fault) => {
    const forged = 'crit' in header ? withHeader({ alg: 'EdDSA', ...header }) : await signedUnder(header);
    expect(await faultOf(forged)).toContain(fault);
  });

  it('under another algorithm than its key is for is refused', async () => {
    const header = { kid: thumbprint(one), typ: `imprimatur-${TYPE}+jws` };
    for (const alg of ['none', 'None', 'HS256', 'ES256', 'RS256', 'Ed25519', '', undefined, null])
      expect(await faultOf(withHeader({ ...header, alg }))).toContain('the algorithm does not fit the key');
    const unsigned = withHeader({ ...header, alg: 'none' });
    expect(await verify({ ...unsigned, signatures: [{ ...unsigned.signatures[0]!, signature: '' }] })).toMatchObject({
      ok: false,
    });
  });

  it('whose header is no object of names is refused', async () => {
    for (const header of ['null', '[]', '"alg"', '1', '{', '', '\ufeff{}', '{"alg":"EdDSA"}{}'])
      expect(await verify(withHeader(header))).toMatchObject({ ok: false });
    const notText = { protected: base64url.encode(new Uint8Array([0x7b, 0xff, 0x7d])) };
    expect(await verify(withSignature(notText))).toMatchObject({ ok: false });
  });

  it('whose key is not the one of its name is refused', async () => {
    const verified = await verifyStatement(TYPE, signed, () => publicPart(two));
    expect(verified).toMatchObject({ ok: false, fault: expect.stringContaining('is not the one of that name') });
  });

  it('that one key signed twice is refused, with the same signature or another', async () => {
    expect(await faultOf(await addSignature(TYPE, signed, one))).toBe('one key signed twice');
    const twice = await addSignature(TYPE, await signStatement(TYPE, SAID, elliptic), elliptic);
    expect(twice.signatures[0]?.signature).not.toBe(twice.signatures[1]?.signature);
    expect(await faultOf(twice)).toBe('one key signed twice');
  });

  it('of which one signature fits and another does not is refused', async () => {
    const other = await signStatement(TYPE, { ...SAID, n: 2 }, two);
    const mixed = { payload: signed.payload, signatures: [...signed.signatures, ...other.signatures] };
    expect(await faultOf(mixed)).toBe(`the signature of the key ${thumbprint(two)} does not fit the statement`);
  });

  it('without signatures, or with too many, is refused', async () => {
    expect(await faultOf({ ...signed, signatures: [] })).toBe('it carries no signature, or too many');
    const many = Array.from({ length: 17 }, () => signed.signatures[0]!);
    expect(await faultOf({ ...signed, signatures: many })).toBe('it carries no signature, or too many');
  });
});

describe('one statement has one spelling', () => {
  it.each([
    ['a blank', '{"a": 1}'],
    ['names out of order', '{"b":1,"a":2}'],
    ['a name that stands twice', '{"a":1,"a":1}'],
    ['a number written otherwise', '{"a":1.0}'],
    ['a needless escape', '{"a":"\\u0062"}'],
    ['a newline after it', '{"a":1}\n'],
    ['a byte order mark', '\ufeff{"a":1}'],
    ['half a surrogate pair', '{"a":"\\ud83d"}'],
    ['no JSON', '{"a":1'],
    ['nothing', ''],
  ])('with %s it is refused, though the signature fits', async (_name, text) => {
    const statement = await signedUnder({}, text);
    expect(await verify(statement)).toMatchObject({ ok: false });
    expect(() => payloadOf(statement)).toThrow();
  });

  it('bytes that are not UTF-8 are refused', async () => {
    expect(await verify(await signedUnder({}, new Uint8Array([0x22, 0xc3, 0x22])))).toMatchObject({ ok: false });
  });

  it('no other base64url of the same bytes passes, of payload, header or signature', async () => {
    const unpadded = { a: 'ab' };
    const statement = await signStatement(TYPE, unpadded, one);
    expect(statement.payload.length % 4).not.toBe(0);
    const [{ protected: header, signature } = { protected: '', signature: '' }] = statement.signatures;
    const other = (text: string): string[] =>
      RESPELLINGS.map((respell) => respell(text)).filter((each) => each !== text);
    for (const payload of other(statement.payload))
      expect(await verify({ ...statement, payload })).toMatchObject({ ok: false });
    for (const each of other(header))
      expect(await verify({ ...statement, signatures: [{ protected: each, signature }] })).toMatchObject({ ok: false });
    for (const each of other(signature))
      expect(await verify({ ...statement, signatures: [{ protected: header, signature: each }] })).toMatchObject({
        ok: false,
      });
  });
});

/** Other texts that decoders take for the same bytes. */
const RESPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text + '='.repeat((4 - (text.length % 4)) % 4),
  (text) => `${text}\n`,
  (text) => ` ${text}`,
  (text) => `${text.slice(0, 4)} ${text.slice(4)}`,
  // The unused bits of the last letter.
  (text) => (text.length % 4 === 0 ? text : `${text.slice(0, -1)}${nextLetter(text.at(-1)!)}`),
];

function nextLetter(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(letter) + 1] ?? 'A';
}

describe('hostile input', () => {
  it('never makes it throw', async () => {
    const part = fc.oneof(
      fc.string(),
      fc.anything(),
      fc.json().map((text) => base64url.encode(text)),
    );
    const rubbish = fc.oneof(
      fc.anything(),
      fc.record({ payload: part, signatures: fc.anything() }),
      fc.record({ payload: part, signatures: fc.array(fc.record({ protected: part, signature: part })) }),
    );
    await fc.assert(
      fc.asyncProperty(rubbish, async (statement) => {
        expect(await verify(statement)).toMatchObject({ ok: false, fault: expect.any(String) });
      }),
      { numRuns: 300 },
    );
  });

  it('is refused when the payload is huge or bottomless', async () => {
    const huge = { payload: 'A'.repeat(6_000_000), signatures: signed.signatures };
    expect(await faultOf(huge)).toBe('the payload is too large');
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(await verify({ payload: base64url.encode(deep), signatures: signed.signatures })).toMatchObject({
      ok: false,
    });
  });

  it('is refused when whoever is asked for a key throws', async () => {
    const verified = await verifyStatement(TYPE, signed, () => {
      throw new Error('the list of keys is gone');
    });
    expect(verified).toEqual({ ok: false, fault: 'the list of keys is gone' });
  });
});
