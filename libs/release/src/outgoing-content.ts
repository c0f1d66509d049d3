import type { SourcePortion } from '#records';
import { commitmentTo, sha256Hex } from '#signing';
import type { Outgoing } from '#workflow';
import type { FrozenFile } from './store/proposal.store';
import type { CaseRow, ItemRow } from './store/case.store';
import type { ReleaseContent, ReleasedPortion } from './rendering/content';

/** An item together with the portion that it treats. */
export interface TreatedPortion {
  readonly item: ItemRow;
  readonly portion: SourcePortion;
}

/** The portions of a round, each with its treatment. Undefined when one of them is not to be seen any more. */
export function treatedPortions(
  items: readonly ItemRow[],
  source: readonly SourcePortion[],
): TreatedPortion[] | undefined {
  const byId = new Map(source.map((portion) => [portion.id, portion]));
  const treated = items.flatMap((item): TreatedPortion[] => {
    const portion = byId.get(item.portionId);
    return portion === undefined ? [] : [{ item, portion }];
  });
  return treated.length === items.length ? treated : undefined;
}

const leaves = ({ item }: TreatedPortion): boolean => item.treatment !== 'withhold';

/** Exactly what the audience would get: what is included, and the words that take the place of what is substituted. */
export function releaseContent(row: CaseRow, treated: readonly TreatedPortion[], exercise: boolean): ReleaseContent {
  return {
    release: row.release,
    title: row.title,
    summary: row.summary,
    exercise,
    portions: treated.filter(leaves).map(({ item, portion }, index): ReleasedPortion => {
      const n = index + 1;
      if (item.substitute !== null)
        return { n, kind: portion.kind === 'title' ? 'title' : 'paragraph', text: item.substitute };
      return {
        n,
        kind: portion.kind,
        text: portion.body,
        ...(portion.target === undefined ? {} : { target: portion.target }),
      };
    }),
  };
}

/** The sentence in which the outgoing part says what the certificate will say. */
export const CERTIFICATE_NAMES =
  'The certificate repeats this outgoing part, the signed decisions of every public stage with office and seat of each signer, ' +
  'the instruments that gave them authority, the time of publication and the proof of the public log. It names no signer of another stage.';

/** The outgoing part that every signer reads in full; nothing in it is restricted only. */
export function outgoingPart(
  row: CaseRow,
  treated: readonly TreatedPortion[],
  files: readonly Pick<FrozenFile, 'name' | 'mediaType' | 'bytes' | 'sha256'>[],
  facts: { readonly installation: string; readonly office: string; readonly exercise: boolean; readonly salt: string },
): Outgoing {
  return {
    format: 'imprimatur-outgoing/1',
    installation: facts.installation,
    release: row.release,
    round: row.round,
    title: row.title,
    summary: row.summary,
    audience: {
      ...row.audience,
      categories: row.audience.categories.map((each) => ({ ...each, values: [...each.values] })),
    },
    requestedBy: { person: row.requestedBy, office: facts.office },
    procedure: { id: row.procedureId, version: row.procedureVersion },
    window: { notBefore: row.notBefore.toISOString(), notAfter: row.notAfter.toISOString() },
    items: treated.filter(leaves).map(({ item, portion }) => ({
      n: item.n,
      treatment: item.treatment === 'substitute' ? ('substitute' as const) : ('include' as const),
      originator: portion.originator,
      source: sourceCommitment(portion, `${facts.salt}/${String(item.n)}`),
    })),
    renditions: files.map(({ name, mediaType, bytes, sha256 }) => ({ name, mediaType, bytes: bytes.length, sha256 })),
    certificateNames: CERTIFICATE_NAMES,
    exercise: facts.exercise,
  };
}

/** Binds an item to the exact portion, version, words and label it came from, and reveals none of them. */
const sourceCommitment = (portion: SourcePortion, salt: string): string =>
  commitmentTo(
    {
      portion: portion.id,
      version: portion.versionId,
      text: sha256Hex(portion.body),
      label: portion.protection.label,
      needToKnow: portion.protection.needToKnow,
    },
    salt,
  );

/** The closed part: what stays behind and why, and from what each substitute was made. */
export const closedPart = (treated: readonly TreatedPortion[]): unknown => ({
  items: treated
    .filter(({ item }) => item.treatment !== 'include')
    .map(({ item, portion }) => ({
      n: item.n,
      treatment: item.treatment,
      reasonCode: item.reasonCode,
      portion: portion.id,
      label: portion.protection.label,
      source: portion.body,
    })),
});
