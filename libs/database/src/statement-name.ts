/** How many statements a connection may keep planned. What comes after them is planned each time. */
const MOST = 200;

const names = new Map<string, string>();

/**
 * The name under which a connection keeps a statement planned: planning under row-level security costs more than most
 * statements themselves. Undefined for a statement beyond the bound. Values are bound and never part of the text, so that
 * there are only as many texts as the code has; a plan is made anew when the schema changes, by PostgreSQL itself.
 */
export function statementName(sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined || names.size >= MOST) return known;
  const name = `s${String(names.size)}`;
  names.set(sql, name);
  return name;
}
