import type { Clearance } from '#marking';
import type { SignedStatement } from '#signing';
import { type Tx, storable } from '#database';
import type { InstrumentOf } from '#workflow';

/** Every accepted statement that the process may see, with a mark that changes whenever one is added. */
export async function acceptedStatements(tx: Tx): Promise<SignedStatement[]> {
  const rows = await tx.rows<{ statement: SignedStatement }>(
    'SELECT statement FROM instrument ORDER BY accepted_at, id',
  );
  return rows.map((row) => row.statement);
}

export async function acceptedMark(tx: Tx): Promise<string> {
  const row = await tx.row<{ mark: string }>(
    `SELECT count(*) || '/' || coalesce(max(accepted_at)::text, '') AS mark FROM instrument`,
  );
  return row?.mark ?? '';
}

export async function submitStatement(tx: Tx, id: string, statement: SignedStatement, personId: string): Promise<void> {
  await tx.change('INSERT INTO instrument_submission (id, statement, submitted_by) VALUES ($1, $2, $3)', [
    id,
    JSON.stringify(statement),
    personId,
  ]);
}

export interface SubmissionRow {
  readonly id: string;
  readonly state: 'pending' | 'accepted' | 'refused';
  readonly fault: string | null;
  readonly submittedAt: Date;
  readonly settledAt: Date | null;
}

export async function ownSubmission(tx: Tx, id: string): Promise<SubmissionRow | undefined> {
  return tx.row<SubmissionRow>(
    `SELECT id, state, fault, submitted_at AS "submittedAt", settled_at AS "settledAt" FROM sec.my_submission($1)`,
    [id],
  );
}

/** Waits until no other registrar is at work, and keeps others waiting until this transaction ends. */
export async function leadRegistrars(tx: Tx): Promise<void> {
  const row = await tx.row(`SELECT duty FROM duty_leader WHERE duty = 'registrar' FOR UPDATE`);
  if (row === undefined) throw new Error('the registrar may not lead');
}

/** The pending submissions, locked; another registrar passes them by. */
export async function takePending(tx: Tx, most: number): Promise<{ id: string; statement: SignedStatement }[]> {
  return tx.rows(
    `SELECT id, statement FROM instrument_submission WHERE state = 'pending' ORDER BY submitted_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [most],
  );
}

export async function settleSubmission(
  tx: Tx,
  id: string,
  state: 'accepted' | 'refused',
  fault: string | null,
  at: Date,
): Promise<void> {
  await tx.change('UPDATE instrument_submission SET state = $2, fault = $3, settled_at = $4 WHERE id = $1', [
    id,
    state,
    // A fault may quote a hostile statement.
    fault === null ? null : storable(fault),
    at,
  ]);
}

export async function insertInstrument(
  tx: Tx,
  id: string,
  kind: string,
  statement: SignedStatement,
  at: Date,
): Promise<void> {
  await tx.change('INSERT INTO instrument (id, kind, statement, accepted_at) VALUES ($1, $2, $3, $4)', [
    id,
    kind,
    JSON.stringify(statement),
    at,
  ]);
}

export async function putPerson(tx: Tx, { id, body }: InstrumentOf<'person'>): Promise<void> {
  await tx.change(
    `INSERT INTO person (id, identity, office, nation, organisation, roles, communities, instrument_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (id) DO UPDATE SET office = excluded.office, nation = excluded.nation, organisation = excluded.organisation,
       roles = excluded.roles, communities = excluded.communities, instrument_id = excluded.instrument_id`,
    [body.person, body.identity, body.office, body.nation, body.organisation, body.roles, body.communities, id],
  );
}

export async function insertClearance(tx: Tx, { id, body }: InstrumentOf<'clearance'>): Promise<void> {
  await tx.change(
    `INSERT INTO clearance (id, person_id, policy, classifications, categories, valid_from, valid_until, instrument_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      body.clearance,
      body.person,
      body.policy,
      body.classifications,
      JSON.stringify(body.categories satisfies Clearance['categories']),
      body.from,
      body.until,
      id,
    ],
  );
}

/** Withdraws a clearance at once, whatever date the statement names: taking away never waits. */
export async function withdrawClearance(tx: Tx, clearanceId: string, at: Date): Promise<number> {
  return tx.change('UPDATE clearance SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL', [clearanceId, at]);
}

/** A revoked instrument takes back the clearance, or the person's roles and communities, that it gave. */
export async function takeBack(tx: Tx, instrumentId: string, at: Date): Promise<void> {
  await tx.change('UPDATE clearance SET withdrawn_at = $2 WHERE instrument_id = $1 AND withdrawn_at IS NULL', [
    instrumentId,
    at,
  ]);
  await tx.change(`UPDATE person SET roles = '{}', communities = '{}' WHERE instrument_id = $1`, [instrumentId]);
}
