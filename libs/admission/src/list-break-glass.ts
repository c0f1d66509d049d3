import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { record } from '#audit';
import type { AccessRequestQuery, BreakGlassView } from '#contracts';
import { Clock, Cursors, Transactions, type Tx, cutPage } from '#database';
import { WordsAboutAccess } from './marked-words';
import { type BreakGlassRow, pageOfBreakGlass } from './store/break-glass.store';
import { officesOf } from './store/person.store';

/** Shows what one has opened in emergencies; to security officers, what everybody has. */
@Injectable()
export class ListBreakGlass {
  constructor(
    private readonly transactions: Transactions,
    private readonly access: AccessPolicy,
    private readonly words: WordsAboutAccess,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, page: AccessRequestQuery): Promise<{ items: BreakGlassView[]; next: string | null }> {
    const after = this.cursors.open(actor.personId, 'break-glass', page.cursor);
    return this.transactions.run(actor, async (tx) => {
      const { items, next } = cutPage(
        await pageOfBreakGlass(tx, after, page.limit),
        page.limit,
        (row) => ({ at: row.openedAt.toISOString(), id: row.id }),
        (key) => this.cursors.seal(actor.personId, 'break-glass', key),
      );
      const details = { opened: items.map(({ id }) => id) };
      await record(tx, actor, { action: 'glass.list', outcome: 'done', details }, this.clock.now());
      return { items: await this.views(tx, actor, items), next };
    });
  }

  private async views(tx: Tx, actor: Actor, rows: readonly BreakGlassRow[]): Promise<BreakGlassView[]> {
    const offices = await officesOf(
      tx,
      rows.flatMap(({ personId, endedBy, reviewedBy }) => [personId, endedBy, reviewedBy].filter((id) => id !== null)),
    );
    const office = (person: string): { person: string; office: string } => ({
      person,
      office: offices.get(person) ?? '',
    });
    const said = await this.words.about(
      tx,
      actor,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => ({
      id: row.id,
      openedBy: office(row.personId),
      document: row.document,
      openedAt: row.openedAt.toISOString(),
      until: row.until.toISOString(),
      ended:
        row.endedAt === null
          ? null
          : { at: row.endedAt.toISOString(), by: row.endedBy === null ? null : office(row.endedBy) },
      reason: said(row.id, 'reason'),
      review:
        row.reviewedAt === null || row.reviewedBy === null || row.justified === null
          ? null
          : {
              at: row.reviewedAt.toISOString(),
              by: office(row.reviewedBy),
              justified: row.justified,
              words: said(row.id, 'review'),
            },
      awaitsYourReview: row.reviewedAt === null && this.mayReview(actor, row),
    }));
  }

  private mayReview(actor: Actor, { personId, identity }: BreakGlassRow): boolean {
    const thing = { kind: 'BreakGlass', protections: [], openedBy: personId, identity } as const;
    return actor.kind === 'session' && this.access.permits(actor, 'review', thing);
  }
}
