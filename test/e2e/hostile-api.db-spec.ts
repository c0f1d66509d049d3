import { type AllianceHouse, frozenCase, openAllianceHouse } from '../support/alliance';
import { Captured, DENIED, administrator, captured, functionsOf, grantsOf } from '../support/captured';
import { DECLARED } from '../support/declared-grants';

/*
 * An attacker holds the api's database role. What the database itself denies, with and without the secret of a live session. What
 * a session gives is in hostile-session; what the attacker may write, and who does not believe it, in hostile-evidence,
 * hostile-decisions, hostile-instruments and hostile-statements.
 */
let alliance: AllianceHouse;
let admin: Captured;
let api: Captured;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
  api = await captured(alliance.house, 'api');
  await frozenCase(alliance);
});

afterAll(async () => {
  await api.close();
  await admin.close();
  await alliance.house.close();
});

describe('what a captured api holds in its hands', () => {
  it('is exactly this in tables: nothing is deleted, and of what is written only a case and what was read is changed', async () => {
    expect(await grantsOf(admin, 'api')).toEqual(DECLARED.api.tables);
  });

  it('is exactly this in functions: none takes a person or a bitmap, and none answers of a session but the one at hand', async () => {
    expect(await functionsOf(admin, 'api')).toEqual(DECLARED.api.functions);
  });

  it.each([
    ['a clearance', 'SELECT * FROM clearance'],
    ['a session', 'SELECT * FROM sec.session'],
    ['a password', 'SELECT * FROM sec.password'],
    ['the pepper', 'SELECT * FROM sec.pepper'],
    ['who somebody is', 'SELECT identity, roles FROM person'],
    ['what others handed in', 'SELECT * FROM instrument_submission'],
    ['what is about to be sealed', 'SELECT * FROM audit_pending'],
    ['the outbox', 'SELECT * FROM outbox'],
    ['the queue', 'SELECT * FROM queue.job'],
    ['the rights of another', `SELECT sec.bitmap_of(gen_random_uuid(), 1)`],
    ['the tokens of another', `SELECT sec.tokens_of(gen_random_uuid())`],
    ['whether another is cleared', `SELECT sec.person_covers_case(gen_random_uuid(), gen_random_uuid())`],
    ['whether withheld text occurs', `SELECT sec.withheld_text_occurs(gen_random_uuid())`],
  ])('reads not %s', async (_what, sql) => {
    expect(await api.as(alliance.planner).attempt(sql)).toBe(DENIED);
  });

  it.each([
    ['a label', `UPDATE protection SET label = '{}'`],
    ['a portion', `UPDATE portion SET protection_id = 1`],
    ['a frozen proposal', `UPDATE proposal SET outgoing = '{}'`],
    ['a rendition', `DELETE FROM rendition`],
    ['a decision', `UPDATE decision SET verdict = 'approve'`],
    ['who requested', `UPDATE release_case SET requested_by = gen_random_uuid()`],
    ['which release it is', `UPDATE release_case SET release = 'r-00000000000000000000'`],
    ['the version it draws from', `UPDATE release_case SET version_id = gen_random_uuid()`],
    ['a record', `UPDATE audit_event SET outcome = 'done'`],
    ['the ledger', `DELETE FROM ledger_leaf`],
    ['a clearance', `UPDATE clearance SET valid_until = 'infinity'`],
    ['a bitmap', `UPDATE sec.session SET bitmap = repeat('\\377', 8192)::bytea`],
    ['a password', `UPDATE sec.password SET failures = 0`],
    ['what became of a statement', `UPDATE instrument_submission SET state = 'accepted'`],
    ['everything', `TRUNCATE audit_event CASCADE`],
  ])('changes not %s', async (_what, sql) => {
    expect(await api.as(alliance.planner).attempt(sql)).toBe(DENIED);
  });

  it.each([
    ['an instrument', `INSERT INTO instrument (id, kind, statement) VALUES (gen_random_uuid(), 'key', '{}')`],
    ['a publication', `INSERT INTO publication SELECT id, id, release, now(), '' FROM release_case`],
    ['a refusal of the guard', `INSERT INTO guard_refusal SELECT id, id, id, now(), '[]' FROM release_case`],
    ['a notification', `INSERT INTO notification SELECT gen_random_uuid(), id, id, 'x', NULL, now() FROM person`],
    [
      'a clearance',
      `INSERT INTO clearance SELECT id, id, 'NATO', ARRAY['SECRET'], '[]', now(), 'infinity', NULL, id FROM person`,
    ],
    ['a person', `INSERT INTO person (id) VALUES (gen_random_uuid())`],
    ['a session', `INSERT INTO sec.session (sid_hash, person_id, kind) SELECT '', id, 'session' FROM person`],
    ['a protection past its function', `INSERT INTO protection (label, need_to_know) VALUES ('{}', '{everyone}')`],
    [
      'a leaf of the ledger',
      `INSERT INTO ledger_leaf (leaf_index, event_id, leaf_data) VALUES (0, gen_random_uuid(), '')`,
    ],
  ])('writes not %s', async (_what, sql) => {
    expect(await api.as(alliance.planner).attempt(sql)).toBe(DENIED);
  });
});

