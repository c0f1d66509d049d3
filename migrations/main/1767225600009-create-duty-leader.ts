import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The row that a duty locks while it works, so that two of the same duty never judge the same state at once.
 *
 * A row that only the duty's own role can lock, never an advisory lock: nobody else can hold the duty up.
 */
export class CreateDutyLeader1767225600009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE duty_leader (duty text PRIMARY KEY, rounds bigint NOT NULL DEFAULT 0);
      INSERT INTO duty_leader (duty) VALUES ('registrar');
      ALTER TABLE duty_leader ENABLE ROW LEVEL SECURITY;
      ALTER TABLE duty_leader FORCE ROW LEVEL SECURITY;
      CREATE POLICY own_duty ON duty_leader TO imprimatur_registrar USING (duty = 'registrar');
      GRANT SELECT, UPDATE (rounds) ON duty_leader TO imprimatur_registrar;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}
