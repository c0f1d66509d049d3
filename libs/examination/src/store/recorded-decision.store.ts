import type { RecordedDecision } from '#audit';
import type { Tx } from '#database';

/** A recorded decision with what fixes it: the text of its record, and what the ledger holds of that. */
export interface RecordedRow {
  readonly id: string;
  readonly at: Date;
  readonly personId: string | null;
  readonly action: string;
  readonly documentId: string | null;
  readonly caseId: string | null;
  readonly record: string;
  readonly salt: Buffer;
  readonly leafData: Buffer;
  readonly decision: RecordedDecision;
  /** What was sealed; null as long as nothing is. */
  readonly sealed: Buffer | null;
}

/** The record of something that was given. Records without a decision are none of the examiner's. */
export const recordedDecision = (tx: Tx, id: string): Promise<RecordedRow | undefined> =>
  tx.row(
    `SELECT e.id, e.at, e.person_id AS "personId", e.action, e.document_id AS "documentId", e.case_id AS "caseId", e.record, e.salt,
            e.leaf_data AS "leafData", e.decision, l.leaf_data AS sealed
       FROM audit_event e LEFT JOIN ledger_leaf l ON l.event_id = e.id WHERE e.id = $1`,
    [id],
  );
