import { ApiClient } from '#client';
import { type AllianceHouse, PACKAGE, openAllianceHouse } from '../support/alliance';
import { type Captured, DENIED, captured } from '../support/captured';
import { asking } from '../support/cluster';
import type { House, Resident } from '../support/house';
import { inSession } from '../support/in-session';
import { aPerson } from '../support/people';
import { takenAway } from '../support/taken-away';

/*
 * Whoever captures the api has the examiner's role too. Without the live session of a security officer it sees nothing; with one it
 * sees labels and rights, and no text with anything.
 */

let alliance: AllianceHouse;
let house: House;
let officer: Resident;
let examiner: Captured;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  alliance = await openAllianceHouse();
  house = alliance.house;
  closing.push(() => house.close());
  ({ officer } = await house.enrol({ officer: aPerson('security').inRole('security-officer') }));
  const { firstReviewer, planner, requester } = alliance;
  await house.authority.accessList({
    list: 'KESTREL',
    approvers: [firstReviewer.person],
    readIn: 'EXERCISE Secret words.',
  });
  await house.authority.accessGrant(firstReviewer, { list: 'KESTREL', person: planner.person });
  await house.admit();
  const { id } = await planner.client.importDocument(PACKAGE.text());
  await requester.client.document(id);
  examiner = await captured(house, 'examiner');
  closing.unshift(() => examiner.close());
});
afterAll(async () => {
  for (const close of closing) await close();
});

const SEEN = [
  'SELECT id FROM person',
  'SELECT id FROM clearance',
  'SELECT name FROM access_list',
  'SELECT id FROM access_entry',
  'SELECT id, label FROM protection',
  'SELECT id FROM document',
  'SELECT id FROM version',
  'SELECT id, kind FROM portion',
  'SELECT id, decision FROM audit_event',
  'SELECT id FROM sec.stated_rights()',
] as const;

/** How many rows each gives in a session; the examiner's own role does not enter sessions, it is told of one. */
const counts = (sid: string): Promise<number[]> =>
  asking(house.databases.main('examiner'), async (client) => {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('app.sid', $1, true)`, [sid]);
    const found: number[] = [];
    for (const sql of SEEN) found.push((await client.query(sql)).rows.length);
    await client.query('ROLLBACK');
    return found;
  });

const nothing = SEEN.map(() => 0);

it.each([
  ['no session', () => Promise.resolve('')],
  ['the session of somebody who is no security officer', () => Promise.resolve(alliance.planner.sid)],
  [
    'the session of a security officer that is not stepped up',
    () => house.openSession(officer.person, { steppedUp: false }),
  ],
  ['an invented session', () => Promise.resolve('exercise-0123456789-0123456789-0123456789')],
  [
    'a token of a security officer',
    async () =>
      (await officer.client.issueToken({ name: 'EXERCISE', scopes: ['access:read'], expiresInDays: 1 })).token,
  ],
  [
    'the session of a security officer that has ended',
    async () => {
      const sid = await house.openSession(officer.person);
      await new ApiClient(house.url, sid).signOut();
      return sid;
    },
  ],
])('with %s it sees nothing', async (_name, sid) => {
  expect(await counts(await sid())).toEqual(nothing);
});

it('with the session of a security officer it sees labels and rights', async () => {
  expect((await counts(officer.sid)).every((count) => count > 0)).toBe(true);
});

it('taken away: that the session is a security officer’s', async () => {
  const url = house.databases.main('superuser');
  const stands = await asking(url, async (client) => {
    const { rows } = await client.query<{ text: string }>(
      `SELECT pg_get_functiondef('sec.session_examines()'::regprocedure) AS text`,
    );
    return rows[0]!.text;
  });
  const opened = stands.replace(/coalesce\([\s\S]*, false\)/, 'true');
  expect(opened).not.toBe(stands);
  expect(await takenAway(url, [{ take: opened, giveBack: stands }], () => counts(''))).not.toEqual(nothing);
});

it.each([
  ['the text of portions', 'SELECT body FROM portion'],
  ['the figures of targets', 'SELECT quantity_required FROM portion'],
  ['where targets are', 'SELECT nation, area FROM portion'],
  ['the digest of a text', 'SELECT body_digest FROM portion'],
  ['what texts are compared by', 'SELECT fingerprints FROM portion'],
  ['whole rows', 'SELECT p FROM portion p'],
  ['everything of portions', 'SELECT * FROM portion'],
  ['a portion by its words', `SELECT id FROM portion WHERE body LIKE '%brigades%'`],
  ['portions in the order of their words', 'SELECT id FROM portion ORDER BY body'],
  ['portions by copy', 'COPY portion (body) TO STDOUT'],
  ['the subject of documents', 'SELECT subject FROM document'],
  ['the hash of a file', 'SELECT source_sha256 FROM version'],
  ['the title of cases', 'SELECT title FROM release_case'],
  ['the summary of cases', 'SELECT summary FROM release_case'],
  ['remarks', 'SELECT * FROM case_remark'],
  ['proposals', 'SELECT outgoing FROM proposal'],
  ['substitutes', 'SELECT substitute FROM proposal_item'],
  ['what is read in', 'SELECT read_in FROM access_list'],
  ['the titles of lists', 'SELECT title FROM access_list'],
  ['statements as they were signed', 'SELECT statement FROM instrument'],
  ['attachments', 'SELECT name FROM attachment'],
  ['what people wrote about access', 'SELECT body FROM access_words'],
  ['sessions', 'SELECT * FROM sec.session'],
  ['passwords', 'SELECT * FROM sec.password'],
  ['second factors', 'SELECT * FROM sec.second_factor'],
  ['bitmaps', 'SELECT sec.vb()'],
  ['the rights of a person as a function', `SELECT sec.tokens_of('00000000-0000-4000-8000-000000000000')`],
])('it reads no text in any session: %s', async (_what, sql) => {
  const attempt = asking(house.databases.main('examiner'), async (client) => {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('app.sid', $1, true)`, [officer.sid]);
    await client.query(sql);
  });
  await expect(attempt).rejects.toMatchObject({ code: DENIED });
});

it('gets of a list which text is read in, and never the text', async () => {
  const rows = await asking(house.databases.main('examiner'), async (client) => {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('app.sid', $1, true)`, [officer.sid]);
    return (await client.query<{ body: unknown }>(`SELECT body FROM sec.stated_rights()`)).rows;
  });
  expect(JSON.stringify(rows)).toContain('readInSha256');
  expect(JSON.stringify(rows)).not.toContain('Secret words');
});

it.each([
  `UPDATE person SET roles = ARRAY['planner']`,
  'DELETE FROM clearance',
  `INSERT INTO access_entry (id, list) VALUES (gen_random_uuid(), 'KESTREL')`,
  'UPDATE audit_event SET decision = NULL',
  'CREATE TABLE kept (text text)',
  'SELECT sec.enter(repeat($$x$$, 40))',
])('it changes nothing: %s', async (sql) => {
  expect(await examiner.attempt(sql)).toBe(DENIED);
});

it('the api’s own role sees no recorded decision, not even as a security officer', async () => {
  const { refused } = await inSession(house, officer.sid, (sql) => sql.attempt('SELECT decision FROM audit_event'));
  expect(refused).toContain('permission denied');
});
