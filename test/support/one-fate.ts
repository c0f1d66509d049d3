import crypto, { createHash } from 'node:crypto';
import { Client } from 'pg';
import { Tx } from '#database';

const NOT_FAKED = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

/**
 * One course of time and of chance for everything that a test does: the process and its database have one clock, which stands
 * between steps, and what either of them draws by lot is drawn from the name of the step. So two worlds that take the same step
 * make the same ids, secrets and moments, whatever was done in one of them besides.
 *
 * Only a test's own copy of a database is changed: `now()` and `gen_random_uuid()` in its functions, defaults and policies; and `now()`
 * in the statements of the process.
 */
export class Fate {
  private readonly start = Math.floor(Date.now() / 1_000) * 1_000;
  private step = 'before';
  private readonly drawn = new Map<string, number>();
  private readonly spies: jest.SpyInstance[] = [];
  private readonly givesBack: (() => void)[] = [];

  private constructor(private readonly database: Client) {}

  static async over(superuserUrl: string): Promise<Fate> {
    const database = new Client({ connectionString: superuserUrl });
    await database.connect();
    await database.query(ONE_CLOCK);
    await database.query(REPLACE);
    const fate = new Fate(database);
    jest.useFakeTimers({ now: fate.start, doNotFake: [...NOT_FAKED] });
    fate.spies.push(
      jest.spyOn(crypto, 'randomUUID').mockImplementation(() => fate.uuid()),
      jest.spyOn(crypto, 'randomBytes').mockImplementation((size: number) => fate.bytes(size)),
    );
    fate.givesBack.push(...STATEMENTS.map(askingOneClock));
    await fate.takeStep('before', 0);
    return fate;
  }

  /** From here on it is this step; `second` is how long after the beginning it happens. */
  async takeStep(name: string, second: number): Promise<void> {
    this.step = name;
    this.drawn.clear();
    const at = this.start + second * 1_000;
    jest.setSystemTime(at);
    await this.database.query(
      `WITH turn AS (SELECT setval('exercise.turn', 1, false)) UPDATE exercise.moment SET at = $1, step = $2 FROM turn`,
      [new Date(at).toISOString(), name],
    );
  }

  /** Time and chance are their own again. */
  async end(): Promise<void> {
    for (const spy of this.spies) spy.mockRestore();
    for (const giveBack of this.givesBack) giveBack();
    jest.useRealTimers();
    await this.database.end();
  }

  private uuid(): ReturnType<typeof crypto.randomUUID> {
    const hex = this.bytes(16, 'uuid').toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** Each size has a series of its own: a connection that is opened on the way draws too, at no moment that a test could name. */
  private bytes(size: number, kind = String(size)): Buffer {
    const n = (this.drawn.get(kind) ?? 0) + 1;
    this.drawn.set(kind, n);
    const blocks = Array.from({ length: Math.ceil(size / 32) }, (_none, block) =>
      createHash('sha256').update([this.step, kind, n, block].join('\n')).digest(),
    );
    return Buffer.concat(blocks).subarray(0, size);
  }
}

const STATEMENTS = ['row', 'rows', 'change'] as const satisfies readonly (keyof Tx)[];

/** Statements of the process ask the same clock; answers what makes them ask their own again. */
function askingOneClock(name: (typeof STATEMENTS)[number]): () => void {
  const stands = Reflect.get(Tx.prototype, name) as (this: Tx, sql: string, ...given: unknown[]) => unknown;
  Reflect.set(Tx.prototype, name, function (this: Tx, sql: string, ...given: unknown[]) {
    return stands.call(this, sql.replaceAll(/(?<!exercise\.)\bnow\(\)/g, 'exercise.now()'), ...given);
  });
  return () => void Reflect.set(Tx.prototype, name, stands);
}

const ONE_CLOCK = `
  CREATE SCHEMA exercise;
  GRANT USAGE ON SCHEMA exercise TO PUBLIC;
  CREATE TABLE exercise.moment (at timestamptz NOT NULL, step text NOT NULL);
  INSERT INTO exercise.moment VALUES (now(), '');
  CREATE SEQUENCE exercise.turn;
  CREATE FUNCTION exercise.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS 'SELECT at FROM exercise.moment';
  CREATE FUNCTION exercise.uuid() RETURNS uuid LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
      SELECT regexp_replace(md5(step || nextval('exercise.turn')::text), '^(.{12}).(.{3}).', '\\14\\2a')::uuid FROM exercise.moment
    $$;
  GRANT EXECUTE ON FUNCTION exercise.now(), exercise.uuid() TO PUBLIC;
`;

const REPLACE = `
  CREATE FUNCTION exercise.told(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(regexp_replace($1, '(?<!exercise\\.)\\m(now|clock_timestamp|statement_timestamp)\\(\\)', 'exercise.now()', 'g'),
                          '\\mgen_random_uuid\\(\\)', 'exercise.uuid()', 'g');
  $$;
  DO $do$
  DECLARE each record;
  BEGIN
    FOR each IN SELECT pg_get_functiondef(p.oid) AS stands FROM pg_proc p
                 WHERE p.pronamespace IN ('sec'::regnamespace, 'public'::regnamespace) AND p.prosrc <> exercise.told(p.prosrc)
                   AND p.prolang IN (SELECT oid FROM pg_language WHERE lanname IN ('sql', 'plpgsql'))
    LOOP EXECUTE exercise.told(each.stands); END LOOP;
    FOR each IN SELECT d.adrelid::regclass AS relation, a.attname AS name, pg_get_expr(d.adbin, d.adrelid) AS stands
                  FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                  JOIN pg_class c ON c.oid = d.adrelid
                 WHERE c.relnamespace IN ('sec'::regnamespace, 'public'::regnamespace) AND a.attgenerated = ''
    LOOP
      IF each.stands <> exercise.told(each.stands) THEN
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', each.relation, each.name, exercise.told(each.stands));
      END IF;
    END LOOP;
    FOR each IN SELECT format('%I ON %I.%I', policyname, schemaname, tablename) AS name, qual, with_check FROM pg_policies
                 WHERE schemaname IN ('sec', 'public')
    LOOP
      IF each.qual <> exercise.told(each.qual) THEN
        EXECUTE format('ALTER POLICY %s USING (%s)', each.name, exercise.told(each.qual)); END IF;
      IF each.with_check <> exercise.told(each.with_check) THEN
        EXECUTE format('ALTER POLICY %s WITH CHECK (%s)', each.name, exercise.told(each.with_check)); END IF;
    END LOOP;
  END $do$;
`;
