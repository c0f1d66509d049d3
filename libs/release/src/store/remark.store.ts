import { randomUUID } from 'node:crypto';
import type { Tx } from '#database';
import type { CaseRow } from './case.store';

/** What somebody wrote about a case. It is a thing of its own and stands under the case's protection. */
export interface Remark {
  readonly personId: string;
  readonly kind: 'return' | 'withdraw';
  readonly text: string;
  readonly at: Date;
}

export async function insertRemark(tx: Tx, row: CaseRow, remark: Remark): Promise<void> {
  await tx.change(
    `INSERT INTO case_remark (id, case_id, round, person_id, kind, body, protection_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [randomUUID(), row.id, row.round, remark.personId, remark.kind, remark.text, row.protectionId, remark.at],
  );
}

export async function remarksOn(tx: Tx, caseId: string): Promise<(Remark & { round: number })[]> {
  return tx.rows(
    `SELECT person_id AS "personId", kind, body AS text, at, round FROM case_remark WHERE case_id = $1 ORDER BY at, id`,
    [caseId],
  );
}
