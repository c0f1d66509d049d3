import { Secret, TOTP } from 'otpauth';
import type { Transactions } from '#database';
import { enrolSecondFactor } from './store/session.store';

/** A second factor as its holder keeps it: the secret for an app to read (RFC 4648 base32), and the same as an address. */
export interface SecondFactor {
  readonly secret: string;
  readonly uri: string;
}

const SECRET_BYTES = 32;

/** The secret of a new second factor, in base32. */
export const newSecondFactor = (): string => new Secret({ size: SECRET_BYTES }).base32;

// What sec.one_time_code computes in the database: HMAC-SHA-256, six digits, steps of thirty seconds (RFC 6238).
const totp = (secret: Secret, label = ''): TOTP =>
  new TOTP({ issuer: 'Imprimatur', label, algorithm: 'SHA256', digits: 6, period: 30, secret });

/**
 * Gives a person a new second factor and answers it, once. Runs as the registrar. Every session of the person ends: a new one
 * is given when the old one is not to be trusted any more.
 */
export async function enrolSecondFactorOf(
  transactions: Transactions,
  { personId, label }: { readonly personId: string; readonly label: string },
  secret = newSecondFactor(),
): Promise<SecondFactor> {
  const held = Secret.fromBase32(secret);
  await transactions.asDuty((tx) => enrolSecondFactor(tx, personId, Buffer.from(held.bytes)));
  return { secret, uri: totp(held, label).toString() };
}

/** The code of a secret at a moment, as an authenticator app shows it. */
export const oneTimeCode = (secret: string, at: Date): string =>
  totp(Secret.fromBase32(secret)).generate({ timestamp: at.getTime() });
