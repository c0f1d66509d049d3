import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What every read writes, without work that serves nobody. */
export class RecordAtSpeed1767225600080 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(WHOLE);
    await runner.query(PENDING);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}

// A record is ids and digests, which hardly compress. Up to a page it stays in its row: no attempt to compress it, no row elsewhere
// for each piece and no index entry for that.
const WHOLE = 'ALTER TABLE audit_event SET (toast_tuple_target = 8160)';

// INVARIANT (no_silent_read): what is pending is an event. The trigger that puts it there gives the id of the row that has just come
// in, no role can put anything else there, and no event is ever deleted. A foreign key would ask for that row again, and lock it.
const PENDING = 'ALTER TABLE audit_pending DROP CONSTRAINT audit_pending_id_fkey';
