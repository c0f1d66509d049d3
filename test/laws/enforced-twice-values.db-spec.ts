import { Client } from 'pg';
import type { RoleName } from '#database';
import { CASE } from '../support/case-world';
import { asking } from '../support/cluster';
import { type ProbedHouse, openProbedHouse } from '../support/probed-house';
import { type Mechanism, granted, openedPolicy, takenAway } from '../support/taken-away';

/*
 * no_read_up, enforced twice: each database role asks every column of every table and of every view of the catalogue, openly and
 * through functions that tell what they were called with. What comes holds no word that the role may not read.
 */
let probed: ProbedHouse;
let url: string;

beforeAll(async () => {
  probed = await openProbedHouse();
  url = probed.alliance.house.databases.main('superuser');
}, 60_000);
afterAll(() => probed.close());

type Asker = readonly [
  name: string,
  role: Exclude<RoleName, 'register'>,
  session: 'official' | 'stranger' | 'officer' | undefined,
];

const ASKERS: readonly Asker[] = [
  ['the api in a session of the official', 'api', 'official'],
  ['the api in a session of the stranger', 'api', 'stranger'],
  ['the api without a session', 'api', undefined],
  ['the relay', 'relay', undefined],
  ['the registrar', 'registrar', undefined],
  ['the sealer', 'sealer', undefined],
  ['the guard', 'guard', undefined],
  ['the examiner without a session', 'examiner', undefined],
  ['the examiner in a session of the official', 'examiner', 'official'],
  ['the examiner in a session of a security officer', 'examiner', 'officer'],
];

/** What a role is there to read: the threat model lists it. */
const MAY_READ: Readonly<Partial<Record<RoleName, readonly string[]>>> = {
  guard: [CASE.title, CASE.summary, CASE.substitute],
  examiner: ['EXERCISE-JUNIPER'],
  registrar: ['EXERCISE-JUNIPER', 'EXERCISE Juniper, who may read the annex', 'EXERCISE Kale, what is read in'],
};

interface Column {
  readonly from: string;
  readonly column: string;
  readonly type: string;
}

const COLUMNS = `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS from, quote_ident(a.attname) AS column, t.typname AS type
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum`;

/** Every column of our own tables. */
const ours = (): Promise<Column[]> => probed.admin.run(COLUMNS, [['public', 'sec']]);

/** Every table and view of the catalogue and of the queue, with its columns. */
async function others(): Promise<Map<string, Column[]>> {
  const byTable = new Map<string, Column[]>();
  for (const each of await probed.admin.run<Column>(COLUMNS, [['pg_catalog', 'information_schema', 'queue']]))
    byTable.set(each.from, [...(byTable.get(each.from) ?? []), each]);
  return byTable;
}

/** Every word that an asker gets, and where. A statement that is refused gives what the refusal says. */
class Harvest {
  readonly found = new Set<string>();
  said = '';

  constructor(
    private readonly client: Client,
    private readonly words: readonly string[],
  ) {}

  /** Asks; answers whether it was not refused. */
  async ask(where: string, sql: string): Promise<boolean> {
    await this.client.query('SAVEPOINT asked');
    const answered = await this.client.query<Record<string, unknown>>(sql).then(
      ({ rows }) => ({ refused: false, said: rows.flatMap((row) => Object.values(row).map(String)).join('\n') }),
      (error: unknown) => ({ refused: true, said: saidBy(error) }),
    );
    if (answered.refused) await this.client.query('ROLLBACK TO SAVEPOINT asked');
    const { said } = answered;
    this.said += said;
    for (const word of this.words) if (said.includes(word)) this.found.add(`${where}: ${word}`);
    return !answered.refused;
  }
}

function saidBy(error: unknown): string {
  const { message, detail, hint, where } = error as Error & Partial<Record<'detail' | 'hint' | 'where', string>>;
  return [message, detail, hint, where].join('\n');
}

const textOf = (column: string, type: string): string =>
  type === 'bytea' ? `encode(${column}, 'escape')` : `${column}::text`;

