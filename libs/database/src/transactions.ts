import { type Client, DatabaseError } from 'pg';
import { type DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import { Statement, Tx, sendTogether } from './tx';

/** What a transaction needs to know of the one who acts: the secret that row-level security knows the session by. */
export interface SessionHolder {
  readonly sid: string;
}

/** No connection could be had: the database is away, or everything that it gives is in use. Nothing was begun. */
export class DatabaseUnavailable extends Error {}

/** The database did not take a transaction when it was to be committed: nothing of it can be relied on, its record neither. */
export class NotCommitted extends Error {}

/** Somebody's way in: does work in one transaction of theirs. Who they are comes with the first answer of the database, and may be a no. */
export interface Entrance<Who> {
  within<Result>(work: (tx: Tx, entering: Promise<Who>) => Promise<Result>): Promise<Result>;
}

const ENTER = { name: 'enter', text: `SELECT set_config('app.sid', $1, true)` };

/**
 * Runs work in one transaction: commits what it returns, rolls back what it throws.
 *
 * `run` puts the actor's session into the transaction, so that row-level security answers for that session; `asDuty` has no
 * session and sees what the process's own database role may see.
 */
export class Transactions {
  constructor(private readonly dataSource: DataSource) {}

  /** INVARIANT: the session is in the transaction before any statement of the work: one connection answers in order. */
  async run<Result>(actor: SessionHolder, work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.connected(async (client) => {
      sendTogether(client);
      const begun = Promise.all([client.query('BEGIN'), client.query({ ...ENTER, values: [actor.sid] })]);
      return toTheEnd(client, begun, work);
    });
  }

  /**
   * As `run`, for somebody who is yet to be known. `enter` asks who the session belongs to and puts it into the transaction; the first
   * question of the work goes out along with it, and is answered for that session or for nobody.
   */
  async entering<Entered, Result>(
    enter: (statement: Statement) => Promise<Entered>,
    work: (tx: Tx, entered: Promise<Entered>) => Promise<Result>,
  ): Promise<Result> {
    return this.connected(async (client) => {
      sendTogether(client);
      const begun = client.query('BEGIN');
      const entered = enter(new Statement(client));
      return toTheEnd(client, Promise.all([begun, entered]), (tx) => work(tx, entered));
    });
  }

  async asDuty<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.connected(async (client) => {
      const begun = client.query('BEGIN');
      // Without a session nothing holds a statement back that would be sent although there is no transaction.
      await begun.catch(unavailable);
      return toTheEnd(client, begun, work);
    });
  }

  /** A single statement without a session: a transaction by itself, which needs neither a beginning nor an end. */
  async once<Result>(work: (statement: Statement) => Promise<Result>): Promise<Result> {
    return this.connected((client) =>
      work(new Statement(client)).catch(async (error: unknown) => {
        if (wasAnswered(error)) throw error;
        await client.end();
        return unavailable(error);
      }),
    );
  }

  /** Closes the pool. Open transactions end first. */
  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async connected<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await work(await connect(runner));
    } finally {
      await runner.release();
    }
  }
}

/** A second connection for what must be recorded although the work it belongs to was refused and rolled back. */
export class SeparateTransactions extends Transactions {}

/** Connections as the examiner, who sees labels and rights and never text, and those only in the session of a security officer. */
export class ExaminerTransactions extends Transactions {}

async function connect(runner: QueryRunner): Promise<Client> {
  return (await runner.connect().catch(unavailable)) as Client;
}

/** Does the work and commits it, or rolls back. */
async function toTheEnd<Result>(
  client: Client,
  begun: Promise<unknown>,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const tx = new Tx({ client, begun });
  try {
    const result = await work(tx);
    await commit(client, tx);
    return result;
  } catch (error) {
    await rollBack(client);
    await begun.catch(unavailable);
    // What was sent and not waited for failed first, if it failed; the rest failed because of it. Its connection is given up
    // with whatever it has planned: it must not make the same of the next one.
    await tx.settled().catch(async (fault: unknown) => {
      await client.end();
      throw fault;
    });
    throw error;
  }
}

const unavailable = (error: unknown): never => {
  throw new DatabaseUnavailable((error as Error).message, { cause: error });
};

/** Whether the database answered the statement. If not, its connection was lost. */
const wasAnswered = (error: unknown): boolean =>
  !(error instanceof QueryFailedError) ||
  (error.driverError instanceof DatabaseError && error.driverError.severity !== 'FATAL');

/** Sends the commit right behind the last change. INVARIANT (no_silent_read): both are answered before anything is given. */
async function commit(client: Client, tx: Tx): Promise<void> {
  const committed = client.query('COMMIT');
  committed.catch(() => undefined);
  await tx.settled();
  const { command } = await committed.catch((error: unknown) => {
    throw new NotCommitted((error as Error).message, { cause: error });
  });
  // PostgreSQL answers the COMMIT of a transaction in which something failed with ROLLBACK, and calls it no error.
  if (command !== 'COMMIT') throw new NotCommitted('the database rolled the transaction back');
}

/** A connection whose transaction cannot be ended is given up: the next one must not find it open. */
async function rollBack(client: Client): Promise<void> {
  await client.query('ROLLBACK').catch(() => client.end().catch(() => undefined));
}
