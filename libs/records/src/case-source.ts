import type { AccessPolicy, Actor, Protection } from '#access';
import type { Tx } from '#database';
import type { PolicySet } from '#marking';
import { cutsOf } from './cut';
import { documentThing } from './document-thing';
import { type PortionRow, findDocument, portionsOf, versionsOf } from './store/document.store';
import { protectionsOf } from './store/protection.store';

/** A portion as a case takes it up, with what it stands under. */
export interface SourcePortion extends PortionRow {
  readonly protection: Protection;
}

/** What a case may draw from: one version of one document, as far as the actor sees it. */
export interface CaseSource {
  readonly documentId: string;
  readonly versionId: string;
  readonly protectionId: number;
  readonly protection: Protection;
  readonly exercise: boolean;
  /** Whether parts of it may be told without the others. */
  readonly extractable: boolean;
  readonly portions: readonly SourcePortion[];
}

/**
 * The source of a new case: the version that the actor's own cut of the document came in with. Undefined when the actor may not
 * know of the document.
 *
 * INVARIANT (noninterference): a later version that changed nothing for the actor is none: its portions have ids that the actor
 * was never given, and asking for those would tell that it exists.
 */
export async function loadCurrentSource(
  tx: Tx,
  documentId: string,
  policies: PolicySet,
): Promise<CaseSource | undefined> {
  const portions = await portionsOf(tx, documentId);
  const protections = await protectionsOf(
    tx,
    portions.map((portion) => portion.protectionId),
  );
  const cut = cutsOf(await versionsOf(tx, documentId), portions, protections, policies).at(-1);
  return cut === undefined ? undefined : loadCaseSource(tx, documentId, cut.versionId);
}

/** The source of a case that is there: the version that it names. Undefined when the actor may not know of it. */
export async function loadCaseSource(tx: Tx, documentId: string, versionId: string): Promise<CaseSource | undefined> {
  const document = await findDocument(tx, documentId);
  if (document === undefined) return undefined;
  const version = (await versionsOf(tx, documentId)).find((each) => each.id === versionId);
  if (version === undefined) return undefined;
  const rows = (await portionsOf(tx, documentId)).filter((portion) => portion.versionId === version.id);
  const protections = await protectionsOf(tx, [document.protectionId, ...rows.map((row) => row.protectionId)]);
  const protection = protections.get(document.protectionId);
  if (protection === undefined) return undefined;
  const portions = rows.flatMap((row): SourcePortion[] => {
    const own = protections.get(row.protectionId);
    return own === undefined ? [] : [{ ...row, protection: own }];
  });
  return {
    documentId,
    versionId: version.id,
    protectionId: document.protectionId,
    protection,
    exercise: document.exercise,
    extractable: document.extractable,
    portions,
  };
}

/**
 * Whether the actor may read all that the source gives them. INVARIANT (list_equals_filter_of_check): the database asks neither the
 * rules nor the version of them; what they keep from a reader is no source of theirs.
 */
export const mayReadSource = (
  { documentId, protection, portions }: CaseSource,
  actor: Actor,
  access: AccessPolicy,
): boolean =>
  [[protection], ...portions.map((portion) => [portion.protection, protection])].every((under) =>
    access.permits(actor, 'read', documentThing(documentId, under)),
  );
