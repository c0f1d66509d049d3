import { randomUUID } from 'node:crypto';
import type { Tx } from '#database';

export interface NotificationRow {
  readonly id: string;
  readonly kind: string;
  readonly case: string | null;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

/** Tells persons of a case, each once a job. Ids only. */
export async function notify(
  tx: Tx,
  outboxId: string,
  kind: string,
  caseId: string,
  people: readonly string[],
): Promise<void> {
  const rows = people.map((person) => ({ id: randomUUID(), person }));
  await tx.change(
    `INSERT INTO notification (id, outbox_id, person_id, kind, case_id)
     SELECT id, $1, person, $2, $3 FROM jsonb_to_recordset($4::jsonb) AS n (id uuid, person uuid)
     ON CONFLICT DO NOTHING`,
    [outboxId, kind, caseId, JSON.stringify(rows)],
  );
}

export async function ownNotifications(tx: Tx): Promise<NotificationRow[]> {
  return tx.rows<NotificationRow>(
    `SELECT id, kind, case_id AS "case", created_at AS "createdAt", read_at AS "readAt"
       FROM notification ORDER BY created_at DESC, id DESC LIMIT 200`,
  );
}

export async function markRead(tx: Tx, id: string): Promise<boolean> {
  return (await tx.change('UPDATE notification SET read_at = coalesce(read_at, now()) WHERE id = $1', [id])) > 0;
}
