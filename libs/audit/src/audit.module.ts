import { Module } from '@nestjs/common';
import { ProveEvent } from './prove-event';
import { SearchEvents } from './search-events';

/** Wiring of the audit room. */
@Module({ providers: [ProveEvent, SearchEvents], exports: [ProveEvent, SearchEvents] })
export class AuditModule {}
