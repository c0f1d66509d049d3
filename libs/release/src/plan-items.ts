import type { CaseItemInput } from '#contracts';
import type { SourcePortion } from '#records';
import type { Refusal } from '#workflow';
import type { ItemRow } from './store/case.store';
import { comparedWith } from './written-down';

/** What a request says of its portions and its own words. */
export interface Plan {
  readonly title: string;
  readonly summary: string;
  readonly items: readonly CaseItemInput[];
}

/**
 * The items of a round, or every reason why the request cannot stand.
 *
 * Each portion that the requester sees is named once: silence is never the mere absence of a row. No text for the audience
 * (title, summary, substitutes) repeats what a portion that stays behind says (no_write_down).
 */
export function planItems(plan: Plan, source: readonly SourcePortion[]): { items: ItemRow[]; refusals: Refusal[] } {
  const byId = new Map(source.map((portion) => [portion.id, portion]));
  const named = new Map(plan.items.map((item) => [item.portion, item]));
  const refusals: Refusal[] = [
    ...duplicates(plan.items),
    ...plan.items.filter((item) => !byId.has(item.portion)).map((item) => unknownPortion(item.portion)),
    ...source.filter((portion) => !named.has(portion.id)).map((portion) => unnamedPortion(portion)),
  ];
  if (!plan.items.some((item) => item.treatment !== 'withhold')) refusals.push(NOTHING_LEAVES);
  const items = source.flatMap((portion, index): ItemRow[] => {
    const item = named.get(portion.id);
    return item === undefined ? [] : [itemRow(index + 1, portion, item)];
  });
  return { items, refusals: [...refusals, ...writtenDownIn(plan, source, named)] };
}

/** Of a document that may be read only whole nothing is taken out: every portion leaves as it is, or none does. */
export function refuseParts(extractable: boolean, items: readonly CaseItemInput[]): Refusal[] {
  const parts = items.filter(({ treatment }) => treatment !== 'include').length;
  if (extractable || parts === 0) return [];
  return [
    {
      code: 'read-only-whole',
      rule: 'read-only-whole',
      need: 'every portion included as it is: the document may be read only whole',
      have: `${String(parts)} withheld or substituted`,
    },
  ];
}

function itemRow(n: number, portion: SourcePortion, item: CaseItemInput): ItemRow {
  return {
    n,
    portionId: portion.id,
    treatment: item.treatment,
    reasonCode: item.treatment === 'include' ? null : (item.reasonCode ?? null),
    substitute: item.treatment === 'substitute' ? item.text : null,
    originator: portion.originator,
    protectionId: portion.protectionId,
  };
}

function writtenDownIn(
  plan: Plan,
  source: readonly SourcePortion[],
  named: ReadonlyMap<string, CaseItemInput>,
): Refusal[] {
  const given = source
    .filter((portion) => named.get(portion.id)?.treatment === 'include')
    .map((portion) => portion.body);
  const kept = source.filter((portion) => named.get(portion.id)?.treatment !== 'include');
  const texts = [
    { where: 'title', text: plan.title },
    { where: 'summary', text: plan.summary },
    ...plan.items.flatMap((item) =>
      item.treatment === 'substitute' ? [{ where: `substitute for ${item.portion}`, text: item.text }] : [],
    ),
  ];
  const passages = comparedWith(
    kept.map((portion) => portion.body),
    given,
  );
  return texts.flatMap(({ where, text }) =>
    passages(text).map(({ source: index, what }): Refusal => ({
      code: 'written-down',
      rule: 'no_write_down',
      need: `a ${where} without a ${what} of a portion that stays behind`,
      have: `a ${what} of portion ${kept[index]?.id ?? ''}`,
    })),
  );
}

const NOTHING_LEAVES: Refusal = {
  code: 'nothing-leaves',
  rule: 'something-to-release',
  need: 'at least one portion included or substituted',
  have: 'every portion withheld',
};

const duplicates = (items: readonly CaseItemInput[]): Refusal[] =>
  items
    .filter((item, index) => items.findIndex((other) => other.portion === item.portion) !== index)
    .map((item) => ({
      code: 'portion-twice',
      rule: 'each-portion-once',
      need: 'one treatment',
      have: `several for ${item.portion}`,
    }));

const unknownPortion = (id: string): Refusal => ({
  code: 'unknown-portion',
  rule: 'portions-of-the-document',
  need: 'portions of the latest version that you may read',
  have: id,
});

const unnamedPortion = (portion: SourcePortion): Refusal => ({
  code: 'unnamed-portion',
  rule: 'silence-is-no-treatment',
  need: `include, withhold or substitute for portion ${portion.id}`,
  have: 'nothing',
});
