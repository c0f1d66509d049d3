import type { AccessPolicy, Actor } from '#access';
import type { CaseItemInput } from '#contracts';
import type { Tx } from '#database';
import { type SourcePortion, loadCaseSource, mayReadSource } from '#records';
import type { Refusal } from '#workflow';
import { type TreatedPortion, treatedPortions } from './outgoing-content';
import type { Plan } from './plan-items';
import { type CaseRow, itemsOf } from './store/case.store';

/** One round of a case as the actor sees it: its sources, their treatment, and what both ask of a reader. */
export interface Round {
  readonly source: readonly SourcePortion[];
  readonly treated: readonly TreatedPortion[];
  readonly exercise: boolean;
  /** The protections of everything that the outgoing part is made of. */
  readonly outgoingProtections: readonly number[];
  /** The protections of everything that the closed part speaks of as well. */
  readonly everyProtection: readonly number[];
  readonly refusals: readonly Refusal[];
  asPlan(): Plan;
}

/** The round that the case stands in. Its sources are those of the version that the case named when it was requested. */
export async function loadRound(tx: Tx, actor: Actor, row: CaseRow, access: AccessPolicy): Promise<Round> {
  const found = await loadCaseSource(tx, row.documentId, row.versionId);
  const source = found !== undefined && mayReadSource(found, actor, access) ? found : undefined;
  const items = await itemsOf(tx, row.id, row.round);
  const portions = source?.portions ?? [];
  const treated = treatedPortions(items, portions);
  const known = treated ?? [];
  const outgoing = known.filter(({ item }) => item.treatment !== 'withhold');
  return {
    source: portions,
    treated: known,
    exercise: source?.exercise ?? true,
    outgoingProtections: distinct([row.protectionId, ...outgoing.map(({ portion }) => portion.protectionId)]),
    everyProtection: distinct([row.protectionId, ...known.map(({ portion }) => portion.protectionId)]),
    refusals: treated === undefined || treated.length === 0 ? [SOURCES_GONE] : [],
    asPlan: () => ({ title: row.title, summary: row.summary, items: items.map(asInput) }),
  };
}

const SOURCES_GONE: Refusal = {
  code: 'sources',
  rule: 'sources-at-hand',
  need: 'every portion of the round, readable',
  have: 'fewer',
};

function asInput(item: {
  portionId: string;
  treatment: string;
  reasonCode: string | null;
  substitute: string | null;
}): CaseItemInput {
  const reason = item.reasonCode === null ? {} : { reasonCode: item.reasonCode };
  if (item.substitute !== null)
    return { portion: item.portionId, treatment: 'substitute', text: item.substitute, ...reason };
  if (item.treatment === 'withhold')
    return { portion: item.portionId, treatment: 'withhold', reasonCode: item.reasonCode ?? '' };
  return { portion: item.portionId, treatment: 'include' };
}

const distinct = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b);
