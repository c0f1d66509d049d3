import { Injectable } from '@nestjs/common';
import type { Actor } from '#access';
import { record } from '#audit';
import type { AccessListQuery, AccessListView, Standing } from '#contracts';
import { Clock, Transactions } from '#database';
import { AuthorityReader } from '#people';
import { sha256Hex } from '#signing';
import { eligibleApprovers } from './eligible-approvers';
import { type ListRow, namesForTheRecord, pageOfLists } from './store/list.store';
import { officesOf } from './store/person.store';

/** Lists the access lists that one may know of, by name, who can let one in at this moment, and where one stands to each. */
@Injectable()
export class ListAccessLists {
  constructor(
    private readonly transactions: Transactions,
    private readonly authority: AuthorityReader,
    private readonly clock: Clock,
  ) {}

  async run(
    actor: Actor,
    { after, limit }: AccessListQuery,
  ): Promise<{ items: AccessListView[]; next: string | null }> {
    return this.transactions.run(actor, async (tx) => {
      const rows = await pageOfLists(tx, after, limit);
      const eligible = eligibleApprovers(actor, await this.authority.current(tx), this.clock.now().toISOString());
      const shown = rows.slice(0, limit).map((row) => ({ ...row, approvers: eligible(row.approvers) }));
      const offices = await officesOf(
        tx,
        shown.flatMap(({ approvers }) => approvers),
      );
      const details = { lists: namesForTheRecord(shown), shown: shown.length };
      await record(tx, actor, { action: 'access.lists', outcome: 'done', details }, this.clock.now());
      return {
        items: shown.map((row) => viewOf(row, offices)),
        next: rows.length > limit ? (shown.at(-1)?.name ?? null) : null,
      };
    });
  }
}

const viewOf = (row: ListRow, offices: ReadonlyMap<string, string>): AccessListView => ({
  name: row.name,
  kind: row.kind,
  title: row.title,
  approvers: row.approvers.map((person) => ({ person, office: offices.get(person) ?? '' })),
  longestDays: row.longestDays,
  standing: standingOf(row),
  readIn: row.readIn === null ? null : { text: row.readIn, digest: sha256Hex(Buffer.from(row.readIn)) },
});

/** An approver is shown the read-in of a list that they are not on; it is theirs to acknowledge when they are let in. */
function standingOf({ from, until, hasBegun, readIn, isAcknowledged, request }: ListRow): Standing {
  if (from === null || until === null)
    return { state: request === null ? 'none' : 'asked', from: null, until: null, request };
  const state = hasBegun !== true ? 'not-yet' : readIn === null || isAcknowledged ? 'member' : 'not-acknowledged';
  return { state, from: from.toISOString(), until: until.toISOString(), request };
}
