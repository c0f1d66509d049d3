import type { Client } from 'pg';
import { asking } from './cluster';
import type { House } from './house';

/** What a statement gave, and everything that the database said when it refused: message, detail, hint and place. */
export interface Attempt {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly refused: string | undefined;
}

/** A transaction of the api's own database role in which somebody's session was entered: what a captured api could ask. */
export class SessionSql {
  constructor(private readonly client: Client) {}

  /** The rows of a statement that must succeed. */
  async rows<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return (await this.client.query(sql, [...parameters])).rows as Row[];
  }

  /** Tries a statement and undoes whatever it did. */
  async attempt(sql: string, parameters: readonly unknown[] = []): Promise<Attempt> {
    await this.client.query('SAVEPOINT attempt');
    try {
      return { rows: (await this.client.query(sql, [...parameters])).rows, refused: undefined };
    } catch (error) {
      const { message, detail, hint, where } = error as Error & Partial<Record<'detail' | 'hint' | 'where', string>>;
      return { rows: [], refused: [message, detail, hint, where].filter((each) => each !== undefined).join('\n') };
    } finally {
      await this.client.query('ROLLBACK TO SAVEPOINT attempt');
    }
  }

  /** What COPY … TO STDOUT sends. */
  async copied(sql: string): Promise<string> {
    const chunks: Buffer[] = [];
    const { connection } = this.client as unknown as {
      connection: NodeJS.EventEmitter;
    };
    const keep = ({ chunk }: { chunk: Buffer }): void => {
      chunks.push(Buffer.from(chunk));
    };
    connection.on('copyData', keep);
    try {
      await this.client.query(sql);
    } finally {
      connection.off('copyData', keep);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

/** Works as the api's database role in the session with this secret; everything is undone afterwards. */
export async function inSession<Result>(
  house: Pick<House, 'databases'>,
  sid: string,
  work: (sql: SessionSql) => Promise<Result>,
): Promise<Result> {
  return asking(house.databases.main('api'), async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT sec.enter($1)', [sid]);
    const result = await work(new SessionSql(client));
    await client.query('ROLLBACK');
    return result;
  });
}
