import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, type Thing, accessReasons } from '#access';
import { type AuditEvent, Refusals, record } from '#audit';
import { ProblemError } from '#contracts';
import { Clock, ExaminerTransactions, Transactions, type Tx } from '#database';

/** What is examined: how the record names it, and every question to the rules that must be answered with yes. */
export interface Examination {
  readonly event: Omit<AuditEvent, 'outcome'>;
  readonly asks: readonly (readonly [action: string, thing: Thing])[];
}

/** What everybody needs who asks about the rights of others. */
export const EXAMINES = ['examine', { kind: 'Rights', protections: [] }] as const satisfies Examination['asks'][number];

/** Explaining about a person. */
export const explains = (personId: string): Examination['asks'][number] => [
  'explain',
  { kind: 'Person', protections: [], id: personId },
];

/**
 * Lets a security officer look at labels and rights, in a transaction of the examiner's own role.
 *
 * INVARIANT (no_silent_read): the question is on the record before its answer leaves; a refusal is on it too.
 */
@Injectable()
export class Examiner {
  constructor(
    private readonly examiner: ExaminerTransactions,
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly clock: Clock,
  ) {}

  async run<Result>(actor: Actor, { event, asks }: Examination, work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.refusals.around(actor, event, async () => {
      for (const [action, thing] of asks) this.require(actor, action, thing);
      const result = await this.examiner.run(actor, work);
      await this.transactions.run(actor, (tx) => record(tx, actor, { ...event, outcome: 'done' }, this.clock.now()));
      return result;
    });
  }

  private require(actor: Actor, action: string, thing: Thing): void {
    const decision = this.access.decide(actor, action, thing);
    if (decision.effect === 'deny') throw new ProblemError('not-permitted', { reasons: accessReasons(decision) });
    // INVARIANT (absent_equals_forbidden): what is top secret does not exist for a session that is not stepped up.
    if (actor.kind === 'session' && actor.steppedUpUntil !== null) return;
    const have = actor.kind === 'session' ? 'one that is not' : 'a token';
    const need = 'a signed-in session that is stepped up with a code';
    throw new ProblemError('not-permitted', { reasons: [{ code: 'access', rule: 'session', need, have }] });
  }
}
