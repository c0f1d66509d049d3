export { AuditModule } from './audit.module';
export { FileMemory } from './file-memory';
export { ProveEvent } from './prove-event';
export {
  type AuditEvent,
  type Counted,
  type EventAuthor,
  Refusals,
  askedFor,
  digestOfDecision,
  record,
} from './record';
export { type RecordedDecision, decisionOf } from './recorded-decision';
export { LedgerRolledBack, Sealer, type SealerMemory, type SealingKey, type SignedState } from './seal';
export { SearchEvents } from './search-events';
export { uuidv7 } from './uuidv7';
