import type { Protection } from '#access';
import type { Tx } from '#database';
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
  readonly portions: readonly SourcePortion[];
}

/** The source of a case: the named version or the latest. Undefined when the actor may not know of it. */
export async function loadCaseSource(tx: Tx, documentId: string, versionId?: string): Promise<CaseSource | undefined> {
  const document = await findDocument(tx, documentId);
  if (document === undefined) return undefined;
  const versions = await versionsOf(tx, documentId);
  const version = versionId === undefined ? versions.at(-1) : versions.find((each) => each.id === versionId);
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
    portions,
  };
}
