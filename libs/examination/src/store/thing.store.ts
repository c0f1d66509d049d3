import type { Columns, Protection, RuleCondition } from '#access';
import type { PageKey, Tx } from '#database';
import type { CaseState } from '#workflow';

/** A document as the examiner sees it: its label and where it comes from, never a word of it. */
export interface ExaminedDocument {
  readonly id: string;
  readonly protectionId: number;
  readonly createdAt: Date;
}

export interface ExaminedPortion {
  readonly id: string;
  readonly documentId: string;
  readonly ordinal: number;
  readonly kind: string;
  readonly protectionId: number;
}

export interface ExaminedCase {
  readonly id: string;
  readonly documentId: string;
  readonly protectionId: number;
  readonly requestedBy: string;
  readonly state: CaseState;
  readonly createdAt: Date;
}

const DOCUMENT = 'd.id, d.protection_id AS "protectionId", d.created_at AS "createdAt"';
const PORTION = 'p.id, p.document_id AS "documentId", p.ordinal, p.kind, p.protection_id AS "protectionId"';
const CASE = `id, document_id AS "documentId", protection_id AS "protectionId", requested_by AS "requestedBy", state, created_at AS "createdAt"`;

export const examinedDocument = (tx: Tx, id: string): Promise<ExaminedDocument | undefined> =>
  tx.row(`SELECT ${DOCUMENT} FROM document d WHERE d.id = $1`, [id]);

export const examinedCase = (tx: Tx, id: string): Promise<ExaminedCase | undefined> =>
  tx.row(`SELECT ${CASE} FROM release_case WHERE id = $1`, [id]);

/** A portion of any version of the document, and when that version came in. */
export const examinedPortion = (
  tx: Tx,
  documentId: string,
  id: string,
): Promise<(ExaminedPortion & { readonly createdAt: Date }) | undefined> =>
  tx.row(
    `SELECT ${PORTION}, v.created_at AS "createdAt" FROM portion p JOIN version v ON v.id = p.version_id
      WHERE p.id = $2 AND p.document_id = $1`,
    [documentId, id],
  );

/** The portions of the version of each document that was the newest at a moment, in order. */
export const portionsAt = (tx: Tx, documentIds: readonly string[], at: Date): Promise<ExaminedPortion[]> =>
  tx.rows(
    `SELECT ${PORTION} FROM unnest($1::uuid[]) AS wanted (id)
       CROSS JOIN LATERAL (SELECT v.id FROM version v WHERE v.document_id = wanted.id AND v.created_at <= $2
                            ORDER BY v.ordinal DESC LIMIT 1) AS newest
       JOIN portion p ON p.version_id = newest.id
      ORDER BY p.document_id, p.ordinal`,
    [documentIds, at],
  );

/** Every protection that there is. */
export async function everyProtection(tx: Tx): Promise<Map<number, Protection>> {
  const rows = await tx.rows<{ id: number } & Protection>(
    'SELECT id, label, need_to_know AS "needToKnow" FROM protection ORDER BY id',
  );
  return new Map(rows.map(({ id, label, needToKnow }) => [id, { label, needToKnow }]));
}

/** Documents under certain protections that were there at a moment, narrowed by what rules say of them. */
export interface AskedDocuments {
  readonly under: readonly number[];
  readonly at: Date;
  /** What the rules let somebody read, as a condition over `EXAMINED_COLUMNS` whose first parameter has this number. */
  readonly rules: (first: number) => RuleCondition;
}

/** What rules may ask of a document: the attributes of `documentThing`, as columns. */
export const EXAMINED_COLUMNS = { id: { sql: 'd.id', type: 'uuid' } } as const satisfies Columns;

function narrowed({ rules }: AskedDocuments, first: number): { sql: string; parameters: readonly unknown[] } {
  const condition = rules(first);
  if (typeof condition !== 'string') return condition;
  return { sql: condition === 'everything' ? 'true' : 'false', parameters: [] };
}

/** The newest of them after a key, one more than asked. */
export async function pageOfReadable(
  tx: Tx,
  asked: AskedDocuments,
  after: PageKey | undefined,
  limit: number,
): Promise<ExaminedDocument[]> {
  const { sql, parameters } = narrowed(asked, 6);
  return tx.rows(
    `SELECT ${DOCUMENT} FROM document d
      WHERE d.protection_id = ANY($1::int[]) AND d.created_at <= $2 AND (${sql})
        AND ($4::timestamptz IS NULL OR (d.created_at, d.id) < ($4::timestamptz, $5::uuid))
      ORDER BY d.created_at DESC, d.id DESC LIMIT $3`,
    [asked.under, asked.at, limit + 1, after?.at ?? null, after?.id ?? null, ...parameters],
  );
}

/** How many there are, and how many portions of theirs, of every version, stand under those protections too. */
export async function countReadable(tx: Tx, asked: AskedDocuments): Promise<{ documents: number; portions: number }> {
  const { sql, parameters } = narrowed(asked, 3);
  const where = `d.protection_id = ANY($1::int[]) AND d.created_at <= $2 AND (${sql})`;
  const row = await tx.row<{ documents: string; portions: string }>(
    `SELECT (SELECT count(*) FROM document d WHERE ${where}) AS documents,
            (SELECT count(*) FROM document d JOIN version v ON v.document_id = d.id JOIN portion p ON p.version_id = v.id
              WHERE ${where} AND v.created_at <= $2 AND p.protection_id = ANY($1::int[])) AS portions`,
    [asked.under, asked.at, ...parameters],
  );
  return { documents: Number(row?.documents ?? 0), portions: Number(row?.portions ?? 0) };
}

/** The newest documents and cases, so many at most: the live population of things that a change of rules is tried on. */
export async function newestThings(
  tx: Tx,
  most: number,
): Promise<{ documents: ExaminedDocument[]; cases: ExaminedCase[] }> {
  return {
    documents: await tx.rows(`SELECT ${DOCUMENT} FROM document d ORDER BY d.created_at DESC, d.id DESC LIMIT $1`, [
      most,
    ]),
    cases: await tx.rows(`SELECT ${CASE} FROM release_case ORDER BY created_at DESC, id DESC LIMIT $1`, [most]),
  };
}

/** How many documents and cases there are. */
export async function countThings(tx: Tx): Promise<{ documents: number; cases: number }> {
  const row = await tx.row<{ documents: string; cases: string }>(
    'SELECT (SELECT count(*) FROM document) AS documents, (SELECT count(*) FROM release_case) AS cases',
  );
  return { documents: Number(row?.documents ?? 0), cases: Number(row?.cases ?? 0) };
}
