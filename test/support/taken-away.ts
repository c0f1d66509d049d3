import { AccessPolicy } from '#access';
import { asking } from './cluster';

/** SQL that takes a mechanism out of a database, and SQL that puts it back. */
export interface Mechanism {
  readonly take: string;
  readonly giveBack: string;
}

/**
 * Takes mechanisms out of a test's own copy of a database, as its superuser, while something is checked; then puts them back.
 * A law's check that finds nothing while its mechanism is gone cannot fail, and is no check.
 */
export async function takenAway<Result>(
  superuserUrl: string,
  mechanisms: readonly Mechanism[],
  check: () => Promise<Result>,
): Promise<Result> {
  const run = async (statements: readonly string[]): Promise<void> => {
    await asking(superuserUrl, async (client) => {
      for (const statement of statements) await client.query(statement);
    });
  };
  await run(mechanisms.map(({ take }) => take));
  try {
    return await check();
  } finally {
    await run([...mechanisms].reverse().map(({ giveBack }) => giveBack));
  }
}

/** A policy of row-level security that lets everything through, as it stands in this database. */
export async function openedPolicy(superuserUrl: string, table: string, policy: string): Promise<Mechanism> {
  return asking(superuserUrl, async (client) => {
    const { rows } = await client.query<{ qual: string | null; check: string | null }>(
      `SELECT qual, with_check AS "check" FROM pg_policies WHERE schemaname || '.' || tablename = $1 AND policyname = $2`,
      [table.includes('.') ? table : `public.${table}`, policy],
    );
    const stands = rows[0];
    if (stands === undefined) throw new Error(`there is no policy ${policy} on ${table}`);
    const clauses = (using: string, check: string): string =>
      `${stands.qual === null ? '' : ` USING (${using})`}${stands.check === null ? '' : ` WITH CHECK (${check})`}`;
    return {
      take: `ALTER POLICY ${policy} ON ${table}${clauses('true', 'true')}`,
      giveBack: `ALTER POLICY ${policy} ON ${table}${clauses(stands.qual ?? '', stands.check ?? '')}`,
    };
  });
}

/** Row-level security switched off on a table. */
export const noRowSecurity = (table: string): Mechanism => ({
  take: `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
  giveBack: `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
});

/** A privilege that a role has not, given. */
export const granted = (privilege: string, table: string, role: string): Mechanism => ({
  take: `GRANT ${privilege} ON ${table} TO ${role}`,
  giveBack: `REVOKE ${privilege} ON ${table} FROM ${role}`,
});

/** A privilege that a role has, withdrawn. */
export const withdrawn = (privilege: string, table: string, role: string): Mechanism => ({
  take: `REVOKE ${privilege} ON ${table} FROM ${role}`,
  giveBack: `GRANT ${privilege} ON ${table} TO ${role}`,
});

/** A trigger that does not fire. */
export const noTrigger = (table: string, trigger: string): Mechanism => ({
  take: `ALTER TABLE ${table} DISABLE TRIGGER ${trigger}`,
  giveBack: `ALTER TABLE ${table} ENABLE TRIGGER ${trigger}`,
});

/** A function of the database with a part of it replaced. */
export async function changedFunction(
  superuserUrl: string,
  signature: string,
  part: string,
  replacement: string,
): Promise<Mechanism> {
  return asking(superuserUrl, async (client) => {
    const { rows } = await client.query<{ definition: string }>(
      'SELECT pg_get_functiondef($1::regprocedure) AS definition',
      [signature],
    );
    const definition = rows[0]?.definition ?? '';
    if (!definition.includes(part)) throw new Error(`${signature} does not hold ${part}`);
    return { take: definition.replaceAll(part, replacement), giveBack: definition };
  });
}

/** The access decision of the product, until a test takes it out: then it lets everything through. */
export class RemovableAccess extends AccessPolicy {
  private isOut = false;

  override decide(...asked: Parameters<AccessPolicy['decide']>): ReturnType<AccessPolicy['decide']> {
    return this.isOut ? { effect: 'permit', checks: [], rulesVersion: 'none' } : super.decide(...asked);
  }

  override permits(...asked: Parameters<AccessPolicy['permits']>): boolean {
    return this.isOut || super.permits(...asked);
  }

  override condition(...asked: Parameters<AccessPolicy['condition']>): ReturnType<AccessPolicy['condition']> {
    return this.isOut ? 'everything' : super.condition(...asked);
  }

  /** Checks something while there is no access decision. */
  async without<Result>(check: () => Promise<Result>): Promise<Result> {
    this.isOut = true;
    try {
      return await check();
    } finally {
      this.isOut = false;
    }
  }
}
