import { randomBytes, randomUUID } from 'node:crypto';
import { type AllianceHouse, frozenCase, openAllianceHouse } from '../support/alliance';
import { Captured, DENIED, administrator, captured } from '../support/captured';

/*
 * An attacker holds the api's database role and has seen the secrets of live sessions. The sentence of the threat model stands:
 * read and write as anyone with a live session, and as nobody else.
 */
let alliance: AllianceHouse;
let admin: Captured;
let api: Captured;
let frozen: { caseId: string; documentId: string };

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
  api = await captured(alliance.house, 'api');
  frozen = await frozenCase(alliance);
});

afterAll(async () => {
  await api.close();
  await admin.close();
  await alliance.house.close();
});

describe('a captured api with a live session', () => {
  it('reads as that person, which the threat model admits, and not a portion more', async () => {
    const bodies = async (who: { sid: string }): Promise<string[]> =>
      (await api.as(who).run<{ body: string }>('SELECT body FROM portion ORDER BY ordinal')).map((row) => row.body);
    expect(await bodies(alliance.planner)).toHaveLength(5);
    expect(await bodies(alliance.official)).toEqual([]);
    expect(await bodies(alliance.stranger)).toEqual([]);
  });

  it('makes no error speak of a hidden row', async () => {
    const stranger = api.as(alliance.stranger);
    expect(await stranger.run('SELECT count(*)::int AS n FROM portion WHERE body::int > 0')).toEqual([{ n: 0 }]);
    expect(await stranger.run('SELECT count(*)::int AS n FROM proposal WHERE (outgoing ->> 0)::int > 0')).toEqual([
      { n: 0 },
    ]);
    expect(await api.as(alliance.planner).attempt('SELECT 1 FROM portion WHERE body::int > 0')).toBe('22P02');
  });

  it('finds no sample of hidden rows in the statistics', async () => {
    await admin.run('ANALYZE');
    const stats = `SELECT count(*)::int AS n FROM pg_stats WHERE schemaname = 'public' AND tablename = ANY ($1)`;
    const tables = [['portion', 'release_case', 'proposal', 'clearance', 'decision', 'rendition']];
    expect(await api.as(alliance.planner).run(stats, tables)).toEqual([{ n: 0 }]);
    expect(await admin.run(stats, tables)).not.toEqual([{ n: 0 }]);
  });

  it.each([
    [
      'a case in another name',
      `INSERT INTO release_case (id, protection_id, document_id, version_id, release, audience, title, summary, state, round, requested_by,
         procedure_id, procedure_version, window_not_before, window_not_after, created_at, updated_at)
       SELECT gen_random_uuid(), protection_id, document_id, version_id, 'r-1', audience, title, summary, 'draft', 1, $1, procedure_id,
         procedure_version, window_not_before, window_not_after, created_at, updated_at FROM release_case LIMIT 1`,
    ],
    [
      'a decision in another name',
      `INSERT INTO decision (id, case_id, proposal_id, stage, person_id, identity, verdict, statement, protection_id, received_at)
       SELECT gen_random_uuid(), case_id, id, 'adoption', $1, 'x', 'approve', '{}', protection_id, now() FROM proposal LIMIT 1`,
    ],
    [
      'a remark in another name',
      `INSERT INTO case_remark SELECT gen_random_uuid(), case_id, 1, $1, 'withdraw', 'x', protection_id, now() FROM proposal LIMIT 1`,
    ],
    [
      'a document in another name',
      `INSERT INTO document SELECT gen_random_uuid(), protection_id, 'ACT', NULL, true, now(), $1 FROM document LIMIT 1`,
    ],
    [
      'a statement handed in by another',
      `INSERT INTO instrument_submission (id, statement, submitted_by) VALUES (gen_random_uuid(), '{}', $1)`,
    ],
  ])('writes not %s', async (_what, sql) => {
    expect(await api.as(alliance.requester).attempt(sql, [alliance.belgium.person])).toBe(DENIED);
  });

  it('hands no statement in as one that is accepted already', async () => {
    const columns: [string, string][] = [
      ['state', `'accepted'`],
      ['fault', `'none'`],
      ['settled_at', 'now()'],
      ['submitted_at', `'2020-01-01'`],
    ];
    for (const [column, value] of columns) {
      const sql = `INSERT INTO instrument_submission (id, statement, submitted_by, ${column}) VALUES (gen_random_uuid(), '{}', $1, ${value})`;
      expect(await api.as(alliance.requester).attempt(sql, [alliance.requester.person])).toBe(DENIED);
    }
  });

  it('adds no portion to a version that is there', async () => {
    const sql = `INSERT INTO portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body, body_digest)
      SELECT gen_random_uuid(), version_id, document_id, 99, 'paragraph', protection_id, document_protection_id, 'ACT', body, body_digest FROM portion LIMIT 1`;
    expect(await api.as(alliance.planner).attempt(sql)).toBe(DENIED);
  });

  it('marks nothing above the rights of the session', async () => {
    const [high] = await admin.run<{ id: number }>('SELECT protection_id AS id FROM document LIMIT 1');
    const sql = `INSERT INTO document VALUES (gen_random_uuid(), $1, 'ACT', NULL, true, now(), $2)`;
    expect(await api.as(alliance.stranger).attempt(sql, [high!.id, alliance.stranger.person])).toBe(DENIED);
  });

  it('reads and marks only its own notifications', async () => {
    await admin.run(
      `INSERT INTO notification (id, outbox_id, person_id, kind) VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'case.approved')`,
      [alliance.belgium.person],
    );
    expect(await api.as(alliance.germany).run('UPDATE notification SET read_at = now() RETURNING id')).toEqual([]);
    expect(await api.as(alliance.germany).run('SELECT * FROM notification')).toEqual([]);
  });
});

