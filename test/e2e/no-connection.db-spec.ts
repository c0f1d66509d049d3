import { Logger } from '@nestjs/common';
import { DatabaseUnavailable, Transactions, openDataSource } from '#database';
import { ProblemFilter } from '../../apps/api/src/platform/problem.filter';
import { type TestDatabases, openDatabases } from '../support/cluster';

/* Nothing is wrong with a request that comes when every connection is in use: it is told so, and may come again. */
let databases: TestDatabases;
let transactions: Transactions;

beforeAll(async () => {
  Logger.overrideLogger(false);
  databases = await openDatabases();
  transactions = new Transactions(
    await openDataSource({
      url: databases.main('api'),
      pool: 1,
      connectWithin: 100,
      applicationName: 'one-connection',
    }),
  );
});

afterAll(async () => {
  await transactions.close();
  await databases.drop();
});

const problemOf = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await work();
  } catch (error) {
    return new ProblemFilter().problemOf(error, 'EXERCISE');
  }
};

describe('a request', () => {
  it('that gets no connection is told that nothing is available, not that something broke', async () => {
    await transactions.asDuty(async () => {
      const error = await transactions.asDuty((tx) => tx.rows('SELECT 1')).catch((each: unknown) => each);
      expect(error).toBeInstanceOf(DatabaseUnavailable);
      expect(await problemOf(() => transactions.run({ sid: 'EXERCISE' }, (tx) => tx.rows('SELECT 1')))).toMatchObject({
        status: 503,
        code: 'unavailable',
      });
    });
  });

  it('that comes again when a connection was given back is answered', async () => {
    expect(await transactions.asDuty((tx) => tx.rows('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });

  it('whose statement fails is another matter', async () => {
    expect(await problemOf(() => transactions.asDuty((tx) => tx.rows('SELECT 1 / 0')))).toMatchObject({
      status: 500,
      code: 'internal-error',
    });
  });
});
