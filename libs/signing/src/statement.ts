import { FlattenedSign, base64url, flattenedVerify, importJWK } from 'jose';
import { canonicalJson, sha256Hex } from './canonical-json';
import { type PrivateJwk, type PublicJwk, algorithmOf, thumbprint } from './keys';

/** A signed statement: JWS General JSON serialisation (RFC 7515), so that two officers can sign one statement. */
export interface SignedStatement {
  /** base64url of the statement's canonical JSON. */
  readonly payload: string;
  readonly signatures: readonly { readonly protected: string; readonly signature: string }[];
}

export type VerifiedStatement =
  | { readonly ok: true; readonly payload: unknown; readonly kids: readonly string[] }
  | { readonly ok: false; readonly fault: string };

const LARGEST_PAYLOAD = 4 * 1024 * 1024;
const MOST_SIGNATURES = 16;

const typOf = (type: string): string => `imprimatur-${type}+jws`;

/** Signs a statement of a type. The header names algorithm, key and type; the type keeps one kind of statement from passing for another. */
export async function signStatement(type: string, payload: unknown, key: PrivateJwk): Promise<SignedStatement> {
  const bytes = new TextEncoder().encode(canonicalJson(payload));
  return addSignature(type, { payload: base64url.encode(bytes), signatures: [] }, key);
}

/** The statement with one more signature over the same bytes. */
export async function addSignature(
  type: string,
  statement: SignedStatement,
  key: PrivateJwk,
): Promise<SignedStatement> {
  const alg = algorithmOf(key);
  if (alg === undefined) throw new TypeError('only Ed25519 and P-256 keys sign');
  const jws = await new FlattenedSign(base64url.decode(statement.payload))
    .setProtectedHeader({ alg, kid: thumbprint(key), typ: typOf(type) })
    .sign(await importJWK({ ...key }, alg));
  return {
    payload: statement.payload,
    signatures: [...statement.signatures, { protected: jws.protected ?? '', signature: jws.signature }],
  };
}

/**
 * Verifies every signature of a statement. `keyOf` answers the key that a kid stands for; an unknown kid is a fault.
 *
 * The payload must be the canonical JSON of itself, byte for byte; the header must name exactly algorithm, kid and type.
 * Never throws on hostile input.
 */
export async function verifyStatement(
  type: string,
  statement: SignedStatement,
  keyOf: (kid: string) => PublicJwk | undefined,
): Promise<VerifiedStatement> {
  try {
    const payload = payloadOf(statement);
    requireMembers(statement, ['payload', 'signatures']);
    const { signatures } = statement;
    if (signatures.length === 0 || signatures.length > MOST_SIGNATURES)
      return fault('it carries no signature, or too many');
    const kids: string[] = [];
    for (const signature of signatures) kids.push(await verifySignature(type, statement.payload, signature, keyOf));
    if (new Set(kids).size !== kids.length) return fault('one key signed twice');
    return { ok: true, payload, kids };
  } catch (error) {
    return fault(error instanceof Error ? error.message : 'it cannot be read');
  }
}

/** The payload as data, unverified: only to learn what a statement claims to be. Throws when it is not canonical JSON. */
export function payloadOf(statement: SignedStatement): unknown {
  if (statement.payload.length > (LARGEST_PAYLOAD * 4) / 3 + 4) throw new Error('the payload is too large');
  const text = new TextDecoder('utf-8', { fatal: true }).decode(base64url.decode(statement.payload));
  const payload: unknown = JSON.parse(text);
  if (canonicalJson(payload) !== text || base64url.encode(text) !== statement.payload) {
    throw new Error('the payload is not the canonical JSON of itself');
  }
  return payload;
}

/** The identity of a statement's content, whoever signed it: `sha256:` and the hash of the payload's bytes. */
export const statementId = (statement: SignedStatement): string =>
  `sha256:${sha256Hex(base64url.decode(statement.payload))}`;

async function verifySignature(
  type: string,
  payload: string,
  signature: SignedStatement['signatures'][number],
  keyOf: (kid: string) => PublicJwk | undefined,
): Promise<string> {
  requireMembers(signature, ['protected', 'signature']);
  if (!isOneSpelling(signature.signature)) throw new Error('a signature is not base64url');
  const header = headerOf(signature.protected);
  if (header['typ'] !== typOf(type)) throw new Error(`a header names another type than ${type}`);
  const kid = header['kid'];
  if (typeof kid !== 'string') throw new Error('a header names no key');
  const key = keyOf(kid);
  if (key === undefined) throw new Error(`the key ${kid} is not known`);
  const alg = algorithmOf(key);
  if (alg === undefined || header['alg'] !== alg) throw new Error(`the algorithm does not fit the key ${kid}`);
  if (thumbprint(key) !== kid) throw new Error(`the key ${kid} is not the one of that name`);
  try {
    const { protected: encoded, signature: bytes } = signature;
    await flattenedVerify({ payload, protected: encoded, signature: bytes }, await importJWK({ ...key }, alg), {
      algorithms: [alg],
    });
  } catch {
    throw new Error(`the signature of the key ${kid} does not fit the statement`);
  }
  return kid;
}

/**
 * INVARIANT: a statement is its payload and its signatures, a signature its header and its bytes. Whatever else stands there
 * is not signed: an unprotected header, a payload of the signature's own.
 */
function requireMembers(value: object, members: readonly string[]): void {
  const unknown = Object.keys(value).filter((name) => !members.includes(name));
  if (unknown.length > 0) throw new Error(`it carries ${unknown.join(', ')}, which nobody has signed`);
}

/** Decoders overlook blanks, padding and unused bits: without this a signature could be changed unnoticed. */
const isOneSpelling = (text: string): boolean => base64url.encode(base64url.decode(text)) === text;

/** INVARIANT: nothing but alg, kid and typ; no `crit`, no `b64`, no key that the statement brings along itself. */
function headerOf(encoded: string): Record<string, unknown> {
  const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(base64url.decode(encoded)));
  if (typeof header !== 'object' || header === null) throw new Error('a header is not an object');
  const unknown = Object.keys(header).filter((name) => !['alg', 'kid', 'typ'].includes(name));
  if (unknown.length > 0) throw new Error(`a header carries ${unknown.join(', ')}`);
  return header as Record<string, unknown>;
}

const fault = (text: string): VerifiedStatement => ({ ok: false, fault: text });
