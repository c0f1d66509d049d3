import fc from 'fast-check';
import { Client } from 'pg';
import { actorWith } from '../../../../test/support/access-people';
import { type TestDatabases, openDatabases } from '../../../../test/support/cluster';
import {
  type AccessRules,
  type Actor,
  type Columns,
  type RuleCondition,
  type Thing,
  decide,
  environmentOf,
  ruleCondition,
} from '../index';

/** A row of the table that is asked, as the database gives it back. */
interface Row {
  readonly id: number;
  readonly nation: string | null;
  readonly owner: string | null;
  readonly year: number | null;
  readonly exercise: boolean | null;
  readonly due: Date | null;
  readonly nations: string[] | null;
}

const COLUMNS: Columns = {
  nation: { sql: 't.nation', type: 'text' },
  owner: { sql: 't.owner', type: 'uuid' },
  year: { sql: 't.year', type: 'number' },
  exercise: { sql: 't.exercise', type: 'boolean' },
  due: { sql: 't.due', type: 'moment' },
  nations: { sql: 't.nations', type: 'texts' },
};

const ME = actorWith().personId;
const OTHER = '5f0d3c0e-0d5a-4a3a-8b1e-222222222222';

/** A row as the plain decision takes it; what is NULL is not said. What no column says, the thing does not say either. */
const thingOf = (row: Row): Thing => ({ ...row, kind: 'AuditEvent', protections: [] });

const values = {
  nation: ['DEU', 'NLD', 'deu', '', 'é', "O'Brien", '${actor.nation}', 'x" OR TRUE --'],
  owner: [ME, OTHER, ME.toUpperCase(), 'no uuid'],
  year: [2029, 2030, 2030.5, 0, -1],
  due: ['2030-01-01', '2030-01-01T00:00:00.123Z', '2030-01-01T00:00:00.124Z', '${actor.enteredAt}'],
};
const anyValue = fc.constantFrom<string | number | boolean>(
  ...values.nation,
  ...values.owner,
  ...values.year,
  true,
  false,
  '${actor.nation}',
  '${actor.personId}',
);
const listOfValues = fc.array(
  anyValue.filter((value) => typeof value !== 'string' || !value.startsWith('${')),
  { minLength: 1, maxLength: 3 },
);
const attribute = fc.constantFrom(
  ...['nation', 'owner', 'year', 'exercise', 'due', 'nations', 'nation', 'owner', 'year', 'nations', 'unheard'],
);
const fitting = (name: string): fc.Arbitrary<unknown> =>
  name === 'year' || name === 'nation' || name === 'owner' || name === 'due'
    ? fc.constantFrom<unknown>(...(name === 'due' ? ['x'] : values[name]))
    : name === 'exercise'
      ? fc.boolean()
      : fc.constantFrom('DEU', 'NLD');
