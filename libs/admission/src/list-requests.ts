import { Injectable } from '@nestjs/common';
import type { Actor } from '#access';
import { Refusals, record } from '#audit';
import { type AccessRequestQuery, type AccessRequestView, ProblemError } from '#contracts';
import { Clock, Cursors, Transactions, type Tx, cutPage } from '#database';
import { WordsAboutAccess } from './marked-words';
import { officesOf } from './store/person.store';
import { type RequestRow, findRequest, pageOfRequests } from './store/request.store';

/** Shows one's own requests, and those that wait for one as an approver. */
@Injectable()
export class ListRequests {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly words: WordsAboutAccess,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, page: AccessRequestQuery): Promise<{ items: AccessRequestView[]; next: string | null }> {
    const after = this.cursors.open(actor.personId, 'access-requests', page.cursor);
    return this.transactions.run(actor, async (tx) => {
      const { items, next } = cutPage(
        await pageOfRequests(tx, after, page.limit),
        page.limit,
        (row) => ({ at: row.askedAt.toISOString(), id: row.id }),
        (key) => this.cursors.seal(actor.personId, 'access-requests', key),
      );
      const details = { requests: items.map(({ id }) => id) };
      await record(tx, actor, { action: 'access.requests', outcome: 'done', details }, this.clock.now());
      return { items: await this.views(tx, actor, items), next };
    });
  }

  /** One request, for who asked and for the approvers of its list, whatever became of it. */
  async one(actor: Actor, id: string): Promise<AccessRequestView> {
    const asked = { action: 'access.asked', thing: { kind: 'AccessRequest', id } };
    return this.refusals.around(actor, asked, () =>
      this.transactions.run(actor, async (tx) => {
        const row = await findRequest(tx, id);
        const [view] = row === undefined ? [] : await this.views(tx, actor, [row]);
        if (view === undefined) throw new ProblemError('not-found');
        await record(tx, actor, { ...asked, outcome: 'done' }, this.clock.now());
        return view;
      }),
    );
  }

  private async views(tx: Tx, actor: Actor, rows: readonly RequestRow[]): Promise<AccessRequestView[]> {
    const offices = await officesOf(
      tx,
      rows.flatMap(({ personId, settledBy, grantedBy }) =>
        [personId, settledBy, grantedBy].filter((id) => id !== null),
      ),
    );
    const said = await this.words.about(
      tx,
      actor,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => ({
      ...viewOf(row, (person) => ({ person, office: offices.get(person) ?? '' })),
      awaitsYou: row.state === 'open' && row.personId !== actor.personId,
      purpose: said(row.id, 'purpose'),
      refusal: said(row.id, 'refusal'),
    }));
  }
}

function viewOf(
  row: RequestRow,
  office: (person: string) => { person: string; office: string },
): Omit<AccessRequestView, 'awaitsYou' | 'purpose' | 'refusal'> {
  const { id, list, personId, askedAt, wantedUntil, state, settledAt, settledBy } = row;
  const { grant, grantedBy, from, until, withdrawnAt } = row;
  return {
    id,
    list,
    requester: office(personId),
    askedAt: askedAt.toISOString(),
    wantedUntil: wantedUntil.toISOString(),
    state,
    settled: settledAt === null || settledBy === null ? null : { at: settledAt.toISOString(), by: office(settledBy) },
    granted:
      grant === null || grantedBy === null || from === null || until === null
        ? null
        : {
            grant,
            by: office(grantedBy),
            from: from.toISOString(),
            until: until.toISOString(),
            withdrawnAt: withdrawnAt?.toISOString() ?? null,
          },
  };
}
