import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, accessReasons } from '#access';
import { type AuditEventView, type AuditQuery, ProblemError } from '#contracts';
import { Clock, Cursors, Transactions, cutPage, listOf } from '#database';
import { type Counted, Refusals, record } from './record';
import { type EventRow, countEvents, pageOfEvents } from './store/event.store';

interface AuditEventList {
  readonly items: AuditEventView[];
  readonly next: string | null;
  readonly count?: number;
}

/** Lets auditors search the record: who did what to which thing, never its content. The search is on the record itself. */
@Injectable()
export class SearchEvents {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, query: AuditQuery): Promise<AuditEventList> {
    await requireAuditor(actor, 'search', this.access, this.refusals);
    const { cursor, limit, count, ...filter } = query;
    const list = listOf('events', filter);
    const after = this.cursors.open(actor.personId, list, cursor);
    return this.transactions.run(actor, async (tx) => {
      const rows = await pageOfEvents(tx, filter, after, limit);
      const { items, next } = cutPage(
        rows,
        limit,
        (row) => ({ at: row.at.toISOString(), id: row.id }),
        (key) => this.cursors.seal(actor.personId, list, key),
      );
      const counted: Counted = count === true ? { count: await countEvents(tx, filter) } : {};
      const asked = Object.entries(filter).map(([name, value]) => `${name}=${value}`);
      await record(
        tx,
        actor,
        { action: 'audit.search', outcome: 'done', details: { asked, found: items.length } },
        this.clock.now(),
      );
      return { items: items.map(viewOf), next, ...counted };
    });
  }
}

/** Refuses, on the record, whom the rules do not let audit. */
export async function requireAuditor(
  actor: Actor,
  action: 'search' | 'prove',
  access: AccessPolicy,
  refusals: Refusals,
): Promise<void> {
  const decision = access.decide(actor, action, { kind: 'AuditEvent', protections: [] });
  if (decision.effect === 'permit') return;
  await refusals.record(actor, { action: `audit.${action}` });
  throw new ProblemError('not-permitted', {
    reasons: accessReasons(decision),
  });
}

function viewOf(row: EventRow): AuditEventView {
  const { id, at, personId, office, action, outcome, thingKind, thingId, documentId, caseId, requestId } = row;
  const { details } = JSON.parse(row.record) as { details: Record<string, unknown> };
  return {
    id,
    at: at.toISOString(),
    person: personId,
    office,
    action,
    outcome,
    thing: thingKind === null || thingId === null ? null : { kind: thingKind, id: thingId },
    document: documentId,
    case: caseId,
    request: requestId,
    sealed: row.leafIndex !== null,
    details,
  };
}