describe('a captured api becomes nobody else', () => {
  it.each([
    'SET ROLE imprimatur_rights',
    'SET ROLE imprimatur_guard',
    'SET ROLE imprimatur_owner',
    'SET SESSION AUTHORIZATION imprimatur_owner',
    'ALTER ROLE imprimatur_api BYPASSRLS',
    'CREATE ROLE another',
    'GRANT SELECT ON clearance TO imprimatur_api',
    'ALTER TABLE portion DISABLE ROW LEVEL SECURITY',
    'CREATE POLICY all_of_it ON portion TO imprimatur_api USING (true)',
    'CREATE TEMPORARY TABLE portion (body text)',
    'CREATE TABLE public.mine (n int)',
    'CREATE SCHEMA mine',
    'CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'CREATE OR REPLACE FUNCTION sec.vb() RETURNS bytea LANGUAGE sql AS $$ SELECT NULL::bytea $$',
    'CREATE VIEW public.mine AS SELECT 1',
    `COPY portion TO PROGRAM 'cat'`,
    `SELECT pg_read_file('/etc/hostname')`,
    "SET log_statement = 'all'",
    'SET session_replication_role = replica',
    'SET row_security = off; SELECT * FROM portion',
    "DO $$ BEGIN PERFORM set_config('role', 'imprimatur_rights', false); END $$",
  ])('%s', async (sql) => {
    expect(await api.as(alliance.planner).attempt(sql)).toBe(DENIED);
  });

  it('answers the same whatever the search path says', async () => {
    const seen = await api.as(alliance.stranger).together(async (statement) => {
      await statement('SET LOCAL search_path = pg_temp, sec, pg_catalog, public');
      return statement<{ n: number }>('SELECT count(*)::int AS n FROM public.portion');
    });
    expect(seen).toEqual([{ n: 0 }]);
  });

  it('connects to no other database of the house', async () => {
    await expect(Captured.take(alliance.house.databases.register('api'))).rejects.toMatchObject({ code: DENIED });
  });
});

describe('a captured api without a live session', () => {
  const TABLES = [
    'document',
    'version',
    'portion',
    'protection',
    'release_case',
    'proposal_item',
    'proposal',
    'proposal_closed',
    'rendition',
    'decision',
    'case_remark',
    'publication',
    'guard_refusal',
    'notification',
    'audit_event',
  ];

  it.each(TABLES)('sees no row of %s', async (table) => {
    const [there] = await admin.run<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    expect(await api.run(`SELECT 1 FROM ${table}`)).toEqual([]);
    // Else nothing would be shown by an empty answer.
    const empty = ['decision', 'case_remark', 'publication', 'guard_refusal', 'notification'];
    expect(there!.n > 0).toBe(!empty.includes(table));
  });

  it('guesses none: neither the hash that is stored, nor an end of one, nor nothing at all', async () => {
    const [stored] = await admin.run<{ hash: string }>(
      `SELECT encode(sid_hash, 'hex') AS hash FROM sec.session WHERE person_id = $1`,
      [alliance.planner.person],
    );
    const guesses = ['', ' ', '\\x', stored!.hash, `\\x${stored!.hash}`, alliance.planner.sid.slice(1), 'x'.repeat(43)];
    for (const sid of guesses) {
      const guessed = api.as({ sid });
      expect(await guessed.run('SELECT sec.session_person() AS who, sec.vb() AS rights')).toEqual([
        { who: null, rights: null },
      ]);
      expect(await guessed.run('SELECT holder FROM sec.enter($1)', [sid])).toEqual([{ holder: null }]);
      expect(await guessed.run('SELECT body FROM portion')).toEqual([]);
    }
  });

  it('keeps nothing of a session past its transaction', async () => {
    expect(await api.as(alliance.planner).run('SELECT body FROM portion')).not.toEqual([]);
    expect(await api.run('SELECT body FROM portion')).toEqual([]);
  });
});
