import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { type Counted, askedFor, record } from '#audit';
import type { TargetListView, TargetsQuery } from '#contracts';
import { Clock, Cursors, Transactions, type Tx, cutPage, listOf } from '#database';
import { PolicySet, portionMark } from '#marking';
import { documentThing } from './document-thing';
import { DOCUMENT_COLUMNS } from './store/listed-document.store';
import { type ListedTarget, countTargets, pageOfTargets } from './store/listed-target.store';
import { keyOfPlace, placeOfKey } from './store/numbered.store';
import { protectionsOf } from './store/protection.store';

/** Lists the targets that the reader may see, across documents, those of the newest documents first. */
@Injectable()
export class ListTargets {
  constructor(
    private readonly transactions: Transactions,
    private readonly policies: PolicySet,
    private readonly access: AccessPolicy,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, { cursor, limit, count, ...filter }: TargetsQuery): Promise<TargetListView> {
    const list = listOf('targets', filter);
    const after = placeOfKey(this.cursors.open(actor.personId, list, cursor));
    const rules = this.access.condition({ actor, action: 'read', subject: 'Document' }, DOCUMENT_COLUMNS);
    return this.transactions.run(actor, async (tx) => {
      const rows = await pageOfTargets(tx, { filter, rules, after, limit });
      const { items, next } = cutPage(
        rows,
        limit,
        ({ at, documentId, n }) => keyOfPlace({ at: at.toISOString(), documentId, n }),
        (key) => this.cursors.seal(actor.personId, list, key),
      );
      const shown = await this.shown(tx, actor, items);
      const counted: Counted = count === true ? { count: await countTargets(tx, { filter, rules }) } : {};
      const details = { portions: shown.map(({ portionId }) => portionId), ...askedFor(filter), ...counted };
      await record(tx, actor, { action: 'target.list', outcome: 'done', details }, this.clock.now());
      return { items: shown.map(({ view }) => view), next, ...counted };
    });
  }

  private async shown(
    tx: Tx,
    actor: Actor,
    rows: readonly ListedTarget[],
  ): Promise<{ portionId: string; view: TargetListView['items'][number] }[]> {
    const protections = await protectionsOf(
      tx,
      rows.flatMap((row) => [row.protectionId, row.documentProtectionId]),
    );
    return rows.flatMap((row) => {
      const [own, around] = [protections.get(row.protectionId), protections.get(row.documentProtectionId)];
      // INVARIANT (list_equals_filter_of_check): what a reader would be refused is not in their list.
      if (own === undefined || around === undefined) return [];
      if (!this.access.permits(actor, 'read', documentThing(row.documentId, [own, around]))) return [];
      const { documentId: document, n, originator, nation, area, unit, dueYear } = row;
      const view = {
        document,
        n,
        mark: portionMark(this.policies, own.label),
        originator,
        nation,
        area,
        quantityNow: Number(row.quantityNow),
        quantityRequired: Number(row.quantityRequired),
        unit,
        dueYear,
        createdAt: row.at.toISOString(),
      };
      return [{ portionId: row.portionId, view }];
    });
  }
}
