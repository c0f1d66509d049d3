import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { fromBase64, toBase64 } from './base64';

/** A log's public key under its name (C2SP signed-note). */
export interface NoteKey {
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

const ED25519 = 1;
const DASH = '\u2014';

/** More than anybody signs with; without a limit a note could be made of signatures alone. */
const MOST_SIGNATURES = 100;

/** What no note holds: control characters other than the newline, and what is no Unicode text. */
const NO_NOTE = /[\u0000-\u0009\u000b-\u001f\p{Surrogate}]/u;

const isName = (name: string): boolean => name.length > 0 && !/[\s+]/u.test(name);

function keyId(key: NoteKey): Uint8Array {
  return sha256(concatBytes(utf8ToBytes(`${key.name}\n`), new Uint8Array([ED25519]), key.publicKey)).slice(0, 4);
}

/** The public key of a signer's seed. */
export const noteKeyOf = (name: string, ed25519Seed: Uint8Array): NoteKey => ({
  name,
  publicKey: ed25519.getPublicKey(ed25519Seed),
});

/** The key as text: name, key id and key (C2SP signed-note, "vkey"). */
export function noteVerifierKey(key: NoteKey): string {
  const id = [...keyId(key)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${key.name}+${id}+${toBase64(concatBytes(new Uint8Array([ED25519]), key.publicKey))}`;
}

/** The key that a text stands for. Throws when the text is not one, or its id does not fit. */
export function parseVerifierKey(text: string): NoteKey {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text.trim());
  const bytes = parts?.[3] === undefined ? undefined : fromBase64(parts[3]);
  if (parts?.[1] === undefined || bytes?.length !== 33 || bytes[0] !== ED25519)
    throw new Error('this is no Ed25519 verifier key');
  const key = { name: parts[1], publicKey: bytes.slice(1) };
  if (noteVerifierKey(key) !== text.trim()) throw new Error('the id of the verifier key does not fit the key');
  return key;
}

/** Signs a text that ends with a newline. Throws on one that could not be opened again. */
export function signNote(body: string, name: string, ed25519Seed: Uint8Array): string {
  if (!body.endsWith('\n') || NO_NOTE.test(body) || !isName(name))
    throw new Error('a note is text that ends with a newline, signed under a name without blanks');
  const signature = ed25519.sign(utf8ToBytes(body), ed25519Seed);
  return `${body}\n${DASH} ${name} ${toBase64(concatBytes(keyId(noteKeyOf(name, ed25519Seed)), signature))}\n`;
}

/**
 * The text of a note that one of the keys has signed, and the names of the keys that did. A signature of a known key that does
 * not fit is a fault, whatever else is there; a signature of an unknown key is passed over.
 */
export function openNote(
  note: string,
  keys: readonly NoteKey[],
): { ok: true; body: string; signers: readonly string[] } | { ok: false; fault: string } {
  const at = note.lastIndexOf('\n\n');
  if (at < 0 || !note.endsWith('\n') || NO_NOTE.test(note)) return { ok: false, fault: 'this is not a signed note' };
  const body = note.slice(0, at + 1);
  const lines = note.slice(at + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) return { ok: false, fault: 'the note has too many signatures' };
  const signers: string[] = [];
  for (const line of lines) {
    const parts = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
    const bytes = parts?.[2] === undefined ? undefined : fromBase64(parts[2]);
    if (parts === null || bytes === undefined || bytes.length < 5)
      return { ok: false, fault: 'a signature line is malformed' };
    const key = keys.find(
      (each) => each.name === parts[1] && keyId(each).every((byte, place) => byte === bytes[place]),
    );
    if (key === undefined) continue;
    if (!fits(bytes.slice(4), body, key))
      return { ok: false, fault: `the signature of ${key.name} does not fit the note` };
    signers.push(key.name);
  }
  return signers.length > 0 ? { ok: true, body, signers } : { ok: false, fault: 'no known key has signed the note' };
}

function fits(signature: Uint8Array, body: string, key: NoteKey): boolean {
  try {
    return signature.length === 64 && ed25519.verify(signature, utf8ToBytes(body), key.publicKey);
  } catch {
    return false;
  }
}
