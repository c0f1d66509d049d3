import type { QueryRunner } from 'typeorm';

/**
 * One open transaction. Stores are reached through it only, so that forgetting the transaction does not compile.
 *
 * Under a session the rows are those the session's rights cover: row-level security refuses the rest by itself.
 */
export class Tx {
  constructor(private readonly runner: QueryRunner) {}

  /** The rows of a statement. Parameters are bound, never pasted into the text. */
  async rows<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.runner.query(sql, [...parameters], true);
    return result.records as Row[];
  }

  /** The first row, or undefined. */
  async row<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, parameters))[0];
  }

  /** How many rows a change touched. */
  async change(sql: string, parameters: readonly unknown[] = []): Promise<number> {
    return (await this.runner.query(sql, [...parameters], true)).affected ?? 0;
  }

  /** Does a part of the work that may fail by itself: what it throws undoes that part, and the rest can go on. */
  async attempt<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.runner.query('SAVEPOINT attempt');
    try {
      const result = await work();
      await this.runner.query('RELEASE SAVEPOINT attempt');
      return result;
    } catch (error) {
      await this.runner.query('ROLLBACK TO SAVEPOINT attempt');
      throw error;
    }
  }
}
