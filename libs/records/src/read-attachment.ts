import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, type Protection } from '#access';
import { Refusals, decisionOf, record } from '#audit';
import { type AttachmentMediaType, type AttachmentView, ProblemError } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import { type PolicySet, portionMark } from '#marking';
import { documentThing } from './document-thing';
import { type AttachmentRow, findAttachment } from './store/attachment.store';
import { findDocument } from './store/document.store';
import { protectionsOf } from './store/protection.store';

/** A file as it leaves. */
export interface ReadFile {
  readonly name: string;
  readonly mediaType: AttachmentMediaType;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** Gives a reader an attachment that they hold, after the read is on the record. */
@Injectable()
export class ReadAttachment {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly clock: Clock,
  ) {}

  /** The file. Absent and hidden, the document as well as the file, are one answer. */
  async run(actor: Actor, documentId: string, id: string): Promise<ReadFile> {
    const found = await this.transactions.run(actor, (tx) => this.read(tx, actor, documentId, id));
    if (found !== undefined) return found;
    const asked = { action: 'document.attachment', thing: { kind: 'Document', id: documentId }, documentId };
    await this.refusals.record(actor, { ...asked, details: { attachment: id } });
    throw new ProblemError('not-found');
  }

  private async read(tx: Tx, actor: Actor, documentId: string, id: string): Promise<ReadFile | undefined> {
    const document = await findDocument(tx, documentId);
    const attachment = document === undefined ? undefined : await findAttachment(tx, documentId, id);
    if (document === undefined || attachment === undefined) return undefined;
    const protections = await protectionsOf(tx, [document.protectionId, attachment.protectionId]);
    const around = protections.get(document.protectionId);
    if (around === undefined || !mayRead(actor, attachment, { protections, around }, this.access)) return undefined;
    const under = [attachment.protectionId, document.protectionId];
    await record(
      tx,
      actor,
      {
        action: 'document.attachment',
        outcome: 'done',
        thing: { kind: 'Document', id: documentId },
        documentId,
        details: { attachment: id, sha256: attachment.sha256 },
        decision: decisionOf(actor, 'read', documentThing(documentId, []), [[document.protectionId], under]),
      },
      this.clock.now(),
    );
    const { name, mediaType, bytes, sha256 } = attachment;
    return { name, mediaType, bytes, sha256 };
  }
}

/** INVARIANT (list_equals_filter_of_check): row-level security and the access decision agree; where they do not, the answer is no. */
function mayRead(
  actor: Actor,
  { documentId, protectionId }: AttachmentRow,
  { protections, around }: { readonly protections: ReadonlyMap<number, Protection>; readonly around: Protection },
  access: AccessPolicy,
): boolean {
  const own = protections.get(protectionId);
  if (own === undefined) return false;
  return access.decide(actor, 'read', documentThing(documentId, [own, around])).effect === 'permit';
}

/** The attachments of a document as its reader sees them in it, of the rows that were read with it. */
export function viewOfAttachments(
  actor: Actor,
  rows: readonly AttachmentRow[],
  { protections, around }: { readonly protections: ReadonlyMap<number, Protection>; readonly around: Protection },
  { access, policies }: { readonly access: AccessPolicy; readonly policies: PolicySet },
): AttachmentView[] {
  return rows
    .filter((row) => mayRead(actor, row, { protections, around }, access))
    .map(({ id: attachment, name, mediaType, size, sha256, protectionId }) => ({
      id: attachment,
      name,
      mark: portionMark(policies, protections.get(protectionId)?.label ?? around.label),
      mediaType,
      bytes: size,
      sha256,
    }));
}
