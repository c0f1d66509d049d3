import type { Tx } from '#database';
import type { Label } from '#marking';
import type { CaseState } from '#workflow';

/** A case as it is stored. Its own text (title, summary, remarks) stands under the roll-up of its sources. */
export interface CaseRow {
  readonly id: string;
  readonly protectionId: number;
  readonly documentId: string;
  readonly versionId: string;
  readonly release: string;
  readonly audience: Label;
  readonly title: string;
  readonly summary: string;
  readonly state: CaseState;
  readonly round: number;
  readonly requestedBy: string;
  readonly procedureId: string;
  readonly procedureVersion: number;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publishAt: Date | null;
  readonly proposalId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A case, as columns of `release_case`. */
export const COLUMNS = `id, protection_id AS "protectionId", document_id AS "documentId", version_id AS "versionId", release, audience,
  title, summary, state, round, requested_by AS "requestedBy", procedure_id AS "procedureId", procedure_version AS "procedureVersion",
  window_not_before AS "notBefore", window_not_after AS "notAfter", publish_at AS "publishAt", proposal_id AS "proposalId",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

export async function insertCase(tx: Tx, row: CaseRow): Promise<void> {
  await tx.change(
    `INSERT INTO release_case (id, protection_id, document_id, version_id, release, audience, title, summary, state, round,
       requested_by, procedure_id, procedure_version, window_not_before, window_not_after, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)`,
    [
      row.id,
      row.protectionId,
      row.documentId,
      row.versionId,
      row.release,
      JSON.stringify(row.audience),
      row.title,
      row.summary,
      row.state,
      row.round,
      row.requestedBy,
      row.procedureId,
      row.procedureVersion,
      row.notBefore,
      row.notAfter,
      row.createdAt,
    ],
  );
}

/** The case, if the session may know of it. */
export async function findCase(tx: Tx, id: string): Promise<CaseRow | undefined> {
  return tx.row<CaseRow>(`SELECT ${COLUMNS} FROM release_case WHERE id = $1`, [id]);
}

/** The case, locked against every other change of it until the transaction ends. */
export async function lockCase(tx: Tx, id: string): Promise<CaseRow | undefined> {
  return tx.row<CaseRow>(`SELECT ${COLUMNS} FROM release_case WHERE id = $1 FOR UPDATE`, [id]);
}

/** What may change of a case; its sources and its requester never do. */
export type CaseChange = Partial<
  Pick<CaseRow, 'title' | 'summary' | 'state' | 'round' | 'notBefore' | 'notAfter' | 'publishAt' | 'proposalId'>
>;

const CHANGEABLE: Readonly<Record<keyof CaseChange, string>> = {
  title: 'title',
  summary: 'summary',
  state: 'state',
  round: 'round',
  notBefore: 'window_not_before',
  notAfter: 'window_not_after',
  publishAt: 'publish_at',
  proposalId: 'proposal_id',
};

export async function changeCase(tx: Tx, id: string, change: CaseChange, at: Date): Promise<void> {
  const entries = Object.entries(change) as [keyof CaseChange, unknown][];
  const assignments = entries.map(([key], index) => `${CHANGEABLE[key]} = $${String(index + 3)}`);
  await tx.change(`UPDATE release_case SET updated_at = $2, ${assignments.join(', ')} WHERE id = $1`, [
    id,
    at,
    ...entries.map(([, value]) => value),
  ]);
}

/** One portion's treatment in one round. Rounds are never rewritten. */
export interface ItemRow {
  readonly n: number;
  readonly portionId: string;
  readonly treatment: 'include' | 'withhold' | 'substitute';
  readonly reasonCode: string | null;
  readonly substitute: string | null;
  readonly originator: string;
  readonly protectionId: number;
}

export async function insertItems(
  tx: Tx,
  row: Pick<CaseRow, 'id' | 'round' | 'protectionId'>,
  items: readonly ItemRow[],
): Promise<void> {
  await tx.change(
    `INSERT INTO proposal_item (case_id, round, n, portion_id, treatment, reason_code, substitute, originator, protection_id, case_protection_id)
     SELECT $1, $2, n, "portionId", treatment, "reasonCode", substitute, originator, "protectionId", $3
       FROM jsonb_to_recordset($4::jsonb) AS item (n int, "portionId" uuid, treatment text, "reasonCode" text, substitute text,
                                                   originator text, "protectionId" int)`,
    [row.id, row.round, row.protectionId, JSON.stringify(items)],
  );
}

/** The items of a round that the session may see. */
export async function itemsOf(tx: Tx, caseId: string, round: number): Promise<ItemRow[]> {
  return tx.rows<ItemRow>(
    `SELECT n, portion_id AS "portionId", treatment, reason_code AS "reasonCode", substitute, originator, protection_id AS "protectionId"
       FROM proposal_item WHERE case_id = $1 AND round = $2 ORDER BY n`,
    [caseId, round],
  );
}
