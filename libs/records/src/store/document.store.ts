import type { Tx } from '#database';

/** A target's fields: what a nation has and is asked to have. */
export interface Target {
  readonly nation: string;
  readonly area: string;
  readonly quantityNow: number;
  readonly quantityRequired: number;
  readonly unit: string;
  readonly dueYear: number;
}

export interface DocumentRow {
  readonly id: string;
  readonly protectionId: number;
  readonly originator: string;
  readonly subject: string | null;
  readonly exercise: boolean;
  /** Whether parts of it may be read and told without the others. */
  readonly extractable: boolean;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export interface VersionRow {
  readonly id: string;
  readonly documentId: string;
  readonly ordinal: number;
  readonly createdAt: Date;
}

export interface PortionRow {
  readonly id: string;
  readonly versionId: string;
  readonly ordinal: number;
  readonly kind: 'title' | 'paragraph' | 'target';
  readonly protectionId: number;
  readonly originator: string;
  readonly body: string;
  readonly target?: Target;
}

export async function insertDocument(tx: Tx, row: DocumentRow): Promise<void> {
  await tx.change(
    `INSERT INTO document (id, protection_id, originator, subject, exercise, extractable, created_at, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      row.id,
      row.protectionId,
      row.originator,
      row.subject,
      row.exercise,
      row.extractable,
      row.createdAt,
      row.createdBy,
    ],
  );
}

export async function insertVersion(
  tx: Tx,
  row: VersionRow & { readonly protectionId: number; readonly sha256: string; readonly createdBy: string },
): Promise<void> {
  await tx.change(
    `INSERT INTO version (id, document_id, ordinal, protection_id, source_sha256, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [row.id, row.documentId, row.ordinal, row.protectionId, row.sha256, row.createdAt, row.createdBy],
  );
}

/** Stores the portions of a version in one statement. */
export async function insertPortions(
  tx: Tx,
  place: { readonly documentId: string; readonly documentProtectionId: number },
  portions: readonly (PortionRow & { readonly digest: string })[],
): Promise<void> {
  const rows = portions.map(({ target, digest, ...portion }) => ({ ...portion, ...target, digest }));
  await tx.change(
    `INSERT INTO portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body, body_digest,
                          nation, area, quantity_now, quantity_required, unit, due_year)
     SELECT id, "versionId", $1, ordinal, kind, "protectionId", $2, originator, body, decode(digest, 'hex'),
            nation, area, "quantityNow", "quantityRequired", unit, "dueYear"
       FROM jsonb_to_recordset($3::jsonb) AS p (id uuid, "versionId" uuid, ordinal int, kind text, "protectionId" int, originator text,
            body text, digest text, nation text, area text, "quantityNow" bigint, "quantityRequired" bigint, unit text, "dueYear" int)`,
    [place.documentId, place.documentProtectionId, JSON.stringify(rows)],
  );
}

const DOCUMENT = `d.id, d.protection_id AS "protectionId", d.originator, d.subject, d.exercise, d.extractable, d.created_at AS "createdAt", d.created_by AS "createdBy"`;

/** The document, if the session may know of it. */
export async function findDocument(tx: Tx, id: string): Promise<DocumentRow | undefined> {
  return tx.row<DocumentRow>(`SELECT ${DOCUMENT} FROM document d WHERE d.id = $1`, [id]);
}

export async function versionsOf(tx: Tx, documentId: string): Promise<VersionRow[]> {
  return tx.rows<VersionRow>(
    'SELECT id, document_id AS "documentId", ordinal, created_at AS "createdAt" FROM version WHERE document_id = $1 ORDER BY ordinal',
    [documentId],
  );
}

interface PortionColumns {
  readonly id: string;
  readonly versionId: string;
  readonly ordinal: number;
  readonly kind: PortionRow['kind'];
  readonly protectionId: number;
  readonly originator: string;
  readonly body: string;
  readonly nation: string | null;
  readonly area: string;
  readonly quantityNow: string;
  readonly quantityRequired: string;
  readonly unit: string;
  readonly dueYear: number;
}

const PORTION = `id, version_id AS "versionId", ordinal, kind, protection_id AS "protectionId", originator, body, nation, area,
  quantity_now AS "quantityNow", quantity_required AS "quantityRequired", unit, due_year AS "dueYear"`;

function portionOf(row: PortionColumns): PortionRow {
  const { id, versionId, ordinal, kind, protectionId, originator, body } = row;
  const base = { id, versionId, ordinal, kind, protectionId, originator, body };
  if (row.nation === null) return base;
  const { nation, area, unit, dueYear } = row;
  return {
    ...base,
    target: {
      nation,
      area,
      quantityNow: Number(row.quantityNow),
      quantityRequired: Number(row.quantityRequired),
      unit,
      dueYear,
    },
  };
}

/** The portions of a document's versions that the session may see, in order. */
export async function portionsOf(tx: Tx, documentId: string): Promise<PortionRow[]> {
  const rows = await tx.rows<PortionColumns>(
    // Through the versions: that is how portions are indexed.
    `SELECT ${PORTION} FROM portion
      WHERE version_id IN (SELECT v.id FROM version v WHERE v.document_id = $1) ORDER BY version_id, ordinal`,
    [documentId],
  );
  return rows.map(portionOf);
}

/** Whether the session sees every portion of a version; answers no and nothing more. */
export async function seesWhole(tx: Tx, versionId: string): Promise<boolean> {
  return (await tx.row<{ whole: boolean }>('SELECT sec.session_sees_whole($1) AS whole', [versionId]))?.whole === true;
}

/** Under what a portion of the document stands, if the session holds it. */
export async function protectionOfPortion(tx: Tx, documentId: string, id: string): Promise<number | undefined> {
  const row = await tx.row<{ protectionId: number }>(
    'SELECT protection_id AS "protectionId" FROM portion WHERE id = $2 AND document_id = $1',
    [documentId, id],
  );
  return row?.protectionId;
}