async function harvest([, role, session]: Asker, table?: string): Promise<Harvest> {
  const words = probed.words.filter((word) => !(MAY_READ[role] ?? []).includes(word));
  return asking(probed.alliance.house.databases.main(role), async (client) => {
    await client.query('BEGIN');
    const sid = session === undefined ? '' : probed[session].sid;
    if (role === 'api' && sid !== '') await client.query('SELECT sec.enter($1)', [sid]);
    // The examiner enters no session: it is given the secret of one.
    else await client.query(`SELECT set_config('app.sid', $1, true)`, [sid]);
    const harvested = new Harvest(client, words);
    for (const each of await ours()) if (table === undefined || each.from === table) await askOfOurs(harvested, each);
    if (table === undefined) {
      for (const [from, columns] of await others()) {
        if (await harvested.ask(from, `SELECT string_agg(t::text, E'\\n') FROM ${from} AS t`)) continue;
        for (const { column } of columns)
          await harvested.ask(`${from}.${column}`, `SELECT string_agg(${column}::text, E'\\n') FROM ${from}`);
      }
      for (const [where, sql] of Object.entries(THROUGH_OTHERS)) await harvested.ask(where, sql);
    }
    await client.query('ROLLBACK');
    return harvested;
  });
}

async function askOfOurs(harvested: Harvest, { from, column, type }: Column): Promise<void> {
  const text = textOf(column, type);
  await harvested.ask(`${from}.${column}`, `SELECT string_agg(${text}, E'\\n') FROM ${from}`);
  // A function with an effect: what it was called with can be read afterwards, whether a row came or not.
  const called = `set_config('probe.heard', coalesce(current_setting('probe.heard', true), '') || ${text}, true) = ''`;
  const heard = `SELECT (SELECT count(*) FROM ${from} WHERE ${called}), current_setting('probe.heard', true)`;
  await harvested.ask(`${from}.${column}, heard`, heard);
  await harvested.ask(`${from}.${column}, as a number`, `SELECT count(*) FROM ${from} WHERE ${text}::int > 0`);
}

/** Functions of PostgreSQL that run a query for whoever calls them, and files. */
const THROUGH_OTHERS: Readonly<Record<string, string>> = {
  'a query as XML': `SELECT query_to_xml('SELECT * FROM portion', true, true, '')`,
  'a table as XML': `SELECT table_to_xml('release_case', true, true, '')`,
  'the schema as XML': `SELECT schema_to_xml('public', true, true, '')`,
  'the words of a query': `SELECT * FROM ts_stat('SELECT to_tsvector(body) FROM portion')`,
  'a document rewritten': `SELECT ts_rewrite('a'::tsquery, 'SELECT to_tsquery(body), to_tsquery(body) FROM portion')`,
  'a program block': `DO $$ DECLARE words text; BEGIN SELECT string_agg(body, ',') INTO words FROM public.portion; RAISE EXCEPTION '%', words; END $$`,
  'a whole row': `SELECT jsonb_agg(portion) FROM portion`,
  'a joined row': `SELECT * FROM document d FULL JOIN portion p ON p.document_id = d.id FULL JOIN release_case c ON c.document_id = d.id`,
  'a file': `SELECT pg_read_file('postgresql.conf')`,
  'a file of the database': `SELECT pg_read_binary_file((SELECT pg_relation_filepath('portion')))`,
  'a large object of others': `SELECT lo_get(oid) FROM pg_largeobject_metadata`,
  'the log of changes': `SELECT * FROM pg_logical_slot_peek_changes('any', NULL, NULL)`,
  'another server': `CREATE EXTENSION dblink`,
  'row security off': `SELECT set_config('row_security', 'off', true), (SELECT count(*) FROM portion)`,
};

describe('enforced twice: what is read', () => {
  it.each(ASKERS)(
    '%s',
    async (...asker) => {
      const { found, said } = await harvest(asker);
      expect([...found]).toEqual([]);
      // A harvest of nothing would show nothing: each asker reads what is there for it.
      const own = {
        api: asker[2] === undefined ? 'imprimatur_api' : 'instrument',
        relay: 'case.returned',
        registrar: 'NDPP-STAFF',
        sealer: 'imprimatur_sealer',
        guard: CASE.summary,
        examiner: asker[2] === 'officer' ? 'NDPP-STAFF' : 'imprimatur_examiner',
      };
      expect(said).toContain(own[asker[1]]);
      if (asker[1] === 'api' && asker[2] === 'official')
        expect(said).toContain('EXERCISE Marjoram, the figure is in the annex.');
    },
    60_000,
  );

  it('the relay, which alone may make functions, makes none that is asked before a policy', async () => {
    await asking(probed.alliance.house.databases.main('relay'), async (client) => {
      const heard: string[] = [];
      client.on('notice', ({ message }) => heard.push(String(message)));
      await client.query(
        `CREATE FUNCTION pg_temp.tell(kind text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '%', kind; RETURN true; END $$`,
      );
      await client.query('SELECT count(*) FROM instrument WHERE pg_temp.tell(kind)');
      expect(heard).toContain('person');
      expect(heard).not.toContain('clearance');
      await expect(
        client.query(`CREATE FUNCTION pg_temp.sure(text) RETURNS boolean LANGUAGE sql LEAKPROOF AS 'SELECT true'`),
      ).rejects.toMatchObject({
        code: '42501',
      });
    });
  });
});

