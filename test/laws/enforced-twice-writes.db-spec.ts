import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Captured } from '../support/captured';
import { DENIED, captured } from '../support/captured';
import { type ProbedHouse, openProbedHouse } from '../support/probed-house';
import { type Mechanism, takenAway } from '../support/taken-away';

/*
 * absent_equals_forbidden and no forgery, enforced twice: a row names only rows that its writer may see, waits for none that are hidden,
 * and says of nobody else that they wrote it. Without the application: the database refuses.
 */
let probed: ProbedHouse;
let api: Captured;
let url: string;

beforeAll(async () => {
  probed = await openProbedHouse();
  url = probed.alliance.house.databases.main('superuser');
  api = await captured(probed.alliance.house, 'api');
}, 60_000);
afterAll(async () => {
  await api.close();
  await probed.close();
});

interface Row {
  readonly [column: string]: unknown;
}

/** A stored row as JSON, with some columns changed: what somebody would write who names other rows. */
async function rowOf(table: string, changes: Row): Promise<string> {
  const [stored] = await probed.admin.run<{ row: Row }>(
    `SELECT to_jsonb(t) AS row FROM ${table} AS t ORDER BY t::text LIMIT 1`,
  );
  return JSON.stringify({ ...stored!.row, ...changes });
}

/** Inserts a row as somebody: the SQLSTATE and message of the refusal, without what was asked for. */
async function inserted(who: Captured, table: string, row: string): Promise<string> {
  const [columns] = await probed.admin.run<{ list: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS list FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [table],
  );
  const sql = `INSERT INTO ${table} (${columns!.list}) SELECT ${columns!.list} FROM jsonb_populate_record(NULL::${table}, $1)`;
  const undone = new Error('undone');
  return who
    .together(async (statement) => {
      await statement(sql, [row]);
      throw undone;
    })
    .catch((error: unknown) => {
      if (error === undone) return 'done';
      const { code, message, detail } = error as { code: string; message: string; detail?: string };
      return `${code} ${message} ${detail ?? ''}`.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(asked)');
    });
}

interface Reference {
  readonly table: string;
  readonly column: string;
  readonly to: string;
}

/** Every reference by id from a table that the api inserts into, to a table that hides rows. */
async function references(): Promise<Reference[]> {
  return probed.admin.run<Reference>(
    `SELECT k.conrelid::regclass::text AS table, a.attname AS column, k.confrelid::regclass::text AS to
       FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] JOIN pg_class r ON r.oid = k.confrelid
      WHERE k.contype = 'f' AND a.atttypid = 'uuid'::regtype AND r.relrowsecurity AND has_table_privilege('imprimatur_api', k.conrelid, 'INSERT')
      ORDER BY 1, 2`,
  );
}

/** What the official may do otherwise: rows under what they hold, in their own name. */
async function plausible(): Promise<Row> {
  const [held] = await api
    .as(probed.official)
    .run<Row>(
      `SELECT (SELECT min(id) FROM protection) AS protection, (SELECT id FROM document ORDER BY id LIMIT 1) AS document`,
    );
  const own = probed.official.person;
  const { protection } = held!;
  return {
    id: randomUUID(),
    protection_id: protection,
    document_protection_id: protection,
    case_protection_id: protection,
    source_protections: [protection],
    protections: [protection],
    created_by: own,
    requested_by: own,
    person_id: own,
    frozen_by: own,
    identity: probed.official.identity,
    release: `r-${randomBytes(10).toString('hex')}`,
    round: 7,
    ordinal: 77,
    name: 'probe.html',
  };
}

/** Every reference by which a hidden row is told from none. */
async function tellingReferences(): Promise<{ found: string[]; tried: string[] }> {
  const found: string[] = [];
  const tried: string[] = [];
  const official = api.as(probed.official);
  for (const { table, column, to } of await references()) {
    const [there] = await probed.admin.run<{ id: string }>(`SELECT id FROM ${to} ORDER BY id`);
    const seen = await official.run<{ id: string }>(`SELECT id FROM ${to}`);
    const hidden = (await probed.admin.run<{ id: string }>(`SELECT id FROM ${to}`)).find(
      ({ id }) => !seen.some((each) => each.id === id),
    );
    if (there === undefined || hidden === undefined) continue;
    tried.push(`${table}.${column}`);
    const own = await plausible();
    const answers: string[] = [];
    for (const id of [hidden.id, randomUUID()])
      answers.push(await inserted(official, table, await rowOf(table, { ...own, [column]: id })));
    if (answers[0] !== answers[1]) found.push(`${table}.${column}: ${answers.join(' | ')}`);
  }
  return { found, tried };
}

