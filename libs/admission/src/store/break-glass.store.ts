import { ProblemError } from '#contracts';
import type { PageKey, Tx } from '#database';
import type { NewWords } from './request.store';

export interface BreakGlassRow {
  readonly id: string;
  readonly personId: string;
  readonly identity: string;
  /** For its opener, and for who may know of the document; null for others. */
  readonly document: string | null;
  readonly openedAt: Date;
  readonly until: Date;
  readonly endedAt: Date | null;
  /** Null also where it ended with the role of its opener. */
  readonly endedBy: string | null;
  readonly reviewedAt: Date | null;
  readonly reviewedBy: string | null;
  readonly justified: boolean | null;
}

const ROWS = `
  SELECT b.id, b.person_id AS "personId", b.identity, sec.break_glass_document(b.id) AS document, b.opened_at AS "openedAt", b.until,
         b.ended_at AS "endedAt", b.ended_by AS "endedBy", b.reviewed_at AS "reviewedAt", b.reviewed_by AS "reviewedBy", b.justified
    FROM break_glass b`;

/** One's own; all of them for a security officer. Newest first, one more than the page holds. */
export async function pageOfBreakGlass(tx: Tx, after: PageKey | undefined, limit: number): Promise<BreakGlassRow[]> {
  return tx.rows<BreakGlassRow>(
    `${ROWS} WHERE ($1::timestamptz IS NULL OR (b.opened_at, b.id) < ($1::timestamptz, $2::uuid))
     ORDER BY b.opened_at DESC, b.id DESC LIMIT $3`,
    [after?.at ?? null, after?.id ?? null, limit + 1],
  );
}

export async function findBreakGlass(tx: Tx, id: string): Promise<BreakGlassRow | undefined> {
  return tx.row<BreakGlassRow>(`${ROWS} WHERE b.id = $1`, [id]);
}

/** What the database answers to a verb that it records by itself. */
async function answered<Answer>(tx: Tx, sql: string, parameters: readonly unknown[]): Promise<Answer | undefined> {
  try {
    return (await tx.row<{ answer: Answer }>(sql, parameters))?.answer;
  } catch (error) {
    // INVARIANT (no_silent_read): its record could not be written, so nothing was done.
    if ((error as { driverError?: { code?: string } }).driverError?.code === 'IMREC')
      throw new ProblemError('record-unavailable', {}, { cause: error });
    throw error;
  }
}

export type Opened =
  | { readonly outcome: 'done'; readonly id: string; readonly until: string }
  | { readonly outcome: 'absent' | 'not-permitted' | 'nobody-reviews' | 'too-many' | 'held' };

/** Lifts the need-to-know of a document for the session's person. The database writes record, alert and open review itself. */
export async function openBreakGlass(
  tx: Tx,
  asked: { readonly document: string; readonly hours: number; readonly requestId: string },
  reason: NewWords,
): Promise<Opened> {
  const { document, hours, requestId } = asked;
  const sql = 'SELECT sec.break_glass($1, $2, $3, $4, $5) AS answer';
  const opened = await answered<Opened>(tx, sql, [document, reason.text, reason.protectionId, hours, requestId]);
  return opened ?? { outcome: 'absent' };
}

export type Reviewed = 'done' | 'absent' | 'not-permitted' | 'reviewed-already';

export async function reviewBreakGlass(
  tx: Tx,
  asked: { readonly id: string; readonly justified: boolean; readonly requestId: string },
  words: NewWords,
): Promise<Reviewed> {
  const { id, justified, requestId } = asked;
  const sql = 'SELECT sec.review_break_glass($1, $2, $3, $4, $5) AS answer';
  return (await answered<Reviewed>(tx, sql, [id, justified, words.text, words.protectionId, requestId])) ?? 'absent';
}

export type Ended = 'done' | 'absent' | 'ended-already';

export async function endBreakGlass(tx: Tx, id: string, requestId: string): Promise<Ended> {
  return (await answered<Ended>(tx, 'SELECT sec.end_break_glass($1, $2) AS answer', [id, requestId])) ?? 'absent';
}
