import { DataSource, type MigrationInterface } from 'typeorm';

export interface DataSourceOptions {
  readonly url: string;
  /** Connections at most. */
  readonly pool?: number;
  readonly applicationName?: string;
  /** Milliseconds to wait for a connection, new or given back, before there is none to be had. */
  readonly connectWithin?: number;
  /** Milliseconds a statement may take; a hanging database becomes an error, never a hanging request. */
  readonly statementTimeout?: number;
  readonly migrations?: (new () => MigrationInterface)[];
}

/** A TypeORM data source on PostgreSQL. Never synchronises: the schema comes from migrations alone. */
export function dataSourceFor(options: DataSourceOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    poolSize: options.pool ?? 10,
    applicationName: options.applicationName ?? 'imprimatur',
    connectTimeoutMS: options.connectWithin ?? 10_000,
    synchronize: false,
    migrationsRun: false,
    migrationsTransactionMode: 'each',
    ...(options.migrations === undefined ? {} : { migrations: options.migrations }),
    extra: {
      pipeline: true,
      statement_timeout: options.statementTimeout ?? 30_000,
      idle_in_transaction_session_timeout: 60_000,
    },
  });
}

/** Opens the data source, or says in one line why it cannot be reached. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = dataSourceFor(options);
  try {
    return await dataSource.initialize();
  } catch (error) {
    const where = new URL(options.url);
    throw new Error(
      `cannot open the database ${where.pathname.slice(1)} on ${where.host} as ${where.username}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
