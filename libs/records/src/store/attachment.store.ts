import type { AttachmentMediaType } from '#contracts';
import type { Tx } from '#database';
import type { CopyRow } from './copy.store';

/** A file that belongs to a document. */
export interface AttachmentRow {
  readonly id: string;
  readonly documentId: string;
  readonly protectionId: number;
  readonly name: string;
  readonly mediaType: AttachmentMediaType;
  readonly size: number;
  readonly sha256: string;
}

const COLUMNS = `id, document_id AS "documentId", protection_id AS "protectionId", name, media_type AS "mediaType",
  octet_length(bytes) AS size, encode(sha256, 'hex') AS sha256`;

/** Stores a file. Whose protection it stands under besides its own, the database looks up by itself. */
export async function insertAttachment(
  tx: Tx,
  row: Pick<AttachmentRow, 'id' | 'documentId' | 'protectionId' | 'name' | 'mediaType'> & {
    readonly documentProtectionId: number;
    readonly bytes: Buffer;
    readonly createdAt: Date;
    readonly createdBy: string;
  },
): Promise<void> {
  const { id, documentId, protectionId, documentProtectionId, name, mediaType, bytes, createdAt, createdBy } = row;
  await tx.change(
    `INSERT INTO attachment (id, document_id, protection_id, document_protection_id, name, media_type, bytes, created_at, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, documentId, protectionId, documentProtectionId, name, mediaType, bytes, createdAt, createdBy],
  );
}

/** An attachment of a document with its bytes, if the session holds it. */
export async function findAttachment(
  tx: Tx,
  documentId: string,
  id: string,
): Promise<(AttachmentRow & { readonly bytes: Buffer }) | undefined> {
  return tx.row(`SELECT ${COLUMNS}, bytes FROM attachment WHERE id = $2 AND document_id = $1`, [documentId, id]);
}

/** Under what readable attachments stand that are the very bytes. */
export async function sameBytes(tx: Tx, sha256: string): Promise<CopyRow[]> {
  return tx.rows(
    `SELECT protection_id AS "protectionId", document_protection_id AS "documentProtectionId" FROM sec.same_bytes($1)`,
    [sha256],
  );
}
