export { Clock, systemClock } from './clock';
export { Cursors, ForeignCursor, type PageKey, cutPage } from './cursor';
export { type DataSourceOptions, dataSourceFor, openDataSource } from './data-source';
export { type MigrateOptions, migrate } from './migrate';
export { type OutboxMessage, leaveInOutbox } from './outbox';
export { CONNECTS, ROLES, type RoleName, databaseRole } from './roles';
export { storable } from './storable';
export {
  DatabaseUnavailable,
  NotCommitted,
  SeparateTransactions,
  type SessionHolder,
  Transactions,
} from './transactions';
export { Tx } from './tx';