describe('enforced twice: what a new row names', () => {
  it('a hidden row is refused as none is, by every reference that the api may write', async () => {
    const { found, tried } = await tellingReferences();
    expect(found).toEqual([]);
    for (const name of [
      'release_case.document_id',
      'release_case.version_id',
      'proposal_item.portion_id',
      'decision.case_id',
      'portion.version_id',
    ])
      expect(tried).toContain(name);
  });

  it.each([
    ['release_case', 'own_request', 'release_case.document_id'],
    ['proposal_item', 'held_write', 'proposal_item.portion_id'],
    ['proposal', 'held_write', 'proposal.case_id'],
    ['case_remark', 'own_remark', 'case_remark.case_id'],
  ])('taken away: the policy of %s, %s', async (table, policy, reference) => {
    const [stands] = await probed.admin.run<{ check: string }>(
      'SELECT with_check AS check FROM pg_policies WHERE tablename = $1 AND policyname = $2',
      [table, policy],
    );
    const mechanism: Mechanism = {
      take: `ALTER POLICY ${policy} ON ${table} WITH CHECK (get_bit((SELECT sec.vb()), protection_id) <> 0)`,
      giveBack: `ALTER POLICY ${policy} ON ${table} WITH CHECK (${stands!.check})`,
    };
    const { found } = await takenAway(url, [mechanism], tellingReferences);
    expect(found.join('\n')).toContain(`${reference}: done | 23503`);
  });

  it('a hidden row that somebody has locked lets nobody wait for it', async () => {
    const holder = new Client({ connectionString: url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      for (const table of ['document', 'version', 'portion', 'release_case', 'proposal', 'notification'])
        await holder.query(`SELECT 1 FROM ${table} FOR UPDATE`);
      const official = api.as(probed.official);
      const waits = async (sql: string, parameters: readonly unknown[] = []): Promise<string> =>
        official.together(async (statement) => {
          await statement(`SET LOCAL lock_timeout = '200ms'`);
          return statement(sql, parameters).then(
            () => 'done',
            (error: unknown) => (error as { code: string }).code,
          );
        });
      for (const strength of ['UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE']) {
        expect([strength, await waits(`SELECT 1 FROM release_case FOR ${strength}`)]).toEqual([strength, 'done']);
        expect([strength, await waits(`SELECT 1 FROM notification FOR ${strength}`)]).toEqual([strength, 'done']);
      }
      expect(await waits(`UPDATE release_case SET title = title`)).toBe('done');
      expect(await waits(`UPDATE notification SET read_at = now()`)).toBe('done');
      const [hidden] = await probed.admin.run<{ id: string }>('SELECT id FROM release_case LIMIT 1');
      const remark = await rowOf('case_remark', { ...(await plausible()), case_id: hidden!.id });
      expect(
        await waits(`INSERT INTO case_remark SELECT * FROM jsonb_populate_record(NULL::case_remark, $1)`, [remark]),
      ).toBe(DENIED);
      // Else nothing would be shown: who may see the row does wait.
      const planner = api.as(probed.alliance.planner);
      expect(
        await planner.together(async (statement) => {
          await statement(`SET LOCAL lock_timeout = '200ms'`);
          return statement('SELECT 1 FROM release_case FOR UPDATE').then(
            () => 'done',
            (error: unknown) => (error as { code: string }).code,
          );
        }),
      ).toBe('55P03');
    } finally {
      await holder.query('ROLLBACK');
      await holder.end();
    }
  });
});

/** Columns that say who did something, of tables that the api inserts into. */
const WHO: readonly (readonly [table: string, column: string])[] = [
  ['document', 'created_by'],
  ['version', 'created_by'],
  ['release_case', 'requested_by'],
  ['proposal', 'frozen_by'],
  ['decision', 'person_id'],
  ['decision', 'identity'],
  ['case_remark', 'person_id'],
  ['attachment', 'created_by'],
  ['instrument_submission', 'submitted_by'],
  ['audit_event', 'person_id'],
];

describe('enforced twice: who is said to have done it', () => {
  it('every column that names a person is among those that are tried', async () => {
    const named = await probed.admin.run<{ name: string }>(
      `SELECT c.relname || '.' || a.attname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND has_table_privilege('imprimatur_api', c.oid, 'INSERT')
          AND (a.attname ~ '(_by|person_id|identity)$') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1`,
    );
    expect(named.map(({ name }) => name)).toEqual(WHO.map(([table, column]) => `${table}.${column}`).sort());
  });

  it.each(WHO)('%s.%s is the session’s own person, whatever the api writes', async (table, column) => {
    const { requester, belgium } = probed.alliance;
    const row = async (person: string, identity: string): Promise<string> => {
      const [stored] = await api
        .as(requester)
        .run<{ row: Row }>(`SELECT to_jsonb(t) AS row FROM ${table} AS t LIMIT 1`)
        .catch(() => []);
      const fresh = {
        ...stored?.row,
        id: randomUUID(),
        round: 9,
        ordinal: 99,
        release: `r-${randomBytes(10).toString('hex')}`,
      };
      const names = Object.fromEntries(
        WHO.filter(([of]) => of === table).map(([, each]) => [
          each,
          each === 'identity' ? requester.identity : requester.person,
        ]),
      );
      return JSON.stringify({ ...fresh, ...names, [column]: column === 'identity' ? identity : person });
    };
    const answer = await inserted(api.as(requester), table, await row(belgium.person, belgium.identity));
    // A record says of itself who wrote it, and is refused for that first.
    expect(answer).toMatch(table === 'audit_event' ? /^23514 / : /^42501 /);
  });
});
