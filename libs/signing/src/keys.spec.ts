import { exportJWK, generateKeyPair } from 'jose';
import { algorithmOf, generateKey, publicPart, thumbprint } from './keys';

describe('the thumbprint of a key', () => {
  it('is that of the example of RFC 8037 appendix A.3', () => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
    expect(thumbprint(jwk)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  it('is of the public members alone, in whatever order they stand', async () => {
    const { privateJwk, publicJwk, kid } = await generateKey('ES256');
    const { kty, crv, x, y } = publicJwk;
    expect(thumbprint(privateJwk)).toBe(kid);
    expect(thumbprint({ y, x, crv, kty, use: 'sig', kid: 'another' } as typeof publicJwk)).toBe(kid);
    expect(thumbprint({ ...publicJwk, x: y! })).not.toBe(kid);
  });
});

describe('a fresh key', () => {
  it.each([
    ['Ed25519', 'EdDSA'],
    ['ES256', 'ES256'],
  ] as const)('of kind %s is for %s, and its public part gives nothing of the private one', async (kind, algorithm) => {
    const { privateJwk, publicJwk, kid } = await generateKey(kind);
    expect(algorithmOf(publicJwk)).toBe(algorithm);
    expect(publicPart(privateJwk)).toEqual(publicJwk);
    expect(JSON.stringify(publicJwk)).not.toContain(privateJwk.d);
    expect(kid).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect((await generateKey(kind)).kid).not.toBe(kid);
  });
});

describe('an algorithm', () => {
  it('is there for Ed25519 and P-256 alone', async () => {
    const { publicKey } = await generateKeyPair('ES384', { extractable: true });
    const { kty, crv, x, y } = await exportJWK(publicKey);
    expect(algorithmOf({ kty: kty!, crv: crv!, x: x!, y })).toBeUndefined();
    expect(algorithmOf({ kty: 'EC', crv: 'P-256', x: 'AA' })).toBeUndefined();
    expect(algorithmOf({ kty: 'EC', crv: 'Ed25519', x: 'AA', y: 'AA' })).toBeUndefined();
    expect(algorithmOf({ kty: 'OKP', crv: 'X25519', x: 'AA' })).toBeUndefined();
    expect(algorithmOf({ kty: 'RSA', crv: '', x: '' })).toBeUndefined();
    expect(algorithmOf({ kty: 'oct', crv: 'P-256', x: 'AA', y: 'AA' })).toBeUndefined();
  });
});
