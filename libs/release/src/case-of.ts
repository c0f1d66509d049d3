import { type AccessPolicy, type Actor, type Protection, type Thing, accessReasons } from '#access';
import { ProblemError, type Reason } from '#contracts';
import type { Tx } from '#database';
import type { Refusals } from '#audit';
import { protectionsOf } from '#records';
import type { Refusal } from '#workflow';
import { type CaseRow, findCase, lockCase } from './store/case.store';

/** A case as the access decision sees it. */
export const caseThing = (
  row: Pick<CaseRow, 'id' | 'requestedBy' | 'state'>,
  ...protections: readonly Protection[]
): Thing => ({
  kind: 'Case',
  protections,
  id: row.id,
  requestedBy: row.requestedBy,
  state: row.state,
});

/** A refusal of the rules as a reason on the wire. */
export const reasonOf = (refusal: Refusal): Reason => ({
  code: refusal.code,
  rule: refusal.rule,
  need: refusal.need,
  have: refusal.have,
});

/**
 * The case that the actor named, if they may know of it and the rules let them do this to it.
 *
 * Absent and hidden are one answer: nothing, without a reason. Known but not permitted is refused with its rule.
 */
export async function requireCase(
  tx: Tx,
  actor: Actor,
  asked: { readonly id: string; readonly action: string; readonly lock?: boolean },
  access: AccessPolicy,
): Promise<CaseRow> {
  const row = await (asked.lock === true ? lockCase(tx, asked.id) : findCase(tx, asked.id));
  if (row === undefined) throw new ProblemError('not-found');
  const protection = (await protectionsOf(tx, [row.protectionId])).get(row.protectionId);
  if (protection === undefined) throw new ProblemError('not-found');
  const thing = caseThing(row, protection);
  // INVARIANT (absent_equals_forbidden): whoever may not read a case does nothing to it, whatever other verb the rules let them do.
  if (!access.permits(actor, 'read', thing)) throw new ProblemError('not-found');
  const decision = access.decide(actor, asked.action, thing);
  if (decision.effect === 'permit') return row;
  throw new ProblemError('not-permitted', {
    reasons: accessReasons(decision),
  });
}

/** Refuses with every reason at once, if there is any. */
export function refuseFor(refusals: readonly Refusal[]): void {
  if (refusals.length > 0) throw new ProblemError('refused', { reasons: refusals.map(reasonOf) });
}

/**
 * Runs a verb and puts its refusal on the record, in a transaction of its own: what was asked, that it was not given, and
 * the codes of the reasons. Why a hidden thing was refused is worked out when somebody who may know asks.
 */
export async function onTheRecord<Result>(
  refusals: Refusals,
  actor: Actor,
  asked: { readonly action: string; readonly caseId?: string },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProblemError && error.code !== 'record-unavailable') {
      await refusals.record(actor, {
        action: asked.action,
        ...(asked.caseId === undefined ? {} : { caseId: asked.caseId, thing: { kind: 'Case', id: asked.caseId } }),
        details: { problem: error.code, reasons: (error.extra.reasons ?? []).map((reason) => reason.code) },
      });
    }
    throw error;
  }
}
