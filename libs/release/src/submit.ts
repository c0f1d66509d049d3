import { Injectable } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import { type Actor, type Protection, accessReasons } from '#access';
import { Refusals, record } from '#audit';
import { ProblemError, type SubmitCaseCommand } from '#contracts';
import { Transactions, type Tx } from '#database';
import { type PolicySet, rollUp } from '#marking';
import { type CaseSource, internProtection, loadCurrentSource, mayReadSource } from '#records';
import type { Procedure, Refusal } from '#workflow';
import { onTheRecord, refuseFor } from './case-of';
import { refuseCopiesIn } from './copied-words';
import { planItems, refuseParts } from './plan-items';
import { CaseReaderParts } from './read-case';
import { type CaseRow, insertCase, insertItems } from './store/case.store';

/** Requests a release: names the document, what happens to each portion, the audience, the procedure and the window. */
@Injectable()
export class SubmitCase {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly parts: CaseReaderParts,
  ) {}

  /** The new case's id. Throws the problem with every reason; then nothing is stored. */
  async run(actor: Actor, command: SubmitCaseCommand): Promise<string> {
    return onTheRecord(this.refusals, actor, { action: 'case.submit' }, () =>
      this.transactions.run(actor, (tx) => this.submit(tx, actor, command)),
    );
  }

  private async submit(tx: Tx, actor: Actor, command: SubmitCaseCommand): Promise<string> {
    const now = this.parts.clock.now();
    const source = await loadCurrentSource(tx, command.document, this.parts.policies);
    if (source === undefined || !mayReadSource(source, actor, this.parts.access)) throw new ProblemError('not-found');
    const protection = protectionOf(source, this.parts.policies);
    this.requirePermission(actor, protection);
    const authority = await this.parts.authority.current(tx);
    const procedure = authority.procedure(command.procedure.id, command.procedure.version);
    const plan = planItems(command, source.portions);
    refuseFor([
      ...plan.refusals,
      ...refuseParts(source.extractable, command.items),
      ...(await refuseCopiesIn(tx, command, source.portions, this.parts.policies)),
      ...audienceRefusals(command),
      ...windowRefusals(command.window, now),
      ...procedureRefusals(procedure),
    ]);
    if (procedure === undefined) throw new ProblemError('refused');
    const protectionId = await internProtection(tx, protection);
    const row = caseRow(actor, command, { ...source, protectionId }, procedure, now);
    await insertCase(tx, row);
    await insertItems(tx, row, plan.items);
    await record(
      tx,
      actor,
      {
        action: 'case.submit',
        outcome: 'done',
        thing: { kind: 'Case', id: row.id },
        caseId: row.id,
        documentId: source.documentId,
      },
      now,
    );
    return row.id;
  }

  private requirePermission(actor: Actor, protection: Protection): void {
    const decision = this.parts.access.decide(actor, 'submit', { kind: 'Case', protections: [protection] });
    if (decision.effect === 'permit') return;
    throw new ProblemError('not-permitted', {
      reasons: accessReasons(decision),
    });
  }
}

/**
 * What a case stands under: the roll-up of its document and of every portion that it speaks of.
 *
 * INVARIANT (no_write_down): reasons, objections and remarks are written by those who read the sources, so they stand no lower.
 */
function protectionOf({ protection, portions }: CaseSource, policies: PolicySet): Protection {
  const whole = rollUp(policies, [protection.label, ...portions.map((portion) => portion.protection.label)]);
  if (whole.ok && whole.nobody !== true) return { label: whole.label, needToKnow: protection.needToKnow };
  throw new ProblemError('refused', {
    reasons: [
      {
        code: 'sources',
        rule: 'sources-under-one-label',
        need: 'portions that somebody may hold together',
        have: whole.ok ? 'portions that are releasable to nobody as a whole' : whole.reasons.join('; '),
      },
    ],
  });
}

function caseRow(
  actor: Actor,
  command: SubmitCaseCommand,
  source: CaseSource,
  procedure: Procedure,
  now: Date,
): CaseRow {
  return {
    id: randomUUID(),
    protectionId: source.protectionId,
    documentId: source.documentId,
    versionId: source.versionId,
    release: newReleaseId(),
    audience: command.audience,
    title: command.title,
    summary: command.summary,
    state: 'draft',
    round: 1,
    requestedBy: actor.personId,
    procedureId: procedure.id,
    procedureVersion: procedure.version,
    notBefore: new Date(command.window.notBefore),
    notAfter: new Date(command.window.notAfter),
    publishAt: null,
    proposalId: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** A public id of its own: random, derived from nothing restricted. */
const newReleaseId = (): string => `r-${randomBytes(10).toString('hex')}`;

/** The register serves the public; another audience needs another way out, and until there is one the answer is no. */
function audienceRefusals(command: SubmitCaseCommand): Refusal[] {
  const { policy, classification, categories } = command.audience;
  if (policy === 'PUBLIC' && classification === 'UNMARKED' && categories.length === 0) return [];
  return [{ code: 'audience', rule: 'audiences-served', need: 'PUBLIC UNMARKED', have: `${policy} ${classification}` }];
}

/** A window lies ahead and has a length. */
export function windowRefusals(window: { notBefore: string; notAfter: string }, now: Date): Refusal[] {
  const [from, to] = [new Date(window.notBefore), new Date(window.notAfter)];
  const refusals: Refusal[] = [];
  if (from >= to)
    refusals.push({
      code: 'window',
      rule: 'window-has-a-length',
      need: 'notBefore before notAfter',
      have: `${window.notBefore} to ${window.notAfter}`,
    });
  if (to <= now)
    refusals.push({
      code: 'window',
      rule: 'window-lies-ahead',
      need: `notAfter after ${now.toISOString()}`,
      have: window.notAfter,
    });
  return refusals;
}

const procedureRefusals = (procedure: Procedure | undefined): Refusal[] =>
  procedure === undefined
    ? [
        {
          code: 'procedure',
          rule: 'procedure-in-force',
          need: 'a procedure that two officers have signed',
          have: 'none of that name and version',
        },
      ]
    : [];
