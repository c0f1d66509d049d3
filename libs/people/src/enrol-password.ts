import { randomBytes } from 'node:crypto';
import type { Transactions } from '#database';
import { SALT_BYTES, derivedKey } from './password';
import { enrolPassword } from './store/session.store';

/** Binds a username and a password to a person that an instrument has made. Runs as the registrar. */
export async function enrolPasswordOf(
  transactions: Transactions,
  enrolment: { username: string; personId: string; password: string },
): Promise<void> {
  const salt = randomBytes(SALT_BYTES);
  const derived = await derivedKey(enrolment.password, salt);
  await transactions.asDuty((tx) => enrolPassword(tx, enrolment.username, enrolment.personId, salt, derived));
}