describe('enforced twice: what one session leaves to the next', () => {
  const bodies = `SELECT body FROM portion WHERE body LIKE '%annex%'`;

  it('a prepared statement, whatever plan it has, asks for the session in which it is executed', async () => {
    await asking(probed.alliance.house.databases.main('api'), async (client) => {
      for (const mode of ['force_generic_plan', 'force_custom_plan', 'auto']) {
        await client.query(`SET plan_cache_mode = ${mode}; PREPARE asked AS ${bodies}`);
        for (const [who, rows] of [
          ['planner', 3],
          ['stranger', 0],
          ['planner', 3],
        ] as const) {
          await client.query('BEGIN');
          await client.query('SELECT sec.enter($1)', [probed.alliance[who].sid]);
          for (let time = 0; time < 7; time += 1) expect((await client.query('EXECUTE asked')).rows).toHaveLength(rows);
          await client.query('COMMIT');
          expect((await client.query('EXECUTE asked')).rows).toEqual([]);
        }
        await client.query('DEALLOCATE asked');
      }
    });
  });

  it('a cursor of a weak session shows nothing more when a later session is entered, and none is kept past its session', async () => {
    await asking(probed.alliance.house.databases.main('api'), async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT sec.enter($1)', [probed.stranger.sid]);
      await client.query(`DECLARE kept CURSOR WITH HOLD FOR ${bodies}`);
      await client.query('COMMIT');
      await client.query('BEGIN');
      await client.query('SELECT sec.enter($1)', [probed.alliance.planner.sid]);
      expect((await client.query('FETCH ALL FROM kept')).rows).toEqual([]);
      await client.query('COMMIT');
      await client.query('BEGIN');
      await client.query('SELECT sec.enter($1)', [probed.alliance.planner.sid]);
      await client.query(`DECLARE passing CURSOR FOR ${bodies}`);
      await client.query('COMMIT');
      await expect(client.query('FETCH ALL FROM passing')).rejects.toMatchObject({ code: '34000' });
    });
  });
});

describe('enforced twice, taken away: what is read', () => {
  const officialFinds = async (table: string): Promise<string> =>
    [...(await harvest(ASKERS[0]!, table)).found].join('\n');

  it.each([
    ['portion', 'held', 'body'],
    ['release_case', 'held', 'title'],
    ['case_remark', 'held', 'body'],
    ['access_list', 'known_lists', 'title'],
  ])('%s: its policy %s', async (table, policy, column) => {
    expect(await officialFinds(`public.${table}`)).toBe('');
    const found = await takenAway(url, [await openedPolicy(url, table, policy)], () =>
      officialFinds(`public.${table}`),
    );
    for (const how of ['', ', heard']) expect(found).toContain(`public.${table}.${column}${how}: `);
  });

  it('a column that is granted: the closed part', async () => {
    const mechanisms = [
      granted('SELECT', 'proposal_closed', 'imprimatur_relay'),
      await openedPolicy(url, 'proposal_closed', 'rights_reads'),
    ];
    const opened: Mechanism = {
      take: 'ALTER POLICY rights_reads ON proposal_closed TO imprimatur_relay',
      giveBack: 'ALTER POLICY rights_reads ON proposal_closed TO imprimatur_rights',
    };
    const relay = ASKERS.find(([, role]) => role === 'relay')!;
    const harvested = await takenAway(url, [...mechanisms, opened], () => harvest(relay, 'public.proposal_closed'));
    expect(harvested.said).toContain('MILITARY-PLANS');
  });
});
