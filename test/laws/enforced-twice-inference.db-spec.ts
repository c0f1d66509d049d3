import { COUNTED_BY_INDEX } from '../support/declared-grants';
import { inSession, type SessionSql } from '../support/in-session';
import { type ProbedHouse, openProbedHouse } from '../support/probed-house';
import { type Mechanism, takenAway } from '../support/taken-away';

/*
 * no_read_up, enforced twice: nothing about a hidden row can be worked out from a question that names one of its values. For each column
 * that the api may read, of each table: the same question is asked about a value that a hidden row has and about one that no row has, and
 * everything that the database tells of its work is compared: plan, estimates, what was executed, what was counted.
 */
let probed: ProbedHouse;
let url: string;

beforeAll(async () => {
  probed = await openProbedHouse();
  url = probed.alliance.house.databases.main('superuser');
}, 60_000);
afterAll(() => probed.close());

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/** Every column that the api may read and that has a comparison. */
async function columns(): Promise<Column[]> {
  return probed.admin.run<Column>(
    `SELECT c.relname AS table, a.attname AS name, t.typname AS type
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity AND a.attnum > 0 AND NOT a.attisdropped
        AND has_column_privilege('imprimatur_api', c.oid, a.attnum, 'SELECT') ORDER BY 1, a.attnum`,
  );
}

/** The next value of a kind: no row has it, and what may be seen lies on the same side of both. */
const NEXT: Readonly<Record<string, (hidden: string) => string>> = {
  uuid: (hidden) => hidden.replace(/.$/, (digit) => ((parseInt(digit, 16) + 1) % 16).toString(16)),
  text: (hidden) => `${hidden}\u0001`,
  int4: (hidden) => String(BigInt(hidden) + 1n),
  int8: (hidden) => String(BigInt(hidden) + 1n),
  // To the microsecond, as the database prints it.
  timestamptz: (hidden) =>
    hidden.replace(/(?:[.](\d+))?([+-]\d\d)$/, (_all, digits: string | undefined, zone: string) => {
      const micro = (digits ?? '').padEnd(6, '0');
      return `.${micro.slice(0, 5)}${String((Number(micro[5]) + 1) % 10)}${zone}`;
    }),
  bytea: (hidden) => `${hidden}00`,
};

/** A value that stands in a row which this session does not see. */
async function hiddenValue(sql: SessionSql, { table, name, type }: Column): Promise<string | undefined> {
  const seen = await sql.rows<{ value: string | null }>(`SELECT DISTINCT ${name}::text AS value FROM ${table}`);
  const stored = await probed.admin.run<{ value: string | null }>(
    `SELECT DISTINCT ${name}::text AS value FROM ${table} ORDER BY 1`,
  );
  const isThere = (rows: readonly { value: string | null }[], value: string): boolean =>
    rows.some((row) => row.value === value);
  return stored
    .flatMap(({ value }) => (value === null || value === '' || isThere(seen, value) ? [] : [value]))
    .find((value) => !isThere(stored, NEXT[type]?.(value) ?? value));
}

/** What an index finds, and how much stands under which protection, is declared. */
const COUNTED = new Set(
  COUNTED_BY_INDEX.flatMap((line) => {
    const [table = '', names = ''] = line.split(': ');
    return names.split(', ').map((name) => `${table}.${name}`);
  }),
);

const COUNTERS = `SELECT coalesce(sum(seq_scan + seq_tup_read + coalesce(idx_scan, 0) + coalesce(idx_tup_fetch, 0)), 0)::text AS n
  FROM pg_stat_xact_all_tables WHERE schemaname IN ('public', 'sec')`;

/** What the database tells of its work on a question: the plan with its estimates, what ran how often, and its own counters. */
async function told(sql: SessionSql, { table, name, type }: Column, condition: string, value: string): Promise<string> {
  const where = `WHERE ${condition.replace('$1', `${literal(value)}::${type}`)}`;
  // Estimates are rounded to rows: beside a million others they are told to the millionth. What an index finds is counted by it anyway.
  const finely = `EXPLAIN (FORMAT JSON) SELECT 1 FROM ${table} AS probed, generate_series(1, 1000000) AS finely ${where}`;
  const isCounted = COUNTED.has(`${table}.${name}`) || name.endsWith('protection_id');
  const estimated = isCounted ? undefined : await sql.attempt(finely);
  const [before] = await sql.rows<{ n: string }>(COUNTERS);
  const done = await sql.attempt(
    `EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF, FORMAT JSON) SELECT 1 FROM ${table} AS probed ${where}`,
  );
  const [after] = await sql.rows<{ n: string }>(COUNTERS);
  const without = (dropped: RegExp) => (key: string, each: unknown) => (dropped.test(key) ? undefined : each);
  const plans = [
    JSON.stringify(estimated, without(/Filter$(?<!Rows Removed by Filter)|Cond$/)),
    JSON.stringify(done, without(/Filter$(?<!Rows Removed by Filter)|Cond$|Cost$|^Plan (Rows|Width)$/)),
  ].join();
  // The planner looks at the ends of an index.
  const work = isCounted ? 0n : BigInt(after?.n ?? 0) - BigInt(before?.n ?? 0);
  return `${plans} ${String(work)}`;
}