describe('the functions of the database, asked oddly', () => {
  const LABEL = { policy: 'NATO', classification: 'SECRET', categories: [] };

  it('name a protection only to who holds it: neither what exists nor what is new is told apart', async () => {
    const [there] = await admin.run<{ label: object; ntk: string[] }>(
      `SELECT p.label, p.need_to_know AS ntk FROM protection p JOIN document d ON d.protection_id = p.id LIMIT 1`,
    );
    const intern = 'SELECT sec.intern_protection($1, $2)';
    const known = [JSON.stringify(there!.label), there!.ntk];
    const unknown = [JSON.stringify(LABEL), ['community:NOBODY-KNOWS']];
    const strange = [JSON.stringify({ policy: 'PUBLIC' }), ['everyone']];
    for (const who of [api, api.as(alliance.stranger)]) {
      expect(await who.attempt(intern, known)).toBe(DENIED);
      expect(await who.attempt(intern, unknown)).toBe(DENIED);
      expect(await who.attempt(intern, [null, null])).toBe(DENIED);
    }
    expect(await api.as(alliance.planner).attempt(intern, known)).toBe('done');
    expect(await api.as(alliance.planner).attempt(intern, unknown)).toBe(DENIED);
    // A label that is none is none for everybody.
    expect(await api.as(alliance.planner).attempt(intern, strange)).toBe('23514');
    expect(await admin.run(`SELECT 1 FROM protection WHERE need_to_know = '{community:NOBODY-KNOWS}'`)).toEqual([]);
  });

  it('hold nothing for a list with a gap, an empty list or none', async () => {
    const planner = api.as(alliance.planner);
    const [own] = await planner.run<{ id: number }>('SELECT protection_id AS id FROM document LIMIT 1');
    const answers = async (wanted: unknown): Promise<unknown> =>
      (await planner.run<{ held: boolean }>('SELECT sec.session_holds($1) AS held', [wanted]))[0]!.held;
    expect(await answers([own!.id])).toBe(true);
    expect(await answers([own!.id, null])).toBe(false);
    expect(await answers([])).toBe(false);
    expect(await answers(null)).toBe(false);
    expect(await answers([own!.id, 60_000])).toBe(false);
    expect(await planner.attempt('SELECT sec.session_holds($1)', [[-1]])).toBe('2202E');
    expect(await planner.attempt('SELECT sec.session_holds($1)', [[70_000]])).toBe('2202E');
  });

  it('give a salt for every name, and the same one each time', async () => {
    const salt = async (name: string | null): Promise<string | undefined> =>
      (await api.run<{ salt: Buffer | null }>('SELECT sec.salt_of($1) AS salt', [name]))[0]!.salt?.toString('hex');
    expect(await salt('nobody')).toBe(await salt('nobody'));
    expect(await salt('nobody')).toHaveLength(32);
    expect(await salt('')).toHaveLength(32);
    expect(await salt('nobody')).not.toBe(await salt('nobody else'));
  });

  it('open no session without the derived key, nor a longer one than a day, nor one with a short secret', async () => {
    const derived = randomBytes(32);
    await admin.run(`SELECT sec.enrol_password('EXERCISE-minister', $1, $2, $3)`, [
      alliance.norway.person,
      randomBytes(16),
      derived,
    ]);
    const open = async (name: string, key: Buffer, sid: string | null, lasts: string | null): Promise<unknown> =>
      (
        await api.run<{ ok: boolean }>('SELECT sec.open_session($1, $2, $3, $4::interval) AS ok', [
          name,
          key,
          sid,
          lasts,
        ])
      )[0]!.ok;
    const sid = randomBytes(32).toString('base64url');
    expect(await open('EXERCISE-minister', randomBytes(32), sid, '8 hours')).toBe(false);
    expect(await open('EXERCISE-minister', derived, sid, '25 hours')).toBe(false);
    expect(await open('EXERCISE-minister', derived, sid, '-1 hours')).toBe(false);
    expect(await open('EXERCISE-minister', derived, 'short', '8 hours')).toBe(false);
    expect(await open('nobody', derived, sid, '8 hours')).toBe(false);
    expect(await api.run('SELECT holder FROM sec.enter($1)', [sid])).toEqual([{ holder: null }]);
    expect(await open('EXERCISE-minister', derived, sid, '8 hours')).toBe(true);
  });

  it('issue a token only in a session, only for its own person, never without an end or a scope', async () => {
    const token = (): string => randomBytes(32).toString('base64url');
    const issue = async (who: Captured, given: unknown[]): Promise<unknown> =>
      (await who.run<{ id: string | null }>('SELECT sec.issue_token($1, $2, $3, $4::interval) AS id', given))[0]!.id;
    const official = api.as(alliance.official);
    const own = token();
    expect(await issue(api, [token(), 'x', ['me'], '1 day'])).toBeNull();
    expect(await issue(official, ['short', 'x', ['me'], '1 day'])).toBeNull();
    expect(await issue(official, [token(), 'x', [], '1 day'])).toBeNull();
    expect(await issue(official, [token(), 'x', null, '1 day'])).toBeNull();
    expect(await issue(official, [token(), 'x', ['me'], '367 days'])).toBeNull();
    for (const name of [null, '', 'EXERCISE words', 'x\n', 'x'.repeat(41)])
      expect(await issue(official, [token(), name, ['me'], '1 day'])).toBeNull();
    // Admitted: whoever acts as somebody can make a token of theirs, which its owner sees and can revoke.
    const id = await issue(official, [own, 'x', ['me'], '1 day']);
    expect(id).not.toBeNull();
    expect(await issue(api.as({ sid: own }), [token(), 'x', ['me'], '1 day'])).toBeNull();
    expect(await api.as(alliance.planner).run('SELECT sec.revoke_token($1) AS gone', [id])).toEqual([{ gone: false }]);
    expect(await official.run('SELECT id FROM sec.my_tokens()')).toEqual([{ id }]);
    expect(await official.run('SELECT sec.revoke_token($1) AS gone', [id])).toEqual([{ gone: true }]);
  });

  it('tell of a submission, a role and a version to nobody but whom they concern', async () => {
    const id = randomUUID();
    await api
      .as(alliance.requester)
      .run(`INSERT INTO instrument_submission (id, statement, submitted_by) VALUES ($1, '{}', $2)`, [
        id,
        alliance.requester.person,
      ]);
    expect(await api.as(alliance.planner).run('SELECT * FROM sec.my_submission($1)', [id])).toEqual([]);
    expect(await api.as(alliance.requester).run('SELECT state FROM sec.my_submission($1)', [id])).toEqual([
      { state: 'pending' },
    ]);
    expect(await api.run(`SELECT sec.session_has_role('auditor') AS held`)).toEqual([{ held: false }]);
    const whole = 'SELECT sec.session_sees_whole((SELECT id FROM version LIMIT 1)) AS whole';
    expect(await api.as(alliance.stranger).run(whole)).toEqual([{ whole: false }]);
  });
});

