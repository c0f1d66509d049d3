import { randomUUID } from 'node:crypto';
import type { Tx } from '#database';

export interface NotificationRow {
  readonly id: string;
  readonly kind: string;
  readonly case: string | null;
  /** The request, grant or breaking of glass that it is about, or the person whose codes are guessed. */
  readonly about: string | null;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

/** What a note is about: a case, or something about access. */
export type Subject = { readonly caseId: string } | { readonly about: string };

/** Tells persons of something, each once a job. Ids only. */
export async function notify(
  tx: Tx,
  outboxId: string,
  kind: string,
  subject: Subject,
  people: readonly string[],
): Promise<void> {
  const rows = people.map((person) => ({ id: randomUUID(), person }));
  await tx.change(
    `INSERT INTO notification (id, outbox_id, person_id, kind, case_id, about)
     SELECT id, $1, person, $2, $3, $4 FROM jsonb_to_recordset($5::jsonb) AS n (id uuid, person uuid)
     ON CONFLICT DO NOTHING`,
    [
      outboxId,
      kind,
      'caseId' in subject ? subject.caseId : null,
      'about' in subject ? subject.about : null,
      JSON.stringify(rows),
    ],
  );
}

export async function ownNotifications(tx: Tx): Promise<NotificationRow[]> {
  return tx.rows<NotificationRow>(
    `SELECT id, kind, case_id AS "case", about, created_at AS "createdAt", read_at AS "readAt"
       FROM notification ORDER BY created_at DESC, id DESC LIMIT 200`,
  );
}

export async function markRead(tx: Tx, id: string): Promise<boolean> {
  return (await tx.change('UPDATE notification SET read_at = coalesce(read_at, now()) WHERE id = $1', [id])) > 0;
}
