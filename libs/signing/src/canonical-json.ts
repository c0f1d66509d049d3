import serialize from 'canonicalize';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * Canonical JSON (RFC 8785): equal values give equal text, byte for byte. A member that is undefined is no member.
 *
 * Throws on what JSON cannot say, wherever it stands: undefined in a list, a function, NaN, half a surrogate pair
 * (RFC 8785 section 3.2.2.2). Such a value is a bug, or hostile.
 */
export function canonicalJson(value: unknown): string {
  requireSayable(value);
  const text = serialize(value);
  if (text === undefined) throw new TypeError('this value has no canonical JSON');
  return text;
}

function requireSayable(value: unknown): void {
  if (typeof value === 'string') {
    if (/\p{Surrogate}/u.test(value)) throw new TypeError('half a surrogate pair has no canonical JSON');
  } else if (typeof value === 'object' && value !== null) {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') requireSayable((toJSON as () => unknown).call(value));
    else if (Array.isArray(value)) Array.from(value).forEach(requireSayable);
    else for (const [name, member] of Object.entries(value)) requireMember(name, member);
  } else if (typeof value !== 'number' && typeof value !== 'boolean' && value !== null) {
    throw new TypeError(`${typeof value} has no canonical JSON`);
  }
}

function requireMember(name: string, member: unknown): void {
  requireSayable(name);
  if (member !== undefined) requireSayable(member);
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
