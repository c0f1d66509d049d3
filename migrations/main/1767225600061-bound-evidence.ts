import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * No row is larger than what guard, registrar and auditors can take into memory.
 *
 * Without this whoever captures the api ends those processes, each time that they start again, with one row of a gigabyte: then
 * nothing is published at all, of any case.
 */
export class BoundEvidence1767225600061 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE proposal ADD CONSTRAINT of_bounded_size CHECK (octet_length(outgoing::text) <= 8388608);
      ALTER TABLE rendition ADD CONSTRAINT of_bounded_size
        CHECK (octet_length(bytes) <= 33554432 AND octet_length(readback) <= 33554432);
      ALTER TABLE decision ADD CONSTRAINT of_bounded_size CHECK (octet_length(statement::text) <= 65536);
      ALTER TABLE instrument_submission ADD CONSTRAINT of_bounded_size CHECK (octet_length(statement::text) <= 262144);
      ALTER TABLE audit_event ADD CONSTRAINT of_bounded_size CHECK (octet_length(record) <= 1048576);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}
