import { DatabaseUnavailable, NotCommitted, Transactions, openDataSource } from '#database';
import { type TestDatabases, asking, openDatabases } from '../../../test/support/cluster';
import { statementName } from './statement-name';

/* Statements are planned once and sent ahead of answers; a transaction is still whole or nothing. */
let databases: TestDatabases;
let transactions: Transactions;
let url: string;

beforeAll(async () => {
  databases = await openDatabases();
  url = databases.main('superuser');
  await asking(url, (client) =>
    client.query('CREATE TABLE put_in (n int PRIMARY KEY); GRANT SELECT, INSERT ON put_in TO imprimatur_api'),
  );
  transactions = new Transactions(
    await openDataSource({ url: databases.main('api'), pool: 1, applicationName: 'sent-ahead' }),
  );
});

afterAll(async () => {
  await transactions.close();
  await databases.drop();
});

const INSERT = 'INSERT INTO put_in VALUES ($1)';
const fault = (cause: unknown): Error => new Error('EXERCISE not put in', { cause });
const rows = (): Promise<number[]> =>
  asking(url, async (client) =>
    (await client.query<{ n: number }>('SELECT n FROM put_in ORDER BY n')).rows.map(({ n }) => n),
  );
const session = { sid: 'EXERCISE-of-nobody' };
const sidOf = `SELECT coalesce(current_setting('app.sid', true), '') AS sid, pg_current_xact_id_if_assigned() IS NULL AS fresh`;

describe('a transaction', () => {
  it('has its session before its first statement, and leaves none behind', async () => {
    expect(await transactions.run(session, (tx) => tx.row(sidOf))).toMatchObject({ sid: session.sid });
    expect(await transactions.asDuty((tx) => tx.row(sidOf))).toMatchObject({ sid: '' });
    expect(await transactions.once((statement) => statement.row(sidOf))).toMatchObject({ sid: '' });
  });

  it('commits a row that nobody waited for', async () => {
    await transactions.run(session, (tx) => tx.insertUnread(INSERT, [1], fault));
    expect(await rows()).toContain(1);
  });

  it('fails with the fault of a row that could not be put in, whatever came after it', async () => {
    const before = await rows();
    const failing: Parameters<typeof transactions.asDuty<unknown>>[0][] = [
      (tx) => tx.insertUnread(INSERT, [1], fault),
      async (tx) => {
        await tx.insertUnread(INSERT, [1], fault);
        await tx.change(INSERT, [2]);
      },
      (tx) => tx.attempt(() => tx.insertUnread(INSERT, [1], fault)),
    ];
    for (const work of failing) await expect(transactions.run(session, work)).rejects.toThrow('EXERCISE not put in');
    expect(await rows()).toEqual(before);
  });

  it('fails when the database takes the row and throws it away, and not any more when it no longer does', async () => {
    await asking(url, (client) => client.query('CREATE RULE forgetful AS ON INSERT TO put_in DO INSTEAD NOTHING'));
    const put = (n: number): Promise<void> => transactions.run(session, (tx) => tx.insertUnread(INSERT, [n], fault));
    await expect(put(3)).rejects.toThrow('EXERCISE not put in');
    await asking(url, (client) => client.query('DROP RULE forgetful ON put_in'));
    await put(4);
    expect(await rows()).toContain(4);
  });

  it('goes on after an attempt that failed, with what was put in before it', async () => {
    await transactions.run(session, async (tx) => {
      await tx.insertUnread(INSERT, [5], fault);
      await expect(tx.attempt(() => tx.insertUnread(INSERT, [5], fault))).rejects.toThrow('EXERCISE not put in');
      await tx.change(INSERT, [6]);
    });
    expect(await rows()).toEqual(expect.arrayContaining([5, 6]));
  });

  it('in which something failed unseen is not taken for committed', async () => {
    const swallowing = transactions.run(session, async (tx) => {
      await tx.change(INSERT, [7]);
      await tx.rows('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(swallowing).rejects.toBeInstanceOf(NotCommitted);
    expect(await rows()).not.toContain(7);
  });

  it('whose connection was lost is told so, and the next one has another connection', async () => {
    const lost = transactions.run(session, async (tx) => {
      await tx.change(INSERT, [8]);
      await asking(url, (client) =>
        client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sent-ahead'`),
      );
      await tx.change(INSERT, [9]);
    });
    await expect(lost).rejects.toThrow();
    expect(await transactions.asDuty((tx) => tx.row('SELECT 1 AS one'))).toEqual({ one: 1 });
    expect(await rows()).not.toContain(8);
  });
});

describe('a single statement', () => {
  it('is asked once', async () => {
    const twice = transactions.once(async (statement) => {
      await statement.row('SELECT 1');
      await statement.row('SELECT 1');
    });
    await expect(twice).rejects.toThrow('asked once');
  });

  it('that fails is no lost connection; one that ends its own connection is', async () => {
    const fails = transactions.once((statement) => statement.row('SELECT 1 / 0'));
    await expect(fails).rejects.not.toBeInstanceOf(DatabaseUnavailable);
    await expect(fails).rejects.toThrow('division by zero');
    const ends = transactions.once((statement) => statement.row('SELECT pg_terminate_backend(pg_backend_pid())'));
    await expect(ends).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect(await transactions.once((statement) => statement.row('SELECT 1 AS one'))).toEqual({ one: 1 });
  });
});

describe('the name of a statement', () => {
  it('is one for each text, and none beyond what a connection may keep', () => {
    const first = statementName('SELECT EXERCISE');
    expect(first).toMatch(/^s\d+$/);
    expect(statementName('SELECT EXERCISE')).toBe(first);
    const names = Array.from({ length: 300 }, (_unused, n) => statementName(`SELECT EXERCISE ${String(n)}`));
    const named = names.filter((name) => name !== undefined);
    expect(new Set(named).size).toBe(named.length);
    expect(named.length).toBeLessThan(200);
    expect(names.at(-1)).toBeUndefined();
    expect(statementName('SELECT EXERCISE')).toBe(first);
  });
});
