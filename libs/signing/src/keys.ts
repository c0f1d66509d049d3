import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { base64url, exportJWK, generateKeyPair } from 'jose';
import { canonicalJson } from './canonical-json';

/** A public signing key: Ed25519 (`OKP`) or P-256 (`EC`). */
export interface PublicJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y?: string | undefined;
}

/** A private signing key. It never reaches a server. */
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
}

export type SigningAlgorithm = 'EdDSA' | 'ES256';

/** The one algorithm that a key is for, or undefined for a key that is not ours to use. */
export function algorithmOf(jwk: PublicJwk): SigningAlgorithm | undefined {
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') return 'EdDSA';
  if (jwk.kty === 'EC' && jwk.crv === 'P-256' && jwk.y !== undefined) return 'ES256';
  return undefined;
}

/** The key's public members alone. */
export function publicPart(jwk: PublicJwk): PublicJwk {
  const { kty, crv, x, y } = jwk;
  return y === undefined ? { kty, crv, x } : { kty, crv, x, y };
}

/** RFC 7638 thumbprint with SHA-256, base64url: the `kid` everywhere. */
export const thumbprint = (jwk: PublicJwk): string =>
  base64url.encode(sha256(utf8ToBytes(canonicalJson(publicPart(jwk)))));

/** A fresh key pair. */
export async function generateKey(
  alg: 'Ed25519' | 'ES256' = 'Ed25519',
): Promise<{ privateJwk: PrivateJwk; publicJwk: PublicJwk; kid: string }> {
  const pair = await generateKeyPair(alg === 'Ed25519' ? 'EdDSA' : 'ES256', { extractable: true });
  const { kty, crv, x, y, d } = await exportJWK(pair.privateKey);
  if (kty === undefined || crv === undefined || x === undefined || d === undefined)
    throw new Error('the key pair lacks a member');
  const publicJwk = publicPart({ kty, crv, x, y });
  return { privateJwk: { ...publicJwk, d }, publicJwk, kid: thumbprint(publicJwk) };
}
