import type { Tx } from '#database';

/** A named access list as the session may know of it, and how its own person stands to it at this moment. */
export interface ListRow {
  readonly name: string;
  readonly kind: 'list' | 'assignment';
  readonly title: string;
  readonly approvers: string[];
  /** Whether everybody may know that it exists. */
  readonly isListed: boolean;
  readonly longestDays: number;
  /** The entry that counts now, or else the next one that will. */
  readonly from: Date | null;
  readonly until: Date | null;
  readonly hasBegun: boolean | null;
  /** The open request of the session's person. */
  readonly request: string | null;
  /** For members and approvers; null for others, and where nothing is read in. */
  readonly readIn: string | null;
  readonly isAcknowledged: boolean;
}

const KNOWN = `
  SELECT l.name, l.kind, l.title, l.approvers, l.listed AS "isListed", l.longest_days AS "longestDays",
         e.valid_from AS "from", e.valid_until AS "until", e.valid_from <= now() AS "hasBegun", r.id AS "request",
         t.read_in AS "readIn", EXISTS (
           SELECT 1 FROM acknowledgement a
            WHERE a.list = l.name AND a.read_in_sha256 = sha256(convert_to(t.read_in, 'UTF8'))) AS "isAcknowledged"
    FROM access_list l
    LEFT JOIN LATERAL (
      SELECT o.valid_from, o.valid_until FROM access_entry o
       WHERE o.list = l.name AND o.person_id = sec.session_person() AND o.withdrawn_at IS NULL AND o.valid_until > now()
       ORDER BY o.valid_from > now(), CASE WHEN o.valid_from > now() THEN o.valid_from END, o.valid_until DESC LIMIT 1) AS e ON true
    LEFT JOIN LATERAL (
      SELECT o.id FROM access_request o
       WHERE o.list = l.name AND o.person_id = sec.session_person() AND o.state = 'open' AND o.wanted_until > now()
         AND NOT EXISTS (SELECT 1 FROM access_entry g WHERE g.request_id = o.id AND g.person_id = o.person_id AND g.list = o.list)) AS r ON true
    CROSS JOIN LATERAL (SELECT sec.read_in_of(l.name) AS read_in) AS t`;

/** The lists after a name, one more than the page holds. */
export async function pageOfLists(tx: Tx, after: string | undefined, limit: number): Promise<ListRow[]> {
  return tx.rows<ListRow>(`${KNOWN} WHERE l.name > $1 COLLATE "C" ORDER BY l.name COLLATE "C" LIMIT $2`, [
    after ?? '',
    limit + 1,
  ]);
}

/** The list of that name, if the session may know of it. */
export async function findList(tx: Tx, name: string): Promise<ListRow | undefined> {
  return tx.row<ListRow>(`${KNOWN} WHERE l.name = $1`, [name]);
}

/** Acknowledges the read-in of a list as the session's person: false for who is not on it, for a token, and where nothing is read in. */
export async function acknowledgeReadIn(tx: Tx, list: string): Promise<boolean> {
  return (await tx.row<{ done: boolean }>('SELECT sec.acknowledge($1) AS done', [list]))?.done === true;
}

/** Whether this very text is acknowledged. */
export async function hasAcknowledged(tx: Tx, list: string, digest: string): Promise<boolean> {
  const row = await tx.row(
    `SELECT 1 FROM acknowledgement WHERE list = $1 AND read_in_sha256 = decode($2, 'hex') AND person_id = sec.session_person()`,
    [list, digest],
  );
  return row !== undefined;
}

/**
 * The names of lists as a record may hold them. INVARIANT (absent_equals_forbidden): who reads records need not know of a list that is
 * not listed, and its name is a word, not a random id: it is left out.
 */
export const namesForTheRecord = (rows: readonly Pick<ListRow, 'name' | 'isListed'>[]): string[] =>
  rows.filter(({ isListed }) => isListed).map(({ name }) => name);
