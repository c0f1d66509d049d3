import { randomUUID } from 'node:crypto';
import type { Tx } from './tx';

/** What may be put into the outbox: a topic and ids, never text. */
export interface OutboxMessage {
  readonly topic: string;
  readonly payload: Readonly<Record<string, string | number>>;
}

/** Leaves a job in the transaction that makes it necessary: both commit or neither. */
export async function leaveInOutbox(tx: Tx, message: OutboxMessage): Promise<void> {
  await tx.change('INSERT INTO outbox (id, topic, payload) VALUES ($1, $2, $3)', [
    randomUUID(),
    message.topic,
    JSON.stringify(message.payload),
  ]);
}
