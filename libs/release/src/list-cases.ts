import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { type Counted, askedFor, record } from '#audit';
import type { CasesQuery } from '#contracts';
import { Clock, Cursors, Transactions, cutPage, listOf } from '#database';
import { PolicySet } from '#marking';
import { type CaseLine, linesOf, rulesOfCases } from './case-lines';
import { countCases, pageOfCases } from './store/listed-case.store';

interface CaseList {
  readonly items: CaseLine['line'][];
  readonly next: string | null;
  readonly count?: number;
}

/** What a list of cases asks of its surroundings. */
@Injectable()
export class CaseListParts {
  constructor(
    readonly policies: PolicySet,
    readonly access: AccessPolicy,
    readonly cursors: Cursors,
    readonly clock: Clock,
  ) {}
}

/** Lists the cases that the reader may know of, newest first. */
@Injectable()
export class ListCases {
  constructor(
    private readonly transactions: Transactions,
    private readonly parts: CaseListParts,
  ) {}

  async run(actor: Actor, { cursor, limit, count, ...filter }: CasesQuery): Promise<CaseList> {
    const { access, cursors, clock } = this.parts;
    const list = listOf('cases', filter);
    const after = cursors.open(actor.personId, list, cursor);
    const asked = { filter, rules: rulesOfCases(access, actor) };
    return this.transactions.run(actor, async (tx) => {
      const rows = await pageOfCases(tx, asked, after, limit);
      const { items, next } = cutPage(
        rows,
        limit,
        (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
        (key) => cursors.seal(actor.personId, list, key),
      );
      const shown = (await linesOf(tx, actor, items, this.parts)).map(({ line }) => line);
      const counted: Counted = count === true ? { count: await countCases(tx, asked) } : {};
      const details = { cases: shown.map((each) => each.id), ...askedFor(filter), ...counted };
      await record(tx, actor, { action: 'case.list', outcome: 'done', details }, clock.now());
      return { items: shown, next, ...counted };
    });
  }
}
