export { Bound, whereAll } from './bound';
export { Clock, systemClock } from './clock';
export { Cursors, ForeignCursor, type PageKey, cutPage, listOf } from './cursor';
export { type DataSourceOptions, dataSourceFor, openDataSource } from './data-source';
export { type MigrateOptions, migrate } from './migrate';
export { type OutboxMessage, leaveInOutbox } from './outbox';
export { CONNECTS, ROLES, type RoleName, databaseRole } from './roles';
export { storable } from './storable';
export {
  DatabaseUnavailable,
  type Entrance,
  ExaminerTransactions,
  NotCommitted,
  SeparateTransactions,
  type SessionHolder,
  Transactions,
} from './transactions';
export { Statement, Tx } from './tx';
