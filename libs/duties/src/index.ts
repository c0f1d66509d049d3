export { LapseCases } from './lapse';
export { type JobQueue, type QueueSettings, openQueue } from './queue';
export { Notifications } from './notifications';
export { type Enqueue, Relay } from './relay';
export { type Effect, RunJob } from './run-job';
export type { NotificationRow } from './store/notification.store';
export type { OutboxRow } from './store/outbox.store';
export { TellPeople } from './tell';
