import { type Actor, shippedRules } from '#access';
import { asking } from './cluster';
import { type Answer, ask } from './http';
import type { House, Resident } from './house';
import { type SessionSql, inSession } from './in-session';

/** What one way of asking gave: the ids of portions that came, if it names any, and every byte as text. */
export interface Harvest {
  readonly channel: string;
  readonly ids: readonly string[] | undefined;
  readonly said: string;
}

/** Who somebody is at this moment, as the database says it: what the process decides by. */
export async function actorOf(house: Pick<House, 'databases'>, sid: string): Promise<Actor> {
  return inSession(house, sid, async (sql) => {
    const [row] = await sql.rows<{ holder: string | null; at: string }>(
      'SELECT holder, entered_at AS at FROM sec.enter($1)',
      [sid],
    );
    if (row?.holder == null) throw new Error('nobody has this session');
    const entered = JSON.parse(row.holder) as Omit<Actor, 'sid' | 'requestId' | 'enteredAt' | 'rulesVersion'> & {
      rulesVersion: string | null;
    };
    const { rulesVersion } = entered;
    const actor = { ...entered, sid, requestId: 'exercise', enteredAt: row.at };
    return { ...actor, rulesVersion: rulesVersion ?? shippedRules.version };
  });
}

/** Every document over HTTP, in its list and by its id, in its newest and its first version. */
export async function overHttp(
  house: House,
  { sid }: Pick<Resident, 'sid'>,
  documentIds: readonly string[],
): Promise<Harvest[]> {
  const harvests: Harvest[] = [];
  const listed = await answered(house, '/api/documents?limit=200', sid);
  harvests.push({ channel: 'GET /api/documents', ids: undefined, said: listed.body });
  for (const id of documentIds) {
    for (const query of ['', '?version=1']) {
      const answer = await answered(house, `/api/documents/${id}${query}`, sid);
      const portions =
        answer.status === 200 ? (JSON.parse(answer.body) as { portions: { id: string }[] }).portions : [];
      const said = `${JSON.stringify(answer.headers)} ${answer.body}`;
      harvests.push({ channel: `GET /api/documents/:id${query}`, ids: portions.map((portion) => portion.id), said });
    }
  }
  for (const { id, document } of await attachmentsOf(house, documentIds)) {
    const answer = await answered(house, `/api/documents/${document}/attachments/${id}`, sid);
    const said = `${JSON.stringify(answer.headers)} ${answer.body}`;
    harvests.push({ channel: 'GET /api/documents/:id/attachments/:attachment', ids: undefined, said });
  }
  return harvests;
}

/** The attachments that there are, whoever may know of them. */
const attachmentsOf = (
  house: House,
  documentIds: readonly string[],
): Promise<{ readonly id: string; readonly document: string }[]> =>
  asking(house.databases.main('superuser'), async (client) => {
    const { rows } = await client.query<{ id: string; document: string }>(
      'SELECT id, document_id AS document FROM attachment WHERE document_id = ANY ($1)',
      [documentIds],
    );
    return rows;
  });

/** An answer that is one: what is there, or that nothing is. A house that is out of order keeps every secret. */
async function answered(house: House, path: string, sid: string): Promise<Answer> {
  const answer = await ask(house.url, path, { as: sid });
  if (answer.status !== 200 && answer.status !== 404)
    throw new Error(`GET ${path} answered ${String(answer.status)}: ${answer.body}`);
  return answer;
}

type Question = (
  sql: SessionSql,
  hidden: { readonly ids: readonly string[]; readonly text: string },
) => Promise<unknown>;

const rowsOf =
  (statement: string): Question =>
  async (sql) =>
    sql.rows(statement);
const attempting =
  (
    statement: string,
    parameters: (hidden: { ids: readonly string[]; text: string }) => unknown[] = () => [],
  ): Question =>
  async (sql, hidden) => {
    const { rows, refused } = await sql.attempt(statement, parameters(hidden));
    // Who names an id hears it again; that is no news.
    return [rows, hidden.ids.reduce((said, id) => said.replaceAll(id, 'the id asked for'), refused ?? '')];
  };

