import { CONNECTS, ROLES, databaseRole } from '#database';
import { Captured, functionsOf, grantsOf } from '../support/captured';
import { type TestDatabases, openDatabases } from '../support/cluster';
import { COUNTED_BY_INDEX, DECLARED, WITHOUT_ROW_SECURITY } from '../support/declared-grants';
import { type Mechanism, granted, noRowSecurity, takenAway } from '../support/taken-away';

/*
 * no_read_up, enforced twice: what the database's own catalogue says of who may touch what. A table, column, function or index that is
 * new fails here until somebody has written down what was decided about it.
 */
let databases: TestDatabases;
let admin: Captured;

beforeAll(async () => {
  databases = await openDatabases();
  admin = await Captured.take(databases.main('superuser'));
});
afterAll(async () => {
  await admin.close();
  await databases.drop();
});

const one = async (sql: string, parameters: readonly unknown[] = []): Promise<string[]> =>
  (await admin.run<{ found: string }>(sql, parameters)).map(({ found }) => found);

/** Owns the functions that look past policies; cannot log in. */
const RIGHTS_ROLE = 'imprimatur_rights';
const RUNTIME = ROLES.map(databaseRole);
const DUTIES = CONNECTS.main;

const OURS = `('public'::regnamespace, 'sec'::regnamespace)`;
const tablesWithoutRowSecurity = (): Promise<string[]> =>
  one(`SELECT relname AS found FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1`);
const secretTablesWithAGrant = (): Promise<string[]> =>
  one(
    `SELECT c.relname || ' to ' || r.role AS found FROM pg_class c, unnest($1::text[]) AS r (role)
      WHERE c.relnamespace = 'sec'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(r.role, c.oid, 'USAGE, SELECT, UPDATE')
            ELSE has_any_column_privilege(r.role, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') OR has_table_privilege(r.role, c.oid, 'DELETE, TRUNCATE, TRIGGER') END`,
    [RUNTIME],
  );
const openFunctions = (): Promise<string[]> =>
  one(`SELECT p.oid::regprocedure::text AS found FROM pg_proc p WHERE p.pronamespace IN ${OURS}
          AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE a.grantee = 0)`);
const looseFunctions = (): Promise<string[]> =>
  one(
    `SELECT p.oid::regprocedure::text AS found FROM pg_proc p WHERE p.pronamespace IN ${OURS} AND p.prosecdef
        AND (p.proowner <> $1::regrole OR NOT 'search_path=pg_catalog, pg_temp' = ANY (coalesce(p.proconfig, '{}')))`,
    [RIGHTS_ROLE],
  );
// A policy that reckons with the bitmap costs more than a comparison, and would be asked after it.
const latePolicies = (): Promise<string[]> =>
  one(`SELECT polrelid::regclass || ' ' || polname AS found FROM pg_policy
        WHERE pg_get_expr(polqual, polrelid) ~ 'sec[.]vb\\(' OR pg_get_expr(polqual, polrelid) ~ 'get_bit'`);
// A question that a policy asks of each row comes first only if it counts as cheaper than any comparison.
const dearQuestions = (): Promise<string[]> =>
  one(`SELECT DISTINCT p.oid::regprocedure::text AS found FROM pg_depend d JOIN pg_proc p ON p.oid = d.refobjid
        WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_proc'::regclass AND p.pronamespace = 'sec'::regnamespace
          AND p.pronargs > 0 AND p.procost > 0.001`);
const indexed = (): Promise<string[]> =>
  one(`SELECT c.relname || ': ' || string_agg(a.attname, ', ' ORDER BY a.attname) AS found FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity AND a.attnum > 0 AND ${COMPARABLE}
          AND has_column_privilege('imprimatur_api', c.oid, a.attnum, 'SELECT') AND ${INDEXED} GROUP BY c.relname ORDER BY c.relname`);
// How much stands under which protection is volume, and is listed as such.
const sampled = (): Promise<string[]> =>
  one(`SELECT c.relname || '.' || a.attname AS found FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relrowsecurity AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attname !~ 'protection_id$' AND ${COMPARABLE} AND NOT ${INDEXED} AND a.attstattarget IS DISTINCT FROM 0 ORDER BY 1`);
const COMPARABLE = `(t.typcategory <> 'A' AND t.typname NOT IN ('json', 'jsonb', 'tsvector'))`;
// What an index only carries along, it does not find.
const INDEXED =
  'EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))';

describe('enforced twice: what is written down', () => {
  it.each(DUTIES)('%s may do exactly this to tables and columns', async (role) => {
    const grants = (await grantsOf(admin, role)).filter((grant) => !grant.startsWith('queue.'));
    expect(grants).toEqual(DECLARED[role].tables);
  });

  it.each(DUTIES)('%s may call exactly these functions', async (role) => {
    expect(await functionsOf(admin, role)).toEqual(DECLARED[role].functions);
  });

  it('every table hides its rows, but those that are declared to have nothing to hide', async () => {
    expect(await tablesWithoutRowSecurity()).toEqual(Object.keys(WITHOUT_ROW_SECURITY).sort());
  });

  it('the index finds for the api what is declared, and no word of a text', async () => {
    expect(await indexed()).toEqual(COUNTED_BY_INDEX);
  });
});

