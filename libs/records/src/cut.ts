import type { Protection } from '#access';
import { type PolicySet, banner, portionMark, rollUp } from '#marking';
import { digestOf } from '#signing';
import type { PortionRow, VersionRow } from './store/document.store';

/** What one reader may see of one version, numbered within itself. */
export interface CutPortion extends PortionRow {
  readonly n: number;
  readonly mark: string;
  readonly protection: Protection;
}

/** The reader's cut. Version, date and digest are those of the cut: a change that the reader cannot see changes none of them. */
export interface Cut {
  readonly portions: readonly CutPortion[];
  readonly version: number;
  readonly date: Date;
  readonly digest: string;
}

/** The cuts of a document that differ for this reader, in order; the last one is what they read now. */
export function cutsOf(
  versions: readonly VersionRow[],
  portions: readonly PortionRow[],
  protections: ReadonlyMap<number, Protection>,
  policies: PolicySet,
): Cut[] {
  const cuts: Cut[] = [];
  for (const version of versions) {
    const own = portions
      .filter((portion) => portion.versionId === version.id)
      .sort((a, b) => a.ordinal - b.ordinal)
      .flatMap((portion) => {
        const protection = protections.get(portion.protectionId);
        return protection === undefined ? [] : [{ portion, protection }];
      })
      .map(({ portion, protection }, index): CutPortion => ({
        ...portion,
        n: index + 1,
        mark: portionMark(policies, protection.label),
        protection,
      }));
    const digest = digestOf(
      own.map(({ n, mark, kind, body, originator, target }) => ({
        n,
        mark,
        kind,
        body,
        originator,
        target: target ?? null,
      })),
    );
    if (cuts.at(-1)?.digest !== digest)
      cuts.push({ portions: own, version: cuts.length + 1, date: version.createdAt, digest });
  }
  return cuts;
}

export const NOBODY_BANNER = 'RELEASABLE TO NOBODY AS A WHOLE';

/** The banner of a cut, for printing only. An empty cut has none of its own. */
export function cutBanner(cut: Cut, policies: PolicySet): string {
  if (cut.portions.length === 0) return '';
  const whole = rollUp(
    policies,
    cut.portions.map((portion) => portion.protection.label),
  );
  if (!whole.ok) return whole.reasons.join('; ');
  return whole.nobody === true ? NOBODY_BANNER : banner(policies, whole.label);
}