describe('the record, written by a captured api', () => {
  const INSERT = `INSERT INTO audit_event (id, at, person_id, action, outcome, record, salt) VALUES ($1, $2, $3, $4, $5, $6, $7)`;
  const at = new Date('2026-06-05T15:00:00.000Z');

  const eventOf = (row: {
    person?: string | null;
    action?: string;
    outcome?: string;
    said?: Record<string, unknown>;
  }): unknown[] => {
    const id = randomUUID();
    const person = row.person === undefined ? alliance.planner.person : row.person;
    const [action, outcome] = [row.action ?? 'document.read', row.outcome ?? 'done'];
    const record = {
      id,
      at: at.toISOString(),
      person,
      duty: null,
      action,
      outcome,
      thing: null,
      request: null,
      ...row.said,
    };
    return [id, at, person, action, outcome, JSON.stringify(record), randomBytes(32)];
  };

  it('says in its sealed text what its row says, in the name of the session or of nobody who was refused', async () => {
    const planner = api.as(alliance.planner);
    expect(await planner.attempt(INSERT, eventOf({}))).toBe('done');
    expect(await api.attempt(INSERT, eventOf({ person: null, action: 'session.refused', outcome: 'refused' }))).toBe(
      'done',
    );

    expect(await planner.attempt(INSERT, eventOf({ person: alliance.belgium.person }))).toBe(DENIED);
    expect(await planner.attempt(INSERT, eventOf({ person: null }))).toBe(DENIED);
    expect(await planner.attempt(INSERT, eventOf({ said: { duty: 'guard' } }))).toBe(DENIED);
    expect(await planner.attempt(INSERT, eventOf({ person: null, outcome: 'refused', said: { duty: 'guard' } }))).toBe(
      DENIED,
    );
  });

  it.each([
    ['another person', () => ({ person: alliance.belgium.person })],
    ['another action', () => ({ action: 'case.decide' })],
    ['another outcome', () => ({ outcome: 'refused' })],
    ['another moment', () => ({ at: '2020-01-01T00:00:00.000Z' })],
    ['another id', () => ({ id: randomUUID() })],
    ['another document', () => ({ document: frozen.documentId })],
    ['another case', () => ({ case: frozen.caseId })],
    ['another thing', () => ({ thing: { kind: 'Case', id: frozen.caseId } })],
    ['another request', () => ({ request: randomUUID() })],
  ])('cannot say %s in the text that is sealed than in the row that is found', async (_what, said) => {
    expect(await api.as(alliance.planner).attempt(INSERT, eventOf({ said: said() }))).toBe('23514');
  });
});

describe('the outbox, filled by a captured api', () => {
  it('takes topics and ids, never words', async () => {
    const insert = 'INSERT INTO outbox (id, topic, payload) VALUES (gen_random_uuid(), $1, $2)';
    expect(await api.attempt(insert, ['case.frozen', JSON.stringify({ caseId: frozen.caseId })])).toBe('done');
    expect(await api.attempt(insert, ['The reserve brigades are not ready', '{}'])).toBe('23514');
    expect(await api.attempt(insert, ['case.frozen', JSON.stringify({ text: 'x'.repeat(1_000) })])).toBe('23514');
    expect(await api.attempt(insert, ['case.frozen', '"text"'])).toBe('23514');
  });
});
