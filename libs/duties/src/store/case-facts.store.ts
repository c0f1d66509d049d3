import type { Tx } from '#database';
import type { CaseState } from '#workflow';

/** What a duty may know of a case: ids, state and window, never a word of it. */
export interface CaseFacts {
  readonly id: string;
  readonly state: CaseState;
  readonly requestedBy: string;
  readonly procedureId: string;
  readonly procedureVersion: number;
  readonly proposalId: string | null;
}

const COLUMNS = `id, state, requested_by AS "requestedBy", procedure_id AS "procedureId", procedure_version AS "procedureVersion", proposal_id AS "proposalId"`;

export async function findCaseFacts(tx: Tx, id: string): Promise<CaseFacts | undefined> {
  return tx.row<CaseFacts>(`SELECT ${COLUMNS} FROM release_case WHERE id = $1`, [id]);
}

/** Cases whose window has passed while they were still open, locked. */
export async function overdueCases(tx: Tx, now: Date, most: number): Promise<CaseFacts[]> {
  return tx.rows<CaseFacts>(
    `SELECT ${COLUMNS} FROM release_case
      WHERE state IN ('draft', 'in-approval', 'returned', 'objected', 'approved', 'scheduled') AND window_not_after <= $1
      ORDER BY window_not_after LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [now, most],
  );
}

export async function setCaseState(tx: Tx, id: string, state: CaseState, at: Date): Promise<void> {
  await tx.change('UPDATE release_case SET state = $2, updated_at = $3 WHERE id = $1', [id, state, at]);
}

export async function decidersOf(
  tx: Tx,
  proposalId: string,
): Promise<{ personId: string; stage: string; seat: string | null; body: string | null }[]> {
  return tx.rows('SELECT person_id AS "personId", stage, seat, body FROM decision WHERE proposal_id = $1', [
    proposalId,
  ]);
}

/** Those of the persons who may know of the case at this moment. */
export async function whoMayKnow(tx: Tx, caseId: string, people: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    'SELECT id FROM unnest($2::uuid[]) AS id WHERE sec.person_covers_case(id, $1)',
    [caseId, people],
  );
  return rows.map((row) => row.id);
}
