import type { Client, QueryResult } from 'pg';
import { QueryFailedError } from 'typeorm';
import { statementName } from './statement-name';

/** The connection of a transaction, and how the transaction began on it. */
export interface Opened {
  readonly client: Client;
  /** Settles when the database has begun the transaction. */
  readonly begun: Promise<unknown>;
}

/** A single statement, which is a transaction by itself. */
export class Statement {
  private isAsked = false;

  constructor(private readonly client: Client) {}

  /** The first row, or undefined. Throws when asked again: that would be another transaction. */
  async row<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row | undefined> {
    if (this.isAsked) throw new Error('a single statement is asked once');
    this.isAsked = true;
    return (await ask(this.client, sql, parameters)).rows[0] as Row | undefined;
  }
}

/**
 * One open transaction. Stores are reached through it only, so that forgetting the transaction does not compile.
 *
 * Under a session the rows are those the session's rights cover: row-level security refuses the rest by itself. Statements are
 * sent in the order of the calls, without waiting for each other's answers, and each connection plans a statement once.
 */
export class Tx {
  private readonly unread: Promise<void>[] = [];
  private readonly begun: Promise<unknown>;
  private hasAsked = false;

  constructor(private readonly opened: Opened) {
    this.begun = opened.begun;
    // Whoever asks is told, and so is the commit.
    this.begun.catch(() => undefined);
  }

  /** The rows of a statement. Parameters are bound, never pasted into the text. */
  async rows<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    // The first question goes along with what begins the transaction; if that fails, nobody is told what came back.
    if (this.hasAsked) await this.begun;
    this.hasAsked = true;
    return (await ask(this.opened.client, sql, parameters)).rows as Row[];
  }

  /** The first row, or undefined. */
  async row<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, parameters))[0];
  }

  /** How many rows a change touched. */
  async change(sql: string, parameters: readonly unknown[] = []): Promise<number> {
    await this.begun;
    return (await ask(this.opened.client, sql, parameters)).rowCount ?? 0;
  }

  /**
   * Inserts a row and does not wait for the answer: what comes next is sent right behind it. The transaction does not commit
   * without exactly this row, and fails with what `fault` makes of the failure.
   */
  async insertUnread(sql: string, parameters: readonly unknown[], fault: (error: unknown) => Error): Promise<void> {
    await this.begun;
    sendTogether(this.opened.client);
    const answer = ask(this.opened.client, sql, parameters).then(
      ({ rowCount }) => {
        if (rowCount !== 1) throw fault(new Error(`the database put ${String(rowCount)} rows in`));
      },
      (error: unknown) => {
        throw fault(error);
      },
    );
    answer.catch(() => undefined);
    this.unread.push(answer);
  }

  /** Throws the first fault of what was sent and not waited for. */
  async settled(): Promise<void> {
    await this.begun;
    for (const answer of this.unread) await answer;
  }

  /** Does a part of the work that may fail by itself: what it throws undoes that part, and the rest can go on. */
  async attempt<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.settled();
    await this.opened.client.query('SAVEPOINT attempt');
    try {
      const result = await work();
      await this.settled();
      await this.opened.client.query('RELEASE SAVEPOINT attempt');
      return result;
    } catch (error) {
      await this.opened.client.query('ROLLBACK TO SAVEPOINT attempt');
      this.unread.length = 0;
      throw error;
    }
  }
}

/** What is sent from now until the current turn is over goes out at once, in one packet: each costs more than most statements. */
export function sendTogether({ connection: { stream } }: Client): void {
  stream.cork();
  process.nextTick(() => {
    stream.uncork();
  });
}

async function ask(client: Client, sql: string, parameters: readonly unknown[]): Promise<QueryResult> {
  const values = [...parameters];
  try {
    return await client.query({ name: statementName(sql), text: sql, values });
  } catch (error) {
    throw new QueryFailedError(sql, values, error as Error);
  }
}
