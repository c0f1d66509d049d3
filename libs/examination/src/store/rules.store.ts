import type { Tx } from '#database';

/** Since when the rules of a version are in force: when the registrar took them, or when those that overtook them were taken back. */
export async function rulesSince(tx: Tx, version: string): Promise<Date | undefined> {
  const row = await tx.row<{ since: Date | null }>(
    `SELECT greatest(own.accepted_at, (SELECT max(newer.withdrawn_at) FROM access_rules newer
                                        WHERE (newer.issued_at, newer.version) > (own.issued_at, own.version))) AS since
       FROM access_rules own WHERE own.version = $1`,
    [version],
  );
  return row?.since ?? undefined;
}
