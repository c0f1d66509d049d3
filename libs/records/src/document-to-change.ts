import type { AccessPolicy, Actor, Protection } from '#access';
import { ProblemError } from '#contracts';
import type { Tx } from '#database';
import { documentThing } from './document-thing';
import { type DocumentRow, type VersionRow, findDocument, seesWhole, versionsOf } from './store/document.store';
import { protectionsOf } from './store/protection.store';

/** A document that somebody adds to, its newest version, and what it stands under. */
export interface DocumentToChange {
  readonly document: DocumentRow;
  readonly latest: VersionRow;
  readonly protection: Protection;
}

/**
 * The document, for those who may know of it; for everybody else `not-found`.
 *
 * INVARIANT (noninterference): whether there is more in the document than its writer sees is nothing that the answer depends on,
 * unless it may be read only whole: then it is not there for those who do not see all of it.
 * INVARIANT (list_equals_filter_of_check): what the rules do not let somebody read is not there for them either.
 */
export async function requireDocument(
  tx: Tx,
  actor: Actor,
  id: string,
  access: AccessPolicy,
): Promise<DocumentToChange> {
  const document = await findDocument(tx, id);
  const latest = document === undefined ? undefined : (await versionsOf(tx, id)).at(-1);
  if (document === undefined || latest === undefined) throw new ProblemError('not-found');
  if (!document.extractable && !(await seesWhole(tx, latest.id))) throw new ProblemError('not-found');
  const protection = (await protectionsOf(tx, [document.protectionId])).get(document.protectionId);
  if (protection === undefined || !access.permits(actor, 'read', documentThing(id, [protection])))
    throw new ProblemError('not-found');
  return { document, latest, protection };
}
