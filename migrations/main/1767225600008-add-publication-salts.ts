import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The salts of a publication's commitments to the decisions of stages that are not public.
 *
 * They open the commitments to whoever knows of the case, who may read those decisions anyway; the public side never has them.
 */
export class AddPublicationSalts1767225600008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE publication ADD COLUMN stage_salts jsonb NOT NULL DEFAULT '{}'`);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}
