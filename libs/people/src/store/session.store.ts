import type { Actor } from '#access';
import { ProblemError } from '#contracts';
import type { Statement, Tx } from '#database';

/** Who holds a session and what they hold: the actor without the secret, the request and the moment. */
export type SessionHolder = Omit<Actor, 'sid' | 'requestId' | 'enteredAt' | 'rulesVersion'> & {
  /** Null where no rules were ever activated. */
  readonly rulesVersion: string | null;
};

/** What `sec.enter` answers: the holder as the database remembers them, in JSON, and the moment. */
export interface EnteredSession {
  readonly holder: string;
  readonly enteredAt: string;
}

/** The salt of a name; also a name that nobody has gets one. */
export async function saltOf(tx: Tx, username: string): Promise<Buffer> {
  const row = await tx.row<{ salt: Buffer }>('SELECT sec.salt_of($1) AS salt', [username]);
  if (row === undefined) throw new Error('the database gave no salt');
  return row.salt;
}

/** Opens a session when the derived key is right. */
export async function openSession(
  tx: Tx,
  username: string,
  derived: Buffer,
  sid: string,
  hours: number,
): Promise<boolean> {
  const row = await tx.row<{ opened: boolean }>(
    'SELECT sec.open_session($1, $2, $3, make_interval(hours => $4)) AS opened',
    [username, derived, sid, hours],
  );
  return row?.opened === true;
}

/** Whose session it is, and what they hold at this moment; undefined for nobody. */
export async function enterSession(statement: Statement, sid: string): Promise<EnteredSession | undefined> {
  const row = await statement.row<EnteredSession | Record<keyof EnteredSession, null>>(
    'SELECT holder, entered_at AS "enteredAt" FROM sec.enter($1)',
    [sid],
  );
  return row === undefined || row.holder === null ? undefined : row;
}

/**
 * Counts a code and keeps it to be judged; during a pause it does neither. INVARIANT: commit it before it is judged, by `stepUp`.
 * Whoever must be told of so many codes is told in the same transaction: without that record nothing is judged.
 */
export async function offerCode(tx: Tx, code: string): Promise<void> {
  try {
    await tx.rows('SELECT sec.offer_code($1)', [code]);
  } catch (error) {
    if ((error as { driverError?: { code?: string } }).driverError?.code === 'IMREC')
      throw new ProblemError('record-unavailable', {}, { cause: error });
    throw error;
  }
}

/** Until when the session is stepped up, if the code that was offered before is right. */
export async function stepUp(tx: Tx, code: string): Promise<Date | undefined> {
  return (await tx.row<{ until: Date | null }>('SELECT sec.step_up($1) AS until', [code]))?.until ?? undefined;
}

/** Binds the secret of a second factor to a person (registrar only). Every session of theirs ends. */
export async function enrolSecondFactor(tx: Tx, personId: string, secret: Buffer): Promise<void> {
  await tx.rows('SELECT sec.enrol_second_factor($1, $2)', [personId, secret]);
}

export async function endSession(tx: Tx, sid: string): Promise<boolean> {
  return (await tx.row<{ ended: boolean }>('SELECT sec.end_session($1) AS ended', [sid]))?.ended === true;
}

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** The id of the new token; why none was made: `too-many` that have not expired, or a session that makes none. */
export async function issueToken(
  tx: Tx,
  token: string,
  name: string,
  scopes: readonly string[],
  days: number,
): Promise<{ readonly id: string } | 'too-many' | 'no-session'> {
  try {
    const sql = 'SELECT sec.issue_token($1, $2, $3, make_interval(days => $4)) AS id';
    const id = (await tx.row<{ id: string | null }>(sql, [token, name, scopes, days]))?.id;
    return typeof id === 'string' ? { id } : 'no-session';
  } catch (error) {
    if ((error as { driverError?: { code?: string } }).driverError?.code === 'IMTOK') return 'too-many';
    throw error;
  }
}

export async function ownTokens(tx: Tx): Promise<TokenRow[]> {
  return tx.rows<TokenRow>(
    'SELECT id, name, scopes, created_at AS "createdAt", expires_at AS "expiresAt" FROM sec.my_tokens()',
  );
}

export async function revokeToken(tx: Tx, id: string): Promise<boolean> {
  return (await tx.row<{ revoked: boolean }>('SELECT sec.revoke_token($1) AS revoked', [id]))?.revoked === true;
}

/** Binds a username and a derived key to a person that instruments have made (registrar only). */
export async function enrolPassword(
  tx: Tx,
  username: string,
  personId: string,
  salt: Buffer,
  derived: Buffer,
): Promise<void> {
  await tx.rows('SELECT sec.enrol_password($1, $2, $3, $4)', [username, personId, salt, derived]);
}
