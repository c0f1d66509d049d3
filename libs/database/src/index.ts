export { Clock, systemClock } from './clock';
export { type DataSourceOptions, dataSourceFor, openDataSource } from './data-source';
export { type MigrateOptions, migrate } from './migrate';
export { type OutboxMessage, leaveInOutbox } from './outbox';
export { CONNECTS, ROLES, type RoleName, databaseRole } from './roles';
export { SeparateTransactions, type SessionHolder, Transactions } from './transactions';
export { Tx } from './tx';