describe('enforced twice: what never is', () => {
  it('a secret table that a runtime role reaches', async () => {
    expect(await secretTablesWithAGrant()).toEqual([]);
  });

  it('a function for everybody, or one with rights that are not its own or with a path that others choose', async () => {
    expect(await openFunctions()).toEqual([]);
    expect(await looseFunctions()).toEqual([]);
  });

  it('a policy that is asked after the question', async () => {
    expect(await latePolicies()).toEqual([]);
    expect(await dearQuestions()).toEqual([]);
  });

  it('a sample of what could be guessed', async () => {
    expect(await sampled()).toEqual([]);
  });

  it('a policy for everybody', async () => {
    expect(
      await one(`SELECT tablename || ' ' || policyname AS found FROM pg_policies WHERE 'public' = ANY (roles)`),
    ).toEqual([]);
  });

  it('a runtime role that is another, or more than others, or makes things', async () => {
    expect(
      await one(
        `SELECT rolname AS found FROM pg_roles WHERE rolname = ANY ($1) AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication)`,
        [[...RUNTIME, RIGHTS_ROLE]],
      ),
    ).toEqual([]);
    expect(
      await one('SELECT member::regrole::text AS found FROM pg_auth_members WHERE member::regrole::text = ANY ($1)', [
        RUNTIME,
      ]),
    ).toEqual([]);
    expect(
      await one(
        `SELECT r.role || ' in ' || n.nspname AS found FROM unnest($1::text[]) AS r (role), pg_namespace n
          WHERE n.nspname !~ '^pg_(toast_)?temp' AND has_schema_privilege(r.role, n.oid, 'CREATE')`,
        [RUNTIME],
      ),
    ).toEqual([]);
    expect(
      await one(
        `SELECT r.role AS found FROM unnest($1::text[]) AS r (role) WHERE has_database_privilege(r.role, current_database(), 'CREATE, TEMPORARY')`,
        [RUNTIME],
      ),
    ).toEqual([databaseRole('relay')]);
  });

  it('a view, a rule, a foreign table, an extension or an event trigger, past which rows could be seen', async () => {
    expect(
      await one(
        `SELECT relname AS found FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')`,
      ),
    ).toEqual([]);
    expect(
      await one(
        `SELECT rulename AS found FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace IN ${OURS} AND c.relkind = 'r'`,
      ),
    ).toEqual([]);
    expect(await one(`SELECT extname AS found FROM pg_extension`)).toEqual(['plpgsql']);
    expect(await one('SELECT evtname AS found FROM pg_event_trigger')).toEqual([]);
    expect(await one('SELECT srvname AS found FROM pg_foreign_server')).toEqual([]);
  });

  it('a sequence that tells a number', async () => {
    expect(
      await one(
        `SELECT c.relname || ' to ' || r.role AS found FROM pg_class c, unnest($1::text[]) AS r (role)
          WHERE c.relkind = 'S' AND c.relnamespace IN ${OURS} AND has_sequence_privilege(r.role, c.oid, 'USAGE, SELECT, UPDATE')`,
        [RUNTIME],
      ),
    ).toEqual([]);
  });
});

describe('enforced twice, taken away', () => {
  const TABLE: Mechanism = {
    take: 'CREATE TABLE public.forgotten (words text); GRANT SELECT ON public.forgotten TO imprimatur_api',
    giveBack: 'DROP TABLE public.forgotten',
  };
  const FUNCTION: Mechanism = {
    take: `CREATE FUNCTION sec.forgotten() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT 'x' $$; GRANT EXECUTE ON FUNCTION sec.forgotten() TO PUBLIC`,
    giveBack: 'DROP FUNCTION sec.forgotten()',
  };
  const SAMPLE: Mechanism = {
    take: 'ALTER TABLE portion ALTER COLUMN body SET STATISTICS 100',
    giveBack: 'ALTER TABLE portion ALTER COLUMN body SET STATISTICS 0',
  };
  const DEAR: Mechanism = {
    take: 'ALTER FUNCTION sec.session_holds(int[]) COST 100',
    giveBack: 'ALTER FUNCTION sec.session_holds(int[]) COST 0.0001',
  };
  const INDEX: Mechanism = { take: 'CREATE INDEX forgotten ON portion (nation)', giveBack: 'DROP INDEX forgotten' };

  it.each<[string, Mechanism, () => Promise<string[]>, string]>([
    ['row security of a table', noRowSecurity('portion'), tablesWithoutRowSecurity, 'portion'],
    ['a table that nobody thought of', TABLE, tablesWithoutRowSecurity, 'forgotten'],
    [
      'a grant that nobody declared',
      granted('SELECT', 'clearance', 'imprimatur_api'),
      () => grantsOf(admin, 'api'),
      'public.clearance: SELECT',
    ],
    [
      'a grant on rights',
      granted('SELECT', 'sec.session', 'imprimatur_api'),
      secretTablesWithAGrant,
      'session to imprimatur_api',
    ],
    ['a function for everybody', FUNCTION, openFunctions, 'sec.forgotten()'],
    ['a function of the owner', FUNCTION, looseFunctions, 'sec.forgotten()'],
    ['a function that nobody declared', FUNCTION, () => functionsOf(admin, 'sealer'), 'sec.forgotten()'],
    ['what makes a policy come first', DEAR, dearQuestions, 'sec.session_holds(integer[])'],
    ['a sample of the text', SAMPLE, sampled, 'portion.body'],
    ['an index of a field', INDEX, indexed, 'portion: document_id, id, nation, ordinal, version_id'],
  ])('%s', async (_what, mechanism, found, expected) => {
    expect(await found()).not.toContain(expected);
    expect(await takenAway(databases.main('superuser'), [mechanism], found)).toContain(expected);
  });
});
