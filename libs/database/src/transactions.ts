import type { DataSource, QueryRunner } from 'typeorm';
import { Tx } from './tx';

/** What a transaction needs to know of the one who acts: the secret that row-level security knows the session by. */
export interface SessionHolder {
  readonly sid: string;
}

/** No connection could be had: the database is away, or everything that it gives is in use. Nothing was begun. */
export class DatabaseUnavailable extends Error {}

/** The database did not take a transaction when it was to be committed: nothing of it can be relied on, its record neither. */
export class NotCommitted extends Error {}

/**
 * Runs work in one transaction: commits what it returns, rolls back what it throws.
 *
 * `run` puts the actor's session into the transaction, so that row-level security answers for that session; `asDuty` has no
 * session and sees what the process's own database role may see.
 */
export class Transactions {
  constructor(private readonly dataSource: DataSource) {}

  async run<Result>(actor: SessionHolder, work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.inTransaction(async (tx) => {
      await tx.rows(`SELECT set_config('app.sid', $1, true)`, [actor.sid]);
      return work(tx);
    });
  }

  async asDuty<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.inTransaction(work);
  }

  /** Closes the pool. Open transactions end first. */
  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async inTransaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await begin(runner);
      const result = await work(new Tx(runner));
      await commit(runner);
      return result;
    } catch (error) {
      await rollBack(runner);
      throw error;
    } finally {
      await runner.release();
    }
  }
}

/** A second connection for what must be recorded although the work it belongs to was refused and rolled back. */
export class SeparateTransactions extends Transactions {}

async function begin(runner: QueryRunner): Promise<void> {
  try {
    await runner.connect();
    await runner.startTransaction();
  } catch (error) {
    throw new DatabaseUnavailable((error as Error).message, { cause: error });
  }
}

async function commit(runner: QueryRunner): Promise<void> {
  try {
    await runner.commitTransaction();
  } catch (error) {
    throw new NotCommitted((error as Error).message, { cause: error });
  }
}

async function rollBack(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive) return;
  // The connection itself may be gone; the first error is the one worth telling.
  await runner.rollbackTransaction().catch(() => undefined);
}
