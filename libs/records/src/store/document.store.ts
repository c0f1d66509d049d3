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
    `INSERT INTO document (id, protection_id, originator, subject, exercise, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [row.id, row.protectionId, row.originator, row.subject, row.exercise, row.createdAt, row.createdBy],
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

const DOCUMENT = `d.id, d.protection_id AS "protectionId", d.originator, d.subject, d.exercise, d.created_at AS "createdAt", d.created_by AS "createdBy"`;

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
    `SELECT ${PORTION} FROM portion WHERE document_id = $1 ORDER BY version_id, ordinal`,
    [documentId],
  );
  return rows.map(portionOf);
}

/** Readable portions whose text has one of the digests: what a writer might be copying from. */
export async function sameText(
  tx: Tx,
  digests: readonly string[],
): Promise<{ digest: string; protectionId: number; documentProtectionId: number }[]> {
  return tx.rows(
    `SELECT encode(body_digest, 'hex') AS digest, protection_id AS "protectionId", document_protection_id AS "documentProtectionId"
       FROM portion WHERE body_digest = ANY (SELECT decode(hex, 'hex') FROM unnest($1::text[]) AS hex)`,
    [digests],
  );
}

/** A line of the list. The title is null where the reader does not hold it. */
export interface ListedDocument {
  readonly id: string;
  readonly protectionId: number;
  readonly title: string | null;
  readonly titleProtectionId: number | null;
  readonly originator: string;
  readonly exercise: boolean;
  readonly createdAt: Date;
}

// The page is cut out first; titles are fetched for its rows only. Each way asks row-level security for every row.
const PAGE = (rows: string): string => `
  SELECT d.id, d.protection_id AS "protectionId", d.originator, d.exercise, d.created_at AS "createdAt",
         t.body AS title, t.protection_id AS "titleProtectionId"
    FROM (${rows}) AS d
    LEFT JOIN LATERAL (
           SELECT p.body, p.protection_id FROM portion p
            WHERE p.document_id = d.id AND p.kind = 'title'
              AND p.version_id = (SELECT v.id FROM version v WHERE v.document_id = d.id ORDER BY v.ordinal DESC LIMIT 1) LIMIT 1) AS t ON true
   ORDER BY d.created_at DESC, d.id DESC`;

const NEWEST = (where: string): string => `SELECT * FROM document ${where} ORDER BY created_at DESC, id DESC LIMIT $1`;

/** Down the dates, passing over what is hidden: for readers who see much. */
const walk = (after: string): string => PAGE(NEWEST(after === '' ? '' : `WHERE ${after}`));

/** The newest of each protection that the session holds, merged: for readers who see little of much. */
const merge = (after: string, ids: string): string =>
  PAGE(
    `SELECT newest.* FROM unnest(${ids}::int[]) AS held (id)
       CROSS JOIN LATERAL (${NEWEST(`WHERE protection_id = held.id${after === '' ? '' : ` AND ${after}`}`)}) AS newest
      ORDER BY newest.created_at DESC, newest.id DESC LIMIT $1`,
  );

/** The newest documents after a key, one more than asked. */
export async function pageOfDocuments(
  tx: Tx,
  after: { at: string; id: string } | undefined,
  limit: number,
): Promise<ListedDocument[]> {
  const mergeBy = (await tx.row<{ ids: number[] | null }>('SELECT sec.session_merge_by() AS ids'))?.ids ?? null;
  const key = after === undefined ? '' : '(created_at, id) < ($2::timestamptz, $3::uuid)';
  const parameters = [limit + 1, ...(after === undefined ? [] : [after.at, after.id])];
  if (mergeBy === null) return tx.rows<ListedDocument>(walk(key), parameters);
  return tx.rows<ListedDocument>(merge(key, `$${String(parameters.length + 1)}`), [...parameters, mergeBy]);
}

/** Whether the session sees every portion of a version; answers no and nothing more. */
export async function seesWhole(tx: Tx, versionId: string): Promise<boolean> {
  return (await tx.row<{ whole: boolean }>('SELECT sec.session_sees_whole($1) AS whole', [versionId]))?.whole === true;
}