const operator: fc.Arbitrary<Record<string, unknown>> = attribute.chain((name) =>
  fc
    .oneof(
      fc
        .constantFrom('$eq', '$ne')
        .chain((of) => fc.oneof({ arbitrary: fitting(name), weight: 4 }, anyValue).map((value) => ({ [of]: value }))),
      fc
        .constantFrom('$in', '$nin', '$all')
        .chain((of) => fc.oneof(listOfValues, fc.constant('${actor.roles}')).map((some) => ({ [of]: some }))),
      fc
        .constantFrom('$gt', '$gte', '$lt', '$lte')
        .chain((of) => fc.constantFrom<unknown>(...values.year, ...values.due).map((value) => ({ [of]: value }))),
      fc.boolean().map((wanted) => ({ $exists: wanted })),
      fc.constantFrom('DEU', 'NLD').map((value) => ({ $not: { $ne: value } })),
    )
    .map((asked): Record<string, unknown> => ({ [name]: asked })),
);
const { condition } = fc.letrec<{ condition: Record<string, unknown> }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    operator,
    fc.tuple(operator, operator).map((parts): Record<string, unknown> => Object.assign({}, ...parts)),
    fc
      .constantFrom('$and', '$or', '$nor')
      .chain((of) =>
        fc
          .array(tie('condition'), { minLength: 1, maxLength: 3 })
          .map((parts): Record<string, unknown> => ({ [of]: parts })),
      ),
  ),
}));
const rulesArbitrary: fc.Arbitrary<AccessRules> = fc
  .array(
    fc.record({
      roles: fc.constantFrom(['*'], ['*'], ['*'], ['requester'], ['auditor']),
      inverted: fc.boolean(),
      conditions: fc.option(condition, { nil: undefined, freq: 8 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((rules) => ({
    version: 'exercise',
    rules: rules.map(({ roles, inverted, conditions }, n) => ({
      id: `r-${String(n)}`,
      roles: [...roles],
      action: 'search',
      subject: 'AuditEvent',
      inverted,
      ...(conditions === undefined ? {} : { conditions }),
    })),
  }));
const actors: fc.Arbitrary<Actor> = fc
  .record({ nation: fc.constantFrom('DEU', null), roles: fc.constantFrom(['requester'], ['DEU', 'NLD'], []) })
  .map(actorWith);

describe('the rules as SQL', () => {
  let databases: TestDatabases;
  let client: Client;
  let rows: Row[];

  beforeAll(async () => {
    databases = await openDatabases();
    client = new Client({ connectionString: databases.main('superuser') });
    await client.connect();
    await client.query(`
      CREATE TEMP TABLE t (id int PRIMARY KEY, nation text, owner uuid, year numeric, exercise boolean, due timestamptz, nations text[]);
      INSERT INTO t
      SELECT row_number() OVER (), nation, owner::uuid, year, exercise, due::timestamptz, nations
        FROM unnest(ARRAY['DEU', 'NLD', 'é', 'O''Brien', NULL]) AS nation,
             unnest(ARRAY['${ME}', '${OTHER}', NULL]) AS owner,
             unnest(ARRAY[2029, 2030.5, NULL]) AS year,
             unnest(ARRAY[true, false, NULL]) AS exercise,
             unnest(ARRAY['2030-01-01T00:00:00.123456Z', '2030-01-01T00:00:00Z', '2026-06-05T12:00:00.000Z', NULL]) AS due,
             (VALUES (ARRAY['DEU', 'NLD']), (ARRAY['NOR', NULL]), ('{}'::text[]), (NULL)) AS lists (nations)`);
    const found = await client.query<Row>(
      'SELECT id, nation, owner, year::float8 AS year, exercise, due, nations FROM t ORDER BY id',
    );
    ({ rows } = found);
  });

  afterAll(async () => {
    await client.end();
    await databases.drop();
  });

  async function inSql(asked: RuleCondition): Promise<number[]> {
    if (asked === 'everything') return rows.map(({ id }) => id);
    if (asked === 'nothing') return [];
    const { sql, parameters } = asked;
    // Never NULL: what is let through and what is not are all the rows there are.
    const { rows: found } = await client.query<{ id: number; met: boolean | null }>(
      `SELECT id, ${sql} AS met FROM t WHERE $1::int = 1 ORDER BY id`,
      [1, ...parameters],
    );
    expect(found.filter(({ met }) => met === null)).toEqual([]);
    const { rows: filtered } = await client.query<{ id: number }>(
      `SELECT id FROM t WHERE $1::int = 1 AND ${sql} ORDER BY id`,
      [1, ...parameters],
    );
    expect(filtered.map(({ id }) => id)).toEqual(found.filter(({ met }) => met).map(({ id }) => id));
    return filtered.map(({ id }) => id);
  }

  const inCode = (rules: AccessRules, actor: Actor): number[] =>
    rows
      .filter((row) => decide(actor, 'search', thingOf(row), environmentOf(actor, rules)).effect === 'permit')
      .map(({ id }) => id);

  const translated = (rules: AccessRules, actor: Actor): RuleCondition =>
    ruleCondition({ rules, actor, action: 'search', subject: 'AuditEvent' }, COLUMNS, 2);

  it('let through the rows that the plain decision permits, with NULLs, moments, lists and values of other types', async () => {
    const found = { some: 0, all: 0, none: 0 };
    await fc.assert(
      fc.asyncProperty(rulesArbitrary, actors, async (rules, actor) => {
        const expected = inCode(rules, actor);
        expect(await inSql(translated(rules, actor))).toEqual(expected);
        found[expected.length === 0 ? 'none' : expected.length === rows.length ? 'all' : 'some'] += 1;
      }),
      { numRuns: 400 },
    );
    expect(found.some).toBeGreaterThan(50);
    expect(found.none).toBeGreaterThan(20);
  }, 120_000);

  it.each<[string, Record<string, unknown>, string]>([
    ['a value', { nation: "x'; DROP TABLE t; --" }, "x'; DROP TABLE t; --"],
    ['a list', { nation: { $in: ['DEU', '"); --'] } }, '"); --'],
  ])('%s of the rules is bound, never pasted', (_name, conditions, value) => {
    const rules: AccessRules = {
      version: 'exercise',
      rules: [{ id: 'r', roles: ['*'], action: 'search', subject: 'AuditEvent', conditions }],
    };
    const asked = translated(rules, actorWith());
    expect(asked).toMatchObject({ sql: expect.not.stringContaining('--') });
    expect(JSON.stringify(asked)).toContain(JSON.stringify(value).slice(1, -1));
  });

  it('shows what a translation without care for NULL would let through', async () => {
    const rules: AccessRules = {
      version: 'exercise',
      rules: [
        { id: 'all', roles: ['*'], action: 'search', subject: 'AuditEvent' },
        {
          id: 'not-ours',
          roles: ['*'],
          action: 'search',
          subject: 'AuditEvent',
          inverted: true,
          conditions: { nation: 'DEU' },
        },
      ],
    };
    const asked = translated(rules, actorWith());
    if (typeof asked === 'string') throw new Error('a condition was expected');
    const careless = { ...asked, sql: asked.sql.replace('t.nation IS NOT NULL', 'TRUE') };
    expect(await inSql(asked)).toEqual(inCode(rules, actorWith()));
    const { rows: met } = await client.query<{ met: boolean | null }>(
      `SELECT ${careless.sql.replaceAll('$2', '$1')} AS met FROM t`,
      [...asked.parameters],
    );
    expect(met.some((row) => row.met === null)).toBe(true);
  });

  it.each<[string, AccessRules['rules'][number][], RuleCondition]>([
    ['no rule', [{ id: 'r', roles: ['nobody'], action: 'search', subject: 'AuditEvent' }], 'nothing'],
    ['a rule without conditions', [{ id: 'r', roles: ['*'], action: 'search', subject: 'AuditEvent' }], 'everything'],
    [
      'a prohibition without conditions',
      [
        { id: 'r', roles: ['*'], action: 'search', subject: 'AuditEvent' },
        { id: 's', roles: ['*'], action: 'search', subject: 'AuditEvent', inverted: true },
      ],
      'nothing',
    ],
    [
      'an attribute that no column says',
      [{ id: 'r', roles: ['*'], action: 'search', subject: 'AuditEvent', conditions: { unheard: { $ne: 1 } } }],
      'nothing',
    ],
    [
      'an attribute of every object',
      [{ id: 'r', roles: ['*'], action: 'search', subject: 'AuditEvent', conditions: { constructor: { $ne: 1 } } }],
      'nothing',
    ],
    [
      'rules that cannot be read',
      [
        { id: 'r', roles: ['*'], action: 'search', subject: 'AuditEvent' },
        { id: 's', roles: ['*'], action: 'search', subject: 'AuditEvent', conditions: { nation: { $regex: 'x' } } },
      ],
      'nothing',
    ],
  ])('%s needs no question', (_name, rules, expected) => {
    expect(translated({ version: 'exercise', rules }, actorWith())).toEqual(expected);
  });
});
