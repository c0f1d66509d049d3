import type { Protection } from '#access';
import type { Tx } from '#database';
import type { AttachmentRow } from './attachment.store';
import type { DocumentRow, PortionRow, Target, VersionRow } from './document.store';

/** A document as far as the session may see it: versions, portions and attachments in order, and what they stand under. */
export interface Reading extends Pick<DocumentRow, 'protectionId' | 'originator' | 'exercise' | 'extractable'> {
  readonly versions: readonly VersionRow[];
  readonly portions: readonly PortionRow[];
  readonly attachments: readonly AttachmentRow[];
  readonly protections: ReadonlyMap<number, Protection>;
}

/** The columns of a portion; those of a target are null together. */
type PortionColumns = Omit<PortionRow, 'target'> & { readonly [Column in keyof Target]: Target[Column] | null };

interface ReadingRow extends Omit<Reading, 'versions' | 'portions' | 'attachments' | 'protections'> {
  readonly versions: readonly (Pick<VersionRow, 'id' | 'ordinal'> & { readonly createdAt: string })[] | null;
  readonly portions: readonly PortionColumns[] | null;
  readonly attachments: readonly AttachmentRow[] | null;
  readonly protections: readonly ({ readonly id: number } & Protection)[] | null;
}

// Each table is asked once. Portions are found through their version: that is how they are indexed.
export const READING = `
  WITH v AS MATERIALIZED (SELECT id, ordinal, created_at AS "createdAt" FROM version WHERE document_id = $1),
       p AS MATERIALIZED (
         SELECT p.id, p.version_id AS "versionId", p.ordinal, p.kind, p.protection_id AS "protectionId", p.originator, p.body, p.nation, p.area,
                p.quantity_now AS "quantityNow", p.quantity_required AS "quantityRequired", p.unit, p.due_year AS "dueYear"
           FROM v JOIN portion p ON p.version_id = v.id),
       a AS MATERIALIZED (
         SELECT id, document_id AS "documentId", protection_id AS "protectionId", name, media_type AS "mediaType",
                octet_length(bytes) AS size, encode(sha256, 'hex') AS sha256, created_at
           FROM attachment WHERE document_id = $1)
  SELECT d.protection_id AS "protectionId", d.originator, d.exercise, d.extractable,
         (SELECT json_agg(v ORDER BY v.ordinal) FROM v) AS versions,
         (SELECT json_agg(p) FROM p) AS portions,
         (SELECT json_agg(a ORDER BY a.created_at, a.id) FROM a) AS attachments,
         (SELECT json_agg(n) FROM (
            SELECT id, label, need_to_know AS "needToKnow" FROM protection
             WHERE id = ANY (ARRAY(SELECT "protectionId" FROM p UNION SELECT "protectionId" FROM a UNION SELECT d.protection_id))) AS n) AS protections
    FROM document d WHERE d.id = $1`;

/** All that a reader sees of a document, in one statement; undefined when the session may not know of it. */
export async function readingOf(tx: Tx, documentId: string): Promise<Reading | undefined> {
  const row = await tx.row<ReadingRow>(READING, [documentId]);
  if (row === undefined) return undefined;
  const { versions, portions, attachments, protections } = row;
  return {
    ...row,
    versions: (versions ?? []).map(({ id, ordinal, createdAt }) => ({
      id,
      documentId,
      ordinal,
      createdAt: new Date(createdAt),
    })),
    portions: (portions ?? []).map(portionOf),
    attachments: attachments ?? [],
    protections: new Map((protections ?? []).map(({ id, label, needToKnow }) => [id, { label, needToKnow }])),
  };
}

/** Member by member: taking the columns of a target out with a rest pattern costs more than reading the row. */
function portionOf(columns: PortionColumns): PortionRow {
  const { id, versionId, ordinal, kind, protectionId, originator, body } = columns;
  const portion = { id, versionId, ordinal, kind, protectionId, originator, body };
  const { nation, area, quantityNow, quantityRequired, unit, dueYear } = columns;
  if (nation === null || area === null || quantityNow === null || quantityRequired === null) return portion;
  if (unit === null || dueYear === null) return portion;
  return Object.assign(portion, { target: { nation, area, quantityNow, quantityRequired, unit, dueYear } });
}
