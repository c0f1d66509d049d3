import { EVERYONE } from '#access';
import type { Tx } from '#database';
import { type PolicySet, labelAtLeast } from '#marking';
import { loadCaseSource, protectionsOf } from '#records';
import type { Refusal } from '#workflow';
import { refuseCopies } from './copied-words';
import type { CaseRow } from './store/case.store';
import { writtenDown } from './written-down';

/**
 * Why somebody's words about a case (the reason of a return, a withdrawal or a decision) cannot stand under it; empty when they can.
 *
 * INVARIANT (no_write_down): a case stands under what its requester read. Whoever reads more of the document repeats none of that
 * in a place where fewer rights suffice. Only what the writer reads is compared, so that a refusal tells nothing new.
 */
export async function refuseWordsAbout(
  tx: Tx,
  row: CaseRow,
  words: string | undefined,
  policies: PolicySet,
): Promise<Refusal[]> {
  if (words === undefined) return [];
  const source = await loadCaseSource(tx, row.documentId, row.versionId);
  const own = (await protectionsOf(tx, [row.protectionId])).get(row.protectionId);
  const portions = source?.portions ?? [];
  const isCovered = ({ protection }: (typeof portions)[number]): boolean =>
    own !== undefined && labelAtLeast(policies, own.label, protection.label);
  const above = portions.filter((portion) => !isCovered(portion));
  const below = portions.filter(isCovered).map(({ body }) => body);
  const repeated = writtenDown(
    words,
    above.map(({ body }) => body),
    below,
  );
  // The document is not all that the writer reads. Without a protection of its own a case covers nothing.
  const under = own ?? { label: row.audience, needToKnow: [EVERYONE] };
  const copied = await refuseCopies(tx, [{ where: 'text', text: words }], { under, given: below }, policies);
  return [
    ...repeated.map(({ source: index, what }) => ({
      code: 'written-down',
      rule: 'no_write_down',
      need: `words without a ${what} of a portion that the case does not cover`,
      have: `a ${what} of portion ${above[index]?.id ?? ''}`,
    })),
    ...copied,
  ];
}
