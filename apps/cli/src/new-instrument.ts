import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type SignedStatement, canonicalJson } from '#signing';
import { type InstrumentKind, readInstrument } from '#workflow';
import { CannotTell } from './answer';
import { parsedAs } from './files';

/** Every kind of instrument; the type keeps the list whole. */
const KINDS: Readonly<Record<InstrumentKind, true>> = {
  person: true,
  key: true,
  'service-key': true,
  body: true,
  holder: true,
  delegation: true,
  clearance: true,
  'clearance-withdrawal': true,
  procedure: true,
  'access-list': true,
  'access-grant': true,
  'access-withdrawal': true,
  'access-rules': true,
  revocation: true,
};

export const INSTRUMENT_KINDS: readonly string[] = Object.keys(KINDS);

/**
 * An instrument of a kind that nobody has signed yet: canonical, under a fresh id, issued now.
 *
 * `bytes` are its body as JSON, `from` says where they came from. Throws when the instrument does not have its form.
 */
export function newInstrument(
  kind: string,
  given: { readonly installation: string; readonly bytes: Uint8Array; readonly from: string; readonly now: Date },
): SignedStatement {
  if (!INSTRUMENT_KINDS.includes(kind))
    throw new CannotTell(`there is no kind of instrument called ${kind}: ${INSTRUMENT_KINDS.join(', ')}`);
  const { installation, bytes, from, now } = given;
  const body = parsedAs(from, bytes, z.record(z.string(), z.unknown()));
  const instrument = { installation, id: randomUUID(), kind, issuedAt: now.toISOString(), body };
  const statement = { payload: Buffer.from(canonicalJson(instrument)).toString('base64url'), signatures: [] };
  const read = readInstrument(statement, installation);
  if (typeof read === 'string') throw new CannotTell(`${from}: ${read}`);
  return statement;
}
