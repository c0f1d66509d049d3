import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The outbox, what its effects have done, and the notifications they leave. Rows carry ids only.
 *
 * The relay marks a row done in the transaction of its effect, never when it is put into the queue: a queue that loses
 * its data delays work and loses none.
 */
export class CreateOutbox1767225600005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        topic text NOT NULL,
        payload jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        enqueued_at timestamptz,
        done_at timestamptz
      );
      CREATE INDEX outbox_open ON outbox (created_at) WHERE done_at IS NULL;
      CREATE TABLE processed (
        outbox_id uuid NOT NULL, handler text NOT NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (outbox_id, handler));
      CREATE TABLE notification (
        id uuid PRIMARY KEY,
        outbox_id uuid NOT NULL,
        person_id uuid NOT NULL REFERENCES person (id),
        kind text NOT NULL,
        case_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        read_at timestamptz,
        UNIQUE (outbox_id, person_id, kind)
      );
      CREATE INDEX notification_person ON notification (person_id, created_at DESC, id DESC);
      ALTER TABLE notification ENABLE ROW LEVEL SECURITY;
      ALTER TABLE notification FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON notification FOR SELECT TO imprimatur_api USING (person_id = (SELECT sec.session_person()));
      CREATE POLICY own_read ON notification FOR UPDATE TO imprimatur_api USING (person_id = (SELECT sec.session_person()));
      CREATE POLICY relay_tells ON notification TO imprimatur_relay USING (true) WITH CHECK (true);

      GRANT INSERT ON outbox TO imprimatur_api, imprimatur_registrar, imprimatur_guard, imprimatur_relay;
      GRANT SELECT, UPDATE (enqueued_at, done_at) ON outbox TO imprimatur_relay;
      GRANT SELECT, INSERT ON processed TO imprimatur_relay;
      GRANT SELECT, INSERT ON notification TO imprimatur_relay;
      GRANT SELECT, UPDATE (read_at) ON notification TO imprimatur_api;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}
