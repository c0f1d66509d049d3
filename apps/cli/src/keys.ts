import { z } from 'zod';
import { type NoteKey, parseVerifierKey } from '#ledger';
import { type PrivateJwk, type PublicJwk, algorithmOf, publicPart } from '#signing';
import { type Officers, officersSchema } from '#workflow';
import { CannotTell, messageOf } from './answer';
import type { CliIo } from './cli-io';
import { parsedAs, requireOwnEyesOnly } from './files';

const members = { kty: z.string(), crv: z.string(), x: z.string(), y: z.string().optional() };
const privateSchema = z.object({ ...members, d: z.string().min(1) });
/** A public key as `key show --json` prints it, or alone. A private one is refused before it goes anywhere. */
const publicSchema = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && 'jwk' in value ? value.jwk : value),
  z.object({ ...members, d: z.undefined('this is a private key: give its public part').optional() }),
);

/** The private key of a file that nobody else may read. It is used in this process and goes nowhere. */
export function readPrivateKey(io: CliIo, path: string): PrivateJwk {
  requireOwnEyesOnly(path);
  const { d, ...jwk } = parsedAs(path, io.readFile(path), privateSchema);
  return { ...usable(path, jwk), d };
}

export const readPublicKey = (io: CliIo, path: string): PublicJwk =>
  usable(path, parsedAs(path, io.readFile(path), publicSchema));

function usable(path: string, jwk: PublicJwk): PublicJwk {
  if (algorithmOf(jwk) === undefined) throw new CannotTell(`${path}: the key is neither Ed25519 nor P-256`);
  return publicPart(jwk);
}

/** The trust anchor, with the keys of both logs as they are to be used. */
export interface Trust {
  readonly officers: Officers;
  readonly ledger: NoteKey;
  readonly publicLog: NoteKey;
}

/** The officers' file. Throws when it is no trust anchor: without one nothing can be told. */
export function readTrust(io: CliIo, path: string): Trust {
  const officers = parsedAs(path, io.readFile(path), officersSchema);
  return {
    officers,
    ledger: verifierKey(`${path}: logs.ledger`, officers.logs.ledger),
    publicLog: verifierKey(`${path}: logs.publicLog`, officers.logs.publicLog),
  };
}

/** The key of a log from its text. `where` says, in a fault, what the text was. */
export function verifierKey(where: string, text: string): NoteKey {
  try {
    return parseVerifierKey(text);
  } catch (error) {
    throw new CannotTell(`${where}: ${messageOf(error)}`, { cause: error });
  }
}
