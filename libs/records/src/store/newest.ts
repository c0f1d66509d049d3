import { whereAll } from '#database';

/**
 * The two ways to the first rows of a list whose newest come first. Both ask row-level security for every row, so that the way
 * decides speed alone.
 *
 * A walk goes down the order and passes over what is hidden: for readers who see much. A merge takes the first rows under each
 * protection and puts them together: for readers who see little of much.
 */
export interface Rows {
  /** The table with its short name: `document d`. */
  readonly from: string;
  /** What orders the rows, as columns of the table: `d.created_at DESC, d.id DESC`. */
  readonly order: string;
  /** The columns that a walk reads on its way. */
  readonly columns: string;
  /** The columns that a merge is made by: those of the order, of an index alone. */
  readonly keys: string;
  /** The same order over the keys, in a table called `k`. */
  readonly orderOfKeys: string;
  /** The columns of the rows whose keys are in a table called `k`. */
  readonly fetched: (keys: string) => string;
  /** The column that names the protection. */
  readonly protection: string;
  readonly where: readonly string[];
  readonly limit: number;
}

// The limit stands in the text: as a parameter it would be unknown to whoever plans the statement. It is one of a few, so that
// there are only as many plans; what is more than the page is left out by whoever cuts the page.
const LIMITS = [11, 21, 51, 101, 201] as const;

const limited = (limit: number): string => `LIMIT ${String(LIMITS.find((each) => each >= limit) ?? Math.trunc(limit))}`;

const first = ({ from, order, limit }: Rows, columns: string, where: readonly string[]): string =>
  `SELECT ${columns} FROM ${from} ${whereAll(where)}
    ORDER BY ${order} ${limited(limit)}`;

/** The first rows by a walk; `only` where a condition lets it begin at all. */
const walked = (rows: Rows, ...only: readonly string[]): string => first(rows, rows.columns, [...rows.where, ...only]);

/** The first rows by a merge over protections, an array of their ids. */
const merged = (rows: Rows, ids: string): string =>
  rows.fetched(
    `SELECT k.* FROM unnest(${ids}) AS held (id)
       CROSS JOIN LATERAL (${first(rows, rows.keys, [`${rows.protection} = held.id`, ...rows.where])}) AS k
      ORDER BY ${rows.orderOfKeys} ${limited(rows.limit)}`,
  );

/** Either of both, as the database finds when it comes to it. `ids` is an array of ids where to merge, NULL where to walk. */
export const cheaper = (rows: Rows, ids: string, ...only: readonly string[]): string =>
  `(${walked(rows, `${ids} IS NULL`, ...only)}) UNION ALL (${merged(rows, ids)})`;

/** Under some protections alone, in a form that leaves the ordered index to the planner. `ids` is a query of an array. */
export const under = (protection: string, ids: string): string =>
  `(${protection} IN (SELECT unnest((${ids})))) IS TRUE`;
