import { Injectable } from '@nestjs/common';
import { type Actor, accessReasons } from '#access';
import { type Counted, Refusals, askedFor, record } from '#audit';
import { type CaseSearchCommand, type FoundCaseListView, ProblemError } from '#contracts';
import { Transactions, cutPage, listOf } from '#database';
import { OWN_WORDS, excerptOf, isSearchable, soughtWords } from '#records';
import { linesOf, rulesOfCases } from './case-lines';
import { CaseListParts } from './list-cases';
import { countCases, pageOfCases } from './store/listed-case.store';

/**
 * Finds words in title and summary of the cases that the reader may know of, newest first.
 *
 * INVARIANT (no_write_down): the words are asked and forgotten. The record says that a search was made, how many words it had
 * and what was shown; never the words.
 */
@Injectable()
export class SearchCases {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly parts: CaseListParts,
  ) {}

  async run(actor: Actor, { cursor, limit, count, words, ...filter }: CaseSearchCommand): Promise<FoundCaseListView> {
    await this.requirePermission(actor);
    const { access, cursors, clock } = this.parts;
    const list = listOf('case-search', { ...filter, words });
    const after = cursors.open(actor.personId, list, cursor);
    const asked = { words, filter, rules: rulesOfCases(access, actor) };
    return this.transactions.run(actor, async (tx) => {
      if (!(await isSearchable(tx, words)))
        throw new ProblemError('bad-request', { detail: 'name at least one word that must occur' });
      const rows = await pageOfCases(tx, asked, after, limit);
      const { items, next } = cutPage(
        rows,
        limit,
        (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
        (key) => cursors.seal(actor.personId, list, key),
      );
      const sought = soughtWords(words);
      const shown = (await linesOf(tx, actor, items, this.parts)).map(({ row, line }) => ({
        ...line,
        excerpt: excerptOf(`${row.title}\n${row.summary}`, sought),
      }));
      const counted: Counted = count ? { count: await countCases(tx, asked) } : {};
      const details = {
        words: words.split(/\s+/).length,
        cases: shown.map(({ id }) => id),
        ...askedFor(filter),
        ...counted,
      };
      await record(tx, actor, { action: 'case.search', outcome: 'done', details }, clock.now());
      return { items: shown, next, ...counted };
    });
  }

  private async requirePermission(actor: Actor): Promise<void> {
    const decision = this.parts.access.decide(actor, 'search', { ...OWN_WORDS, kind: 'Case' });
    if (decision.effect === 'permit') return;
    await this.refusals.record(actor, { action: 'case.search' });
    throw new ProblemError('not-permitted', { reasons: accessReasons(decision) });
  }
}
