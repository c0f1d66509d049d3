import type { Tx } from '#database';
import type { InstrumentOf } from '#workflow';

/** The newest statement of a list takes the place of the one before. Those who are on it stay. */
export async function putAccessList(tx: Tx, { id, body }: InstrumentOf<'access-list'>): Promise<void> {
  await tx.change(
    `INSERT INTO access_list (name, kind, title, approvers, listed, read_in, longest_days, instrument_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, title = excluded.title, approvers = excluded.approvers,
       listed = excluded.listed, read_in = excluded.read_in, longest_days = excluded.longest_days,
       instrument_id = excluded.instrument_id, withdrawn_at = NULL`,
    [body.list, body.kind, body.name, body.approvers, body.listed, body.readIn, body.longestDays, id],
  );
}

export async function insertEntry(
  tx: Tx,
  { id, body }: InstrumentOf<'access-grant'>,
  by: { readonly approver: string; readonly kid: string },
): Promise<void> {
  await tx.change(
    `INSERT INTO access_entry (id, list, person_id, request_id, valid_from, valid_until, granted_by, kid, instrument_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [body.grant, body.list, body.person, body.request, body.from, body.until, by.approver, by.kid, id],
  );
}

/** Ends a grant at once, whatever date the statement names; answers how many. Only one of the list that is named: approvers speak for no other. */
export async function withdrawEntry(
  tx: Tx,
  { grant, list }: { readonly grant: string; readonly list: string },
  at: Date,
): Promise<number> {
  return tx.change('UPDATE access_entry SET withdrawn_at = $3 WHERE id = $1 AND list = $2 AND withdrawn_at IS NULL', [
    grant,
    list,
    at,
  ]);
}

export async function insertRules(
  tx: Tx,
  { id, issuedAt, body }: InstrumentOf<'access-rules'>,
  at: Date,
): Promise<void> {
  await tx.change(
    'INSERT INTO access_rules (version, body, issued_at, accepted_at, instrument_id) VALUES ($1, $2, $3, $4, $5)',
    [body.version, JSON.stringify(body.rules), issuedAt, at, id],
  );
}

/**
 * What a revoked instrument gave: a list with everybody who is on it, an entry, rules, and every entry that a compromised key signed.
 *
 * INVARIANT: a list that is stated anew under the same name begins empty. Nobody comes back whom no approver has let in since.
 */
export async function takeBackAccess(
  tx: Tx,
  revoked: { readonly instrument: string; readonly kid: string | null },
  at: Date,
): Promise<void> {
  for (const table of ['access_list', 'access_rules'])
    await tx.change(`UPDATE ${table} SET withdrawn_at = $2 WHERE instrument_id = $1 AND withdrawn_at IS NULL`, [
      revoked.instrument,
      at,
    ]);
  await tx.change(
    `UPDATE access_entry SET withdrawn_at = $3
      WHERE withdrawn_at IS NULL
        AND (instrument_id = $1 OR kid = $2 OR list IN (SELECT l.name FROM access_list l WHERE l.instrument_id = $1))`,
    [revoked.instrument, revoked.kid, at],
  );
}

/** The rules of a version that an instrument has activated. */
export async function activatedRules(tx: Tx, version: string): Promise<unknown> {
  return (await tx.row<{ body: unknown }>('SELECT body FROM access_rules WHERE version = $1', [version]))?.body;
}
