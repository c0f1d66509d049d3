import serialize from 'canonicalize';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * Canonical JSON (RFC 8785): equal values give equal text, byte for byte.
 *
 * Throws on what JSON cannot say (undefined, a function, NaN): such a value is a bug, never input.
 */
export function canonicalJson(value: unknown): string {
  const text = serialize(value);
  if (text === undefined) throw new TypeError('this value has no canonical JSON');
  return text;
}

/** SHA-256 in lower-case hexadecimal. A string stands for its UTF-8 bytes. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return bytesToHex(sha256(typeof bytes === 'string' ? utf8ToBytes(bytes) : bytes));
}

/** The digest of a value: `sha256:` and the hash of its canonical JSON. */
export const digestOf = (value: unknown): string => `sha256:${sha256Hex(canonicalJson(value))}`;

/**
 * A commitment to a value that reveals nothing of it: `sha256:` and the hash of salt, a zero byte and its canonical JSON.
 *
 * The salt must be random and of at least 16 bytes, and stay with those who may open the commitment.
 */
export function commitmentTo(value: unknown, salt: string): string {
  return `sha256:${sha256Hex(concatBytes(utf8ToBytes(salt), new Uint8Array([0]), utf8ToBytes(canonicalJson(value))))}`;
}
