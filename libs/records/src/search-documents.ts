import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, accessReasons } from '#access';
import { type Counted, Refusals, askedFor, record } from '#audit';
import { type FoundListView, ProblemError, type SearchCommand } from '#contracts';
import { Clock, Cursors, Transactions, type Tx, cutPage, listOf } from '#database';
import { PolicySet, portionMark } from '#marking';
import { documentThing } from './document-thing';
import { excerptOf, soughtWords } from './excerpt';
import { OWN_WORDS } from './own-words';
import { type FoundPortion, countFound, isSearchable, pageOfFound } from './store/found-portion.store';
import { DOCUMENT_COLUMNS } from './store/listed-document.store';
import { keyOfPlace, placeOfKey } from './store/numbered.store';
import { protectionsOf } from './store/protection.store';

/** What a search asks of its surroundings. */
@Injectable()
export class SearchParts {
  constructor(
    readonly policies: PolicySet,
    readonly access: AccessPolicy,
    readonly cursors: Cursors,
    readonly clock: Clock,
  ) {}
}

/**
 * Finds words in what the reader may read, newest documents first.
 *
 * INVARIANT (no_write_down): the words are asked and forgotten. The record says that a search was made, how many words it had
 * and what was shown; never the words.
 */
@Injectable()
export class SearchDocuments {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly parts: SearchParts,
  ) {}

  async run(actor: Actor, { cursor, limit, count, words, ...filter }: SearchCommand): Promise<FoundListView> {
    await this.requirePermission(actor);
    const { access, cursors, clock } = this.parts;
    const list = listOf('search', { ...filter, words });
    const after = placeOfKey(cursors.open(actor.personId, list, cursor));
    const rules = access.condition({ actor, action: 'read', subject: 'Document' }, DOCUMENT_COLUMNS);
    return this.transactions.run(actor, async (tx) => {
      if (!(await isSearchable(tx, words)))
        throw new ProblemError('bad-request', { detail: 'name at least one word that must occur' });
      const rows = await pageOfFound(tx, { words, filter, rules, after, limit });
      const { items, next } = cutPage(
        rows,
        limit,
        ({ at, documentId, n }) => keyOfPlace({ at: at.toISOString(), documentId, n: n ?? 1 }),
        (key) => cursors.seal(actor.personId, list, key),
      );
      const shown = await this.shown(tx, actor, items, soughtWords(words));
      const counted: Counted = count ? { count: await countFound(tx, { words, filter, rules }) } : {};
      const details = {
        words: words.split(/\s+/).length,
        documents: [...new Set(shown.map(({ view }) => view.document))],
        portions: shown.flatMap(({ portionId }) => (portionId === null ? [] : [portionId])),
        ...askedFor(filter),
        ...counted,
      };
      await record(tx, actor, { action: 'document.search', outcome: 'done', details }, clock.now());
      return { items: shown.map(({ view }) => view), next, ...counted };
    });
  }

  private async requirePermission(actor: Actor): Promise<void> {
    const decision = this.parts.access.decide(actor, 'search', OWN_WORDS);
    if (decision.effect === 'permit') return;
    await this.refusals.record(actor, { action: 'document.search' });
    throw new ProblemError('not-permitted', { reasons: accessReasons(decision) });
  }

  private async shown(
    tx: Tx,
    actor: Actor,
    rows: readonly FoundPortion[],
    sought: ReadonlySet<string>,
  ): Promise<{ portionId: string | null; view: FoundListView['items'][number] }[]> {
    const protections = await protectionsOf(
      tx,
      rows.flatMap((row) => [row.protectionId ?? row.documentProtectionId, row.documentProtectionId]),
    );
    return rows.flatMap((row) => {
      const around = protections.get(row.documentProtectionId);
      const own = protections.get(row.protectionId ?? row.documentProtectionId);
      // INVARIANT (list_equals_filter_of_check): what a reader would be refused is not found.
      if (own === undefined || around === undefined) return [];
      if (!this.parts.access.permits(actor, 'read', documentThing(row.documentId, [own, around]))) return [];
      const view = {
        document: row.documentId,
        n: row.n,
        mark: portionMark(this.parts.policies, own.label),
        kind: row.kind ?? ('document' as const),
        originator: row.originator,
        createdAt: row.at.toISOString(),
        excerpt: row.body === null ? null : excerptOf(row.body, sought),
      };
      return [{ portionId: row.portionId, view }];
    });
  }
}
