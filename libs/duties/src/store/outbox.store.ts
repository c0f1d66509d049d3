import type { Tx } from '#database';

/** A job as it lies in the outbox: a topic and ids. */
export interface OutboxRow {
  readonly id: string;
  readonly topic: string;
  readonly payload: Readonly<Record<string, string>>;
}

/**
 * Claims open rows for a time: new ones, and those whose lease has run out because nobody finished them. What a queue has
 * lost is so claimed again.
 */
export async function claimOpen(
  tx: Tx,
  most: number,
  leaseSeconds: number,
): Promise<{ id: string; topic: string; attempt: string }[]> {
  return tx.rows(
    `UPDATE outbox o SET enqueued_at = now()
       FROM (SELECT id FROM outbox
              WHERE done_at IS NULL AND (enqueued_at IS NULL OR enqueued_at < now() - make_interval(secs => $2))
              ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED) AS open
      WHERE o.id = open.id
     RETURNING o.id, o.topic, extract(epoch FROM o.enqueued_at)::bigint::text AS attempt`,
    [most, leaseSeconds],
  );
}

/** The row, locked until its effect is done; undefined when it is done already or somebody is at it. */
export async function lockOpen(tx: Tx, id: string): Promise<OutboxRow | undefined> {
  return tx.row<OutboxRow>(
    'SELECT id, topic, payload FROM outbox WHERE id = $1 AND done_at IS NULL FOR UPDATE SKIP LOCKED',
    [id],
  );
}

/** Notes that a handler has had its effect: false when it had it before. */
export async function markProcessed(tx: Tx, id: string, handler: string): Promise<boolean> {
  return (
    (await tx.change('INSERT INTO processed (outbox_id, handler) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      id,
      handler,
    ])) > 0
  );
}

export async function markDone(tx: Tx, id: string): Promise<void> {
  await tx.change('UPDATE outbox SET done_at = now() WHERE id = $1', [id]);
}
