import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, type Protection, protectionChecks, ruleCondition } from '#access';
import { ProblemError, type ReadableQuery, type ReadableView } from '#contracts';
import { Cursors, type Tx, cutPage, listOf } from '#database';
import { PolicySet } from '#marking';
import { EXAMINES, Examiner, explains } from './examiner';
import { labelled } from './labelled';
import { type RightsAt, rightsAt } from './rights-at';
import {
  type AskedDocuments,
  EXAMINED_COLUMNS,
  type ExaminedDocument,
  countReadable,
  everyProtection,
  pageOfReadable,
  portionsAt,
} from './store/thing.store';

/** Tells a security officer what somebody can read: documents, newest first, and which portions of their newest versions. */
@Injectable()
export class WhatCanRead {
  constructor(
    private readonly examiner: Examiner,
    private readonly access: AccessPolicy,
    private readonly policies: PolicySet,
    private readonly cursors: Cursors,
  ) {}

  async run(actor: Actor, personId: string, query: ReadableQuery): Promise<ReadableView> {
    const { cursor, limit, at, steppedUp, count } = query;
    const list = listOf(`readable for ${personId}`, { at, steppedUp });
    const after = this.cursors.open(actor.personId, list, cursor);
    const event = {
      action: 'rights.readable',
      thing: { kind: 'Person', id: personId },
      details: { steppedUp, ...(at === undefined ? {} : { asOf: at }) },
    };
    return this.examiner.run(actor, { event, asks: [EXAMINES, explains(personId)] }, async (tx) => {
      const rights = await rightsAt(tx, this.access, at);
      const person = rights.actor(personId, steppedUp);
      if (person === undefined) throw new ProblemError('not-found');
      const protections = await everyProtection(tx);
      const asked = askedFor(person, rights, protections);
      const { items, next } = cutPage(
        await pageOfReadable(tx, asked, after, limit),
        limit,
        (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
        (key) => this.cursors.seal(actor.personId, list, key),
      );
      return {
        person: personId,
        office: person.office,
        at: rights.moment.at.toISOString(),
        rulesVersion: rights.rules.version,
        steppedUp,
        ...(count === true ? { counts: await countReadable(tx, asked) } : {}),
        items: await this.inDetail(tx, items, asked, protections),
        next,
      };
    });
  }

  private async inDetail(
    tx: Tx,
    documents: readonly ExaminedDocument[],
    { under, at }: AskedDocuments,
    protections: ReadonlyMap<number, Protection>,
  ): Promise<ReadableView['items']> {
    const held = new Set(under);
    const portions = await portionsAt(
      tx,
      documents.map(({ id }) => id),
      at,
    );
    return documents.flatMap(({ id, protectionId, createdAt }) => {
      const own = protections.get(protectionId);
      if (own === undefined) return [];
      const all = portions.filter(({ documentId }) => documentId === id);
      return [
        {
          document: id,
          ...labelled(own, this.policies),
          createdAt: createdAt.toISOString(),
          of: all.length,
          portions: all.filter((portion) => held.has(portion.protectionId)).map((portion) => portion.id),
        },
      ];
    });
  }
}

/**
 * What the person reaches by lattice, need-to-know and assurance, as numbers of protections, and what the rules let them read of it.
 * Both halves are those of `decide`: checks and translator.
 */
function askedFor(
  person: Actor,
  { environment, moment }: RightsAt,
  protections: ReadonlyMap<number, Protection>,
): AskedDocuments {
  const reached = [...protections].filter(([, protection]) =>
    protectionChecks(person, protection, environment).every(({ outcome }) => outcome),
  );
  const { rules } = environment;
  return {
    under: reached.map(([id]) => id),
    at: moment.at,
    rules: (first) =>
      ruleCondition({ rules, actor: person, action: 'read', subject: 'Document' }, EXAMINED_COLUMNS, first),
  };
}
