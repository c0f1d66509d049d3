import type { PageKey, Tx } from '#database';

/** A request to be let into a list, with the grant that names it: that is what makes it granted. */
export interface RequestRow {
  readonly id: string;
  readonly list: string;
  readonly personId: string;
  readonly askedAt: Date;
  readonly wantedUntil: Date;
  readonly state: 'open' | 'granted' | 'refused' | 'withdrawn' | 'lapsed';
  readonly settledAt: Date | null;
  readonly settledBy: string | null;
  readonly grant: string | null;
  readonly grantedBy: string | null;
  readonly from: Date | null;
  readonly until: Date | null;
  readonly withdrawnAt: Date | null;
}

// A grant counts for the request that it names only if person and list are the same: an approver speaks for nothing else.
const ROWS = `
  SELECT r.id, r.list, r.person_id AS "personId", r.asked_at AS "askedAt", r.wanted_until AS "wantedUntil",
         CASE WHEN e.id IS NOT NULL THEN 'granted' WHEN r.state IN ('refused', 'withdrawn') THEN r.state
              WHEN r.wanted_until <= now() THEN 'lapsed' ELSE 'open' END AS state,
         r.settled_at AS "settledAt", r.settled_by AS "settledBy", e.id AS "grant", e.granted_by AS "grantedBy",
         e.valid_from AS "from", e.valid_until AS "until", e.withdrawn_at AS "withdrawnAt"
    FROM access_request r
    LEFT JOIN LATERAL (
      SELECT o.* FROM (SELECT g.id, g.granted_by, g.valid_from, g.valid_until, g.withdrawn_at FROM access_entry g
                        WHERE g.request_id = r.id AND g.person_id = r.person_id AND g.list = r.list) AS o
       ORDER BY o.withdrawn_at IS NOT NULL, o.valid_until DESC, o.id LIMIT 1) AS e ON true`;

/**
 * Own requests, and those that wait for the session's person as an approver; newest first, one more than the page holds. Either
 * kind has an index of its own, so that a page costs the same however many have asked for other lists.
 */
export async function pageOfRequests(tx: Tx, after: PageKey | undefined, limit: number): Promise<RequestRow[]> {
  const page = `AND ($1::timestamptz IS NULL OR (r.asked_at, r.id) < ($1::timestamptz, $2::uuid)) ORDER BY r.asked_at DESC, r.id DESC LIMIT $3`;
  return tx.rows<RequestRow>(
    `WITH me AS MATERIALIZED (SELECT sec.session_person() AS id),
          own AS (SELECT r.id FROM access_request r WHERE r.person_id = (SELECT id FROM me) ${page}),
          waiting AS (
            SELECT r.id FROM access_request r
             WHERE r.state = 'open' AND r.wanted_until > now()
               AND r.list = ANY (ARRAY(SELECT l.name FROM access_list l WHERE (SELECT id FROM me) = ANY (l.approvers)))
               AND NOT EXISTS (SELECT 1 FROM access_entry g WHERE g.request_id = r.id AND g.person_id = r.person_id AND g.list = r.list)
               ${page})
     ${ROWS} WHERE r.id IN (SELECT id FROM own UNION SELECT id FROM waiting) ORDER BY r.asked_at DESC, r.id DESC LIMIT $3`,
    [after?.at ?? null, after?.id ?? null, limit + 1],
  );
}

export async function findRequest(tx: Tx, id: string): Promise<RequestRow | undefined> {
  return tx.row<RequestRow>(`${ROWS} WHERE r.id = $1`, [id]);
}

/** Words and the protection that they are about to stand under. */
export interface NewWords {
  readonly text: string;
  readonly protectionId: number;
}

export type Requested =
  | { readonly outcome: 'done'; readonly id: string }
  | { readonly outcome: 'too-long'; readonly longestDays: number }
  | { readonly outcome: 'absent' | 'no-approver' | 'asked-already' | 'too-many' };

/** Asks in the name of the session's person; the database counts, and lets one request of a list be open at a time. */
export async function putRequest(tx: Tx, list: string, until: string, purpose: NewWords): Promise<Requested> {
  const row = await tx.row<{ answer: Requested }>('SELECT sec.request_access($1, $2, $3, $4) AS answer', [
    list,
    until,
    purpose.text,
    purpose.protectionId,
  ]);
  return row?.answer ?? { outcome: 'absent' };
}

export type Settled = 'done' | 'absent' | 'not-permitted' | 'settled-already';

/** Refuses a request as an approver, or withdraws one's own. Nothing else settles one. */
export async function settleRequest(
  tx: Tx,
  id: string,
  verdict: 'refused' | 'withdrawn',
  words?: NewWords,
): Promise<Settled> {
  const row = await tx.row<{ answer: Settled }>('SELECT sec.settle_request($1, $2, $3, $4) AS answer', [
    id,
    verdict,
    words?.text ?? null,
    words?.protectionId ?? null,
  ]);
  return row?.answer ?? 'absent';
}
