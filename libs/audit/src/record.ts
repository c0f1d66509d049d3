import { createHash, randomBytes } from 'node:crypto';
import type { Actor } from '#access';
import { ProblemError } from '#contracts';
import type { Clock, SeparateTransactions, Tx } from '#database';
import { canonicalJson } from '#signing';
import type { RecordedDecision } from './recorded-decision';
import { uuidv7 } from './uuidv7';

/** What happened. Names things by id, never by their words. */
export interface AuditEvent {
  readonly action: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly thing?: { readonly kind: string; readonly id: string };
  readonly documentId?: string;
  readonly caseId?: string;
  /** Ids, codes and counts that explain the event. */
  readonly details?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** What was decided where something was given, so that it can be decided again. The record holds its digest. */
  readonly decision?: RecordedDecision;
}

/** How many there are, where that was asked for. */
export interface Counted {
  readonly count?: number;
}

/** What a filter may hold that is code, date or id and nothing else: these go on the record as they were asked. */
const CODE = /^(?:[A-Z]{2,4}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}(?:-\d\d-\d\dT[\d:.]+Z)?)$/;
/** Filters that the wire limits to a few words of ours. */
const CLOSED: readonly string[] = ['state'];

/**
 * What a list was asked for, for its record: codes, dates and ids by name and value, every other filter by its name alone.
 *
 * INVARIANT (no_write_down): a record has no mark, so nothing that somebody can phrase enters it.
 */
export const askedFor = (filter: object): { readonly asked: string[] } => ({
  asked: Object.entries(filter).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const said = String(value);
    return [CLOSED.includes(name) || CODE.test(said) ? `${name}=${said}` : name];
  }),
});

/** Who did it: an actor, a duty of the house such as `guard`, or nobody who is known. */
export type EventAuthor =
  Pick<Actor, 'personId' | 'requestId' | 'rulesVersion'> | { readonly duty: string } | { readonly requestId: string };

/**
 * Records an event in the transaction that it belongs to and answers its id. The sealer finds it there.
 *
 * INVARIANT (no_silent_read): if the record cannot be written nothing may be given, so every failure here is the
 * problem `record-unavailable`, and the transaction rolls back.
 */
export async function record(tx: Tx, author: EventAuthor, event: AuditEvent, at: Date): Promise<string> {
  const random = randomBytes(16 + 32);
  const id = uuidv7(at, random.subarray(0, 16));
  const personId = 'personId' in author ? author.personId : null;
  const requestId = 'requestId' in author ? author.requestId : null;
  const decision = event.decision === undefined ? null : canonicalJson(event.decision);
  const details = {
    ...event.details,
    // Whatever was decided for somebody was decided by the rules that were in force for them.
    ...('rulesVersion' in author ? { rules: author.rulesVersion } : {}),
    ...(decision === null ? {} : { decision: digestOfDecision(decision) }),
  };
  const body = canonicalJson({
    id,
    at: at.toISOString(),
    person: personId,
    duty: 'duty' in author ? author.duty : null,
    request: requestId,
    action: event.action,
    outcome: event.outcome,
    thing: event.thing ?? null,
    document: event.documentId ?? null,
    case: event.caseId ?? null,
    details,
  });
  await tx.insertUnread(
    `INSERT INTO audit_event (id, at, person_id, action, outcome, thing_kind, thing_id, document_id, case_id, request_id, record, salt, decision)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      id,
      at,
      personId,
      event.action,
      event.outcome,
      event.thing?.kind ?? null,
      event.thing?.id ?? null,
      event.documentId ?? null,
      event.caseId ?? null,
      requestId,
      body,
      random.subarray(16),
      decision,
    ],
    unavailable,
  );
  return id;
}

const unavailable = (cause: unknown): ProblemError =>
  new ProblemError('record-unavailable', { detail: 'the access record could not be written' }, { cause });

/** What the record of a decision says of it: the SHA-256 of its canonical JSON. */
export const digestOfDecision = (canonical: string): string =>
  `sha256:${createHash('sha256').update(canonical).digest('hex')}`;

/**
 * Records refusals and failed attempts in a transaction of their own, on a connection of their own: the rollback of
 * what was refused must not take the record with it. What is recorded is what was asked, and that it was not given.
 */
export class Refusals {
  constructor(
    private readonly transactions: SeparateTransactions,
    private readonly clock: Clock,
  ) {}

  async record(author: Actor | { readonly requestId: string }, event: Omit<AuditEvent, 'outcome'>): Promise<void> {
    const write = async (tx: Tx): Promise<void> => {
      await record(tx, author, { ...event, outcome: 'refused' }, this.clock.now());
    };
    await ('sid' in author ? this.transactions.run(author, write) : this.transactions.asDuty(write));
  }

  /** Runs a verb and puts its refusal on the record: what was asked, and the code of the problem. What breaks is no refusal. */
  async around<Result>(
    author: Actor,
    event: Omit<AuditEvent, 'outcome' | 'details'>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ProblemError && error.code !== 'record-unavailable')
        await this.record(author, { ...event, details: { problem: error.code } });
      throw error;
    }
  }
}
