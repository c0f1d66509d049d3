import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, type Thing, decide, helpfulSteps } from '#access';
import { type DecisionQuery, type ExaminedDecisionView, ProblemError } from '#contracts';
import type { Tx } from '#database';
import { PolicySet } from '#marking';
import { documentThing, protectionsOf } from '#records';
import { caseThing } from '#release';
import { EXAMINES, Examiner, explains } from './examiner';
import { labelled } from './labelled';
import { rightsAt } from './rights-at';
import { examinedCase, examinedDocument, examinedPortion } from './store/thing.store';

/** What a decision is asked about: the thing, when it came into being, and the protections that it stands under. */
interface Examined {
  readonly thing: Thing;
  readonly since: Date;
}

/** Tells a security officer why somebody may or may not, now or as of a moment that has passed. */
@Injectable()
export class ExamineDecision {
  constructor(
    private readonly examiner: Examiner,
    private readonly access: AccessPolicy,
    private readonly policies: PolicySet,
  ) {}

  async run(actor: Actor, query: DecisionQuery): Promise<ExaminedDecisionView> {
    const { person, document, portion, case: ofCase, action, at, steppedUp } = query;
    const event = {
      action: 'rights.explain',
      thing: { kind: 'Person', id: person },
      ...(document === undefined ? {} : { documentId: document }),
      ...(ofCase === undefined ? {} : { caseId: ofCase }),
      details: {
        action,
        steppedUp,
        ...(portion === undefined ? {} : { portion }),
        ...(at === undefined ? {} : { asOf: at }),
      },
    };
    return this.examiner.run(actor, { event, asks: [EXAMINES, explains(person)] }, async (tx) => {
      const rights = await rightsAt(tx, this.access, at);
      const examined = await thingOf(tx, query);
      const who = rights.actor(person, steppedUp);
      if (examined === undefined || who === undefined || examined.since > rights.moment.at)
        throw new ProblemError('not-found');
      const { thing } = examined;
      const decision = decide(who, action, thing, rights.environment);
      return {
        ...decision,
        checks: [...decision.checks],
        action,
        at: rights.moment.at.toISOString(),
        steps: helpfulSteps(decision),
        person,
        office: who.office,
        steppedUp,
        document: document ?? null,
        portion: portion ?? null,
        case: ofCase ?? null,
        under: thing.protections.map((each) => labelled(each, this.policies)),
      };
    });
  }
}

async function thingOf(tx: Tx, query: DecisionQuery): Promise<Examined | undefined> {
  if (query.case !== undefined) {
    const row = await examinedCase(tx, query.case);
    if (row === undefined) return undefined;
    const protection = (await protectionsOf(tx, [row.protectionId])).get(row.protectionId);
    return protection === undefined ? undefined : { thing: caseThing(row, protection), since: row.createdAt };
  }
  const id = query.document ?? '';
  const document = await examinedDocument(tx, id);
  if (document === undefined) return undefined;
  const portion = query.portion === undefined ? undefined : await examinedPortion(tx, id, query.portion);
  if (query.portion !== undefined && portion === undefined) return undefined;
  const under = [...(portion === undefined ? [] : [portion.protectionId]), document.protectionId];
  const protections = await protectionsOf(tx, under);
  const found = under.flatMap((each) => protections.get(each) ?? []);
  if (found.length < under.length) return undefined;
  return { thing: documentThing(id, found), since: (portion ?? document).createdAt };
}