/** Ways of asking a database for text that it should not give: plain ones, and those that ask through its errors. */
const QUESTIONS: Readonly<Record<string, Question>> = {
  'a join': rowsOf(
    'SELECT p.body, d.subject, o.label FROM portion p JOIN version v ON v.id = p.version_id JOIN document d ON d.id = v.document_id JOIN protection o ON o.id = p.protection_id',
  ),
  'an outer join from the documents': rowsOf(
    'SELECT d.subject, p.* FROM document d LEFT JOIN portion p ON p.document_id = d.id',
  ),
  'an order': rowsOf('SELECT body FROM portion ORDER BY body DESC, quantity_required'),
  'an aggregate': rowsOf(
    `SELECT string_agg(body, '|') AS bodies, max(body) AS last, min(body) AS first, sum(quantity_required) AS total, jsonb_agg(portion) AS rows FROM portion`,
  ),
  'a window': rowsOf('SELECT first_value(body) OVER (ORDER BY body), lag(body) OVER (ORDER BY ordinal) FROM portion'),
  'the body of a target': rowsOf('SELECT nation, area, quantity_now, quantity_required, unit FROM portion'),
  'a whole row': rowsOf('SELECT portion::text AS row FROM portion'),
  'the documents': rowsOf('SELECT id, subject, originator FROM document'),
  'the attachments': rowsOf(
    `SELECT name, encode(bytes, 'escape') AS bytes, encode(sha256, 'hex') AS sha256 FROM attachment`,
  ),
  'the attachments of a document': rowsOf(
    'SELECT d.subject, a.name FROM document d LEFT JOIN attachment a ON a.document_id = d.id',
  ),
  'the versions': attempting('SELECT document_id, source_sha256 FROM version'),
  'a lateral join': rowsOf(
    'SELECT x.body FROM document d, LATERAL (SELECT body FROM portion WHERE document_id = d.id) AS x',
  ),
  COPY: async (sql) => sql.copied('COPY portion TO STDOUT'),
  'COPY of a query': async (sql) => sql.copied('COPY (SELECT body FROM portion ORDER BY id) TO STDOUT (FORMAT csv)'),
  'a cursor': async (sql) => {
    await sql.rows('DECLARE all_portions CURSOR FOR SELECT body FROM portion');
    return sql.rows('FETCH ALL FROM all_portions');
  },
  'a cast that fails': attempting('SELECT count(*) FROM portion WHERE body::int > 0'),
  // Whoever can make the database fail over a row of others has read it, a guess at a time.
  'a guess that divides by zero': async (sql, { text }) => {
    const guess = 'SELECT count(*) FROM portion WHERE 1 / (CASE WHEN position($1 IN body) > 0 THEN 0 ELSE 1 END) = 1';
    const { refused } = await sql.attempt(guess, [text]);
    return refused === undefined ? '' : `${refused}: ${text}`;
  },
  'the id of another, inserted again': attempting(
    `INSERT INTO document SELECT $1, id, 'ACT', 'EXERCISE', true, now(), sec.session_person() FROM protection LIMIT 1`,
    ({ ids }) => [ids[0]],
  ),
  'a reference to another': attempting(
    `INSERT INTO version SELECT gen_random_uuid(), $1, 7, id, '', now(), sec.session_person() FROM protection LIMIT 1`,
    ({ ids }) => [ids[0]],
  ),
  'a lock': attempting('SELECT body FROM portion FOR UPDATE'),
  'a change that returns': attempting('UPDATE portion SET body = body RETURNING body'),
  'a deletion that returns': attempting('DELETE FROM portion RETURNING body'),
  'row security switched off': attempting(
    'SELECT set_config($1, $2, true), (SELECT string_agg(body, $3) FROM portion)',
    () => ['row_security', 'off', '|'],
  ),
  'the statistics of the planner': rowsOf(
    `SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE tablename IN ('portion', 'document', 'protection')`,
  ),
  'the statistics themselves': attempting('SELECT stavalues1::text FROM pg_statistic'),
  'another session': attempting('SELECT sid_hash, bitmap FROM sec.session'),
  'a question of the guard': attempting('SELECT sec.withheld_text_occurs(gen_random_uuid())'),
};

/** The portions over the database itself, as the api's role has it. `hidden` are ids of documents and a text of one. */
export async function overSql(
  house: Pick<House, 'databases'>,
  { sid }: Pick<Resident, 'sid'>,
  hidden: { readonly ids: readonly string[]; readonly text: string },
): Promise<Harvest[]> {
  return inSession(house, sid, async (sql) => {
    const ids = await sql.rows<{ id: string }>('SELECT id FROM portion');
    const [count] = await sql.rows<{ n: number }>('SELECT count(*)::int AS n FROM portion');
    const harvests: Harvest[] = [
      { channel: 'SELECT', ids: ids.map((row) => row.id), said: '' },
      // A count that is not the number of the rows that came says that there are others.
      { channel: 'count(*)', ids: undefined, said: count?.n === ids.length ? '' : `counts ${String(count?.n)}` },
    ];
    for (const [channel, question] of Object.entries(QUESTIONS))
      harvests.push({ channel, ids: undefined, said: JSON.stringify(await question(sql, hidden)) });
    return harvests;
  });
}

const RUN = 14;

/** Whether a text holds a run of a hidden text that nothing which may be seen holds. */
export function leaksOf(said: string, hidden: readonly string[], seen: readonly string[]): string[] {
  const known = seen.join('\n');
  return hidden.filter((text) => {
    for (let start = 0; start + RUN <= text.length; start += 1) {
      const run = text.slice(start, start + RUN);
      if (!known.includes(run) && said.includes(run)) return true;
    }
    return false;
  });
}
