import { createHmac, timingSafeEqual } from 'node:crypto';

/** Where a page ends. */
export interface PageKey {
  readonly at: string;
  readonly id: string;
}

/** A cursor that was made for somebody else, for another list, or by nobody. */
export class ForeignCursor extends Error {}

/**
 * Seals page keys into cursors. A cursor is bound to the person and the list it was made for: another's cursor, or one of
 * another list, is refused before any table is asked.
 */
export class Cursors {
  constructor(private readonly secret: Buffer) {}

  seal(personId: string, list: string, key: PageKey): string {
    const body = Buffer.from(JSON.stringify([key.at, key.id])).toString('base64url');
    return `${body}.${this.tag(personId, list, body)}`;
  }

  open(personId: string, list: string, cursor: string | undefined): PageKey | undefined {
    if (cursor === undefined) return undefined;
    const [body = '', tag = '', ...more] = cursor.split('.');
    const expected = Buffer.from(this.tag(personId, list, body));
    const given = Buffer.from(tag);
    if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new ForeignCursor('the cursor is not one of this list');
    }
    const [at, id] = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as [string, string];
    return { at, id };
  }

  private tag(personId: string, list: string, body: string): string {
    return createHmac('sha256', this.secret).update(`${personId}\n${list}\n${body}`).digest('base64url');
  }
}

/** What a cursor is bound to besides its person: the list, and everything that it is narrowed by, in whatever order it was said. */
export const listOf = (list: string, filter: object): string =>
  `${list} ${JSON.stringify(
    Object.entries(filter)
      .filter(([, value]) => value !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )}`;

/** The page that was asked for, and the cursor of the next one. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => PageKey,
  seal: (key: PageKey) => string,
): { items: Row[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? seal(keyOf(last)) : null };
}
