import { createHash } from 'node:crypto';
import { type Protection, Remembered } from '#access';
import { type Label, type PolicySet, banner, portionMark, rollUp } from '#marking';
import type { PortionRow, VersionRow } from './store/document.store';

/** What one reader may see of one version, numbered within itself. */
export interface CutPortion extends PortionRow {
  readonly n: number;
  readonly mark: string;
  readonly protection: Protection;
}

type Marked = Pick<CutPortion, 'mark' | 'protection'>;

/** The reader's cut. Version, date and digest are those of the cut: a change that the reader cannot see changes none of them. */
export interface Cut {
  /** The version with which this cut came in: where its portions have the ids that the reader was given. */
  readonly versionId: string;
  readonly portions: readonly CutPortion[];
  readonly version: number;
  readonly date: Date;
  readonly digest: string;
}

/** Protections that were met before, and the words of marks and banners: they follow from labels alone. */
export class KnownProtections {
  private readonly protections = new Remembered<string, Protection>(10_000);
  private readonly marks = new WeakMap<Protection, string>();
  private readonly words = new Remembered<string, string>();

  constructor(private readonly policies: PolicySet) {}

  /** The same protections as they were met first: whatever was worked out about one is found by it. */
  metBefore(met: ReadonlyMap<number, Protection>): ReadonlyMap<number, Protection> {
    return new Map(Array.from(met, ([id, each]) => [id, this.protections.of(JSON.stringify(each), () => each)]));
  }

  mark(protection: Protection): string {
    const known = this.marks.get(protection) ?? portionMark(this.policies, protection.label);
    this.marks.set(protection, known);
    return known;
  }

  banner(labels: readonly Label[]): string {
    return this.words.of(JSON.stringify([labels]), () => {
      const whole = rollUp(this.policies, labels);
      if (!whole.ok) return whole.reasons.join('; ');
      return whole.nobody === true ? NOBODY_BANNER : banner(this.policies, whole.label);
    });
  }
}

/** The cuts of a document that differ for this reader, in order; the last one is what they read now. */
export function cutsOf(
  versions: readonly VersionRow[],
  portions: readonly PortionRow[],
  protections: ReadonlyMap<number, Protection>,
  policies: PolicySet,
  known = new KnownProtections(policies),
): Cut[] {
  const cuts: Cut[] = [];
  const under = new Map<number, Marked>();
  for (const [id, protection] of protections) under.set(id, { protection, mark: known.mark(protection) });
  const byVersion = new Map<string, PortionRow[]>(versions.map(({ id }) => [id, []]));
  for (const portion of portions) byVersion.get(portion.versionId)?.push(portion);
  for (const version of versions) {
    const own: CutPortion[] = [];
    for (const portion of (byVersion.get(version.id) ?? []).sort((a, b) => a.ordinal - b.ordinal)) {
      const marked = under.get(portion.protectionId);
      if (marked !== undefined) own.push(cutPortion(portion, own.length + 1, marked));
    }
    const digest = digestOfCut(own);
    if (cuts.at(-1)?.digest !== digest)
      cuts.push({ versionId: version.id, portions: own, version: cuts.length + 1, date: version.createdAt, digest });
  }
  return cuts;
}

/** Member by member: copying a portion with a spread costs more than all else that is done with it. */
function cutPortion(row: PortionRow, n: number, { mark, protection }: Marked): CutPortion {
  const { id, versionId, ordinal, kind, protectionId, originator, body, target } = row;
  const known = { id, versionId, ordinal, kind, protectionId, originator, body, n, mark, protection };
  return target === undefined ? known : Object.assign(known, { target });
}

/**
 * The digest of a cut: `sha256:` and the hash of its canonical JSON (RFC 8785). Its members are written down in canonical order,
 * so that JSON itself gives the canonical text; every version is digested whenever a document is read.
 */
function digestOfCut(portions: readonly CutPortion[]): string {
  const told = portions.map(({ body, kind, mark, n, originator, target }) => {
    if (target === undefined) return { body, kind, mark, n, originator, target: null };
    const { area, dueYear, nation, quantityNow, quantityRequired, unit } = target;
    return { body, kind, mark, n, originator, target: { area, dueYear, nation, quantityNow, quantityRequired, unit } };
  });
  return `sha256:${createHash('sha256').update(JSON.stringify(told)).digest('hex')}`;
}

export const NOBODY_BANNER = 'RELEASABLE TO NOBODY AS A WHOLE';

/** The banner of a cut, for printing only. An empty cut has none of its own. */
export function cutBanner(cut: Cut, policies: PolicySet, known = new KnownProtections(policies)): string {
  if (cut.portions.length === 0) return '';
  const protections = new Set(cut.portions.map(({ protection }) => protection));
  return known.banner([...protections].map(({ label }) => label));
}
