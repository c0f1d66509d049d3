export { type AuditEvent, type EventAuthor, Refusals, record } from './record';
export { uuidv7 } from './uuidv7';