const literal = (value: string): string => `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const conditionsOn = ({ name, type }: Column): string[] => [
  `probed.${name} = $1`,
  `probed.${name} >= $1`,
  `NOT probed.${name} <> $1`,
  ...(type === 'text' ? [`starts_with(probed.${name}, $1)`] : []),
];

/** Every question whose answers differ, and the columns of which no row was hidden. */
async function differences(sid: string, asked?: string): Promise<{ found: string[]; tried: string[] }> {
  const found: string[] = [];
  const tried: string[] = [];
  await inSession(probed.alliance.house, sid, async (sql) => {
    // The attacker chooses how the table is read. What an index finds is declared, and counted by it.
    for (const way of ['indexscan', 'indexonlyscan', 'bitmapscan']) await sql.rows(`SET LOCAL enable_${way} = off`);
    for (const column of await columns()) {
      const name = `${column.table}.${column.name}`;
      const next = NEXT[column.type];
      if (next === undefined || (asked !== undefined && asked !== name)) continue;
      const hidden = await hiddenValue(sql, column);
      if (hidden === undefined) continue;
      tried.push(name);
      for (const condition of conditionsOn(column)) {
        // Once for nothing: what is looked up for the first time is remembered.
        await told(sql, column, condition, hidden);
        const answers = [await told(sql, column, condition, hidden), await told(sql, column, condition, next(hidden))];
        if (answers[0] !== answers[1]) found.push(`${name}: ${condition.replace(`probed.${column.name}`, '…')}`);
      }
    }
  });
  return { found, tried };
}

describe('enforced twice: what is worked out', () => {
  it.each(['official', 'stranger'] as const)(
    'the %s works nothing out about a value that a hidden row has',
    async (who) => {
      const { found, tried } = await differences(probed[who].sid);
      expect(found).toEqual([]);
      for (const name of [
        'portion.body',
        'portion.quantity_now',
        'document.id',
        'release_case.title',
        'proposal.digest',
        'rendition.readback',
        'access_list.title',
      ])
        expect(tried).toContain(name);
      expect(tried.length).toBeGreaterThan(60);
    },
    60_000,
  );
});

describe('enforced twice, taken away: what is worked out', () => {
  const asked = async (column: string): Promise<string[]> => (await differences(probed.official.sid, column)).found;

  /** A policy as it was before: the same rows, but asked after the question. */
  const late = (table: string, policy: string, using: string, now: string): Mechanism => ({
    take: `ALTER POLICY ${policy} ON ${table} USING (${using})`,
    giveBack: `ALTER POLICY ${policy} ON ${table} USING (${now})`,
  });
  const qualOf = async (table: string, policy: string): Promise<string> =>
    (
      await probed.admin.run<{ qual: string }>(
        'SELECT qual FROM pg_policies WHERE tablename = $1 AND policyname = $2',
        [table, policy],
      )
    )[0]!.qual;
  const bit = (column: string): string => `get_bit((SELECT sec.vb()), ${column}) <> 0`;

  it.each([
    ['portion.body', 'held', `${bit('protection_id')} AND ${bit('document_protection_id')}`],
    ['release_case.title', 'held', bit('protection_id')],
    [
      'access_list.title',
      'known_lists',
      'EXISTS (SELECT 1 FROM access_entry e WHERE e.list = name AND e.person_id = (SELECT sec.session_person()))',
    ],
  ])('%s, when its policy %s is asked after the question', async (column, policy, using) => {
    const table = column.split('.')[0]!;
    expect(await asked(column)).toEqual([]);
    const mechanism = late(table, policy, using, await qualOf(table, policy));
    expect(await takenAway(url, [mechanism], () => asked(column))).not.toEqual([]);
  });

  it.each(['portion.body', 'portion.quantity_now', 'portion.nation'])(
    '%s, when the planner has a sample of it',
    async (column) => {
      const [table, name] = column.split('.');
      const sample: Mechanism = {
        take: `ALTER TABLE ${table} ALTER COLUMN ${name} SET STATISTICS 100; ANALYZE ${table}`,
        giveBack: `ALTER TABLE ${table} ALTER COLUMN ${name} SET STATISTICS 0; SELECT pg_clear_attribute_stats('public', '${table}', '${name}', false)`,
      };
      expect(await takenAway(url, [sample], () => asked(column))).not.toEqual([]);
      expect(await asked(column)).toEqual([]);
    },
  );
});
