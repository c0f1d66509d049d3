import { randomBytes, randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { RoleName } from '#database';
import { functionsOf } from '../support/captured';
import { CASE } from '../support/case-world';
import { asking } from '../support/cluster';
import { type ProbedHouse, openProbedHouse } from '../support/probed-house';
import { changedFunction, takenAway } from '../support/taken-away';

/*
 * absent_equals_forbidden, enforced twice: every function that a role may call is called with what is hidden and with what does not
 * exist, as its argument types allow. Answers, refusals and effects on the caller's own view are the same.
 */
let probed: ProbedHouse;
let hidden: Pools;
let url: string;
let functions: string[];

/** Values to call functions with, by type. Those of hidden things stand at the same places as those of absent things. */
type Pools = Readonly<Record<string, readonly unknown[]>>;

const absent: Pools = {
  uuid: Array.from({ length: 12 }, () => randomUUID()),
  'integer[]': [[40_000], [40_000, 1]],
  text: ['EXERCISE-NOBODY', 'nobody', 'EXERCISE no such words are anywhere', `person:${randomUUID()}`],
  'text[]': [['EXERCISE no such words are anywhere'], ['community:NOBODY'], [randomBytes(32).toString('hex')]],
  jsonb: [
    {
      policy: 'NATO',
      classification: 'TOP SECRET',
      categories: [{ tagSet: 'Nobody', type: 'RESTRICTIVE', values: ['NOBODY'] }],
    },
    [{ text: 'EXERCISE no such words are anywhere', own: '', nation: null, area: null }],
  ],
};

beforeAll(async () => {
  probed = await openProbedHouse();
  url = probed.alliance.house.databases.main('superuser');
  hidden = await whatIsHidden();
  functions = await functionsOf(probed.admin, 'api');
}, 60_000);
afterAll(() => probed.close());

async function whatIsHidden(): Promise<Pools> {
  const { admin, alliance } = probed;
  const [row] = await admin.run<Record<string, string> & { ntk: string[]; label: object; number: number }>(
    `SELECT d.id AS document, v.id AS version, o.id AS portion, o.body, encode(o.body_digest, 'hex') AS digest, c.id AS "caseId", p.id AS proposal,
            r.id AS decision, g.id AS refusal, n.id AS note, e.id AS entry, i.id AS instrument, s.id AS session,
            k.label, k.need_to_know AS ntk, k.id AS number
       FROM release_case c JOIN document d ON d.id = c.document_id JOIN version v ON v.document_id = d.id JOIN portion o ON o.version_id = v.id
       JOIN proposal p ON p.case_id = c.id JOIN decision r ON r.case_id = c.id JOIN protection k ON k.id = o.protection_id
       CROSS JOIN guard_refusal g CROSS JOIN notification n CROSS JOIN access_entry e CROSS JOIN instrument i
       JOIN sec.session s ON s.person_id = $1
      WHERE k.label ->> 'classification' = 'TOP SECRET' AND c.title <> $2 LIMIT 1`,
    [alliance.planner.person, CASE.title],
  );
  const {
    document,
    version,
    portion,
    caseId,
    proposal,
    decision,
    refusal,
    note,
    entry,
    instrument,
    session,
    body = '',
    digest,
  } = row!;
  return {
    uuid: [
      document,
      version,
      portion,
      caseId,
      proposal,
      decision,
      refusal,
      note,
      entry,
      instrument,
      session,
      alliance.planner.person,
    ],
    'integer[]': [[row!.number], [row!.number, 1]],
    text: ['EXERCISE-JUNIPER', 'planner', body, `person:${alliance.planner.person}`],
    'text[]': [[body], row!.ntk, [digest]],
    jsonb: [row!.label, [{ text: body, own: '', nation: null, area: null }]],
  };
}

/** Of these types no value belongs to a thing. */
const OTHERS: Readonly<Record<string, unknown>> = {
  integer: 1,
  boolean: true,
  bytea: randomBytes(32),
  interval: '1 hour',
  'timestamp with time zone': '2126-01-01T00:00:00Z',
};

/** Each way of calling a function: the arguments that name things all from the same place of the pools. */
function callsOf(signature: string, pools: Pools): unknown[][] {
  const types = (/\((.*)\)/.exec(signature)?.[1] ?? '').split(',').filter((type) => type !== '');
  const places = Math.max(1, ...types.map((type) => pools[type]?.length ?? 0));
  return Array.from({ length: places }, (_unused, place) =>
    types.map((type) => {
      const pool = pools[type];
      if (pool === undefined && !(type in OTHERS))
        throw new Error(`a value of type ${type} is needed, for ${signature}`);
      return pool === undefined ? OTHERS[type] : pool[place % pool.length];
    }),
  );
}

/** What a call answers or how it is refused, undone afterwards. Values that were named are not news. */
async function answerOf(client: Client, signature: string, values: readonly unknown[]): Promise<string> {
  const name = signature.replace(/\(.*/, '');
  const types = (/\((.*)\)/.exec(signature)?.[1] ?? '').split(',').filter((type) => type !== '');
  const sent = values.map((value, n) => (types[n] === 'jsonb' ? JSON.stringify(value) : value));
  const list = types.map((type, n) => `$${String(n + 1)}::${type}`).join(', ');
  await client.query('SAVEPOINT called');
  const answer = await client.query(`SELECT to_jsonb(answer) AS answer FROM ${name}(${list}) AS answer`, sent).then(
    ({ rows }) => JSON.stringify(rows),
    (error: unknown) => {
      const { code, message } = error as { code?: string; message?: string };
      return `${code ?? ''} ${message ?? ''}`;
    },
  );
  await client.query('ROLLBACK TO SAVEPOINT called');
  const told = values.reduce<string>(
    (text, value) => (typeof value === 'string' && value !== '' ? text.replaceAll(value, '(asked)') : text),
    answer,
  );
  // An id that is made for the caller is another each time.
  return told.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(an id)');
}

/** A salt is another for each name, and the same each time; a query is made of its words. They tell nothing else. */
const OF_ITS_ARGUMENT = new Set(['sec.salt_of(text)', 'sec.search_query(text)']);

/** Every function of a role that tells what is hidden from what is absent. */
async function differences(role: RoleName, sid: string | undefined, asked: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  await asking(probed.alliance.house.databases.main(role), async (client) => {
    await client.query(`SET statement_timeout = '10s'`);
    await client.query('BEGIN');
    if (sid !== undefined) await client.query('SELECT sec.enter($1)', [sid]);
    for (const signature of asked) {
      if (OF_ITS_ARGUMENT.has(signature)) continue;
      const others = callsOf(signature, absent);
      for (const [n, call] of callsOf(signature, hidden).entries()) {
        const answers = [await answerOf(client, signature, call), await answerOf(client, signature, others[n] ?? [])];
        if (answers[0] !== answers[1]) found.push(`${signature} ${answers.join(' | ')}`);
      }
    }
    await client.query('ROLLBACK');
  });
  return found;
}

describe('enforced twice: what functions tell', () => {
  it.each(['official', 'stranger'] as const)(
    'the api, in a session of the %s, is told the same of what is hidden and of what is not there',
    async (who) => {
      expect(await differences('api', probed[who].sid, functions)).toEqual([]);
    },
  );

  it('the api, without a session', async () => {
    expect(await differences('api', undefined, functions)).toEqual([]);
  });

  it('whoever may read it is told of it: the questions are real ones', async () => {
    const told = (await differences('api', probed.alliance.planner.sid, functions)).join('\n');
    for (const name of [
      'sec.session_sees_whole',
      'sec.same_text',
      'sec.copy_protections',
      'sec.session_holds',
      'sec.session_knows_case',
      'sec.session_approves',
    ])
      expect(told).toContain(name);
  });

  it('nothing, an empty list, a list with a gap and a huge one give no rights, and are answered at once', async () => {
    const odd: Pools = {
      uuid: [null, randomUUID()],
      'integer[]': [
        null,
        [],
        [null],
        [-1],
        [2_147_483_647],
        Array.from({ length: 100_000 }, (_unused, n) => n % 60_000),
      ],
      text: [null, '', ' ', '%', `'; DROP TABLE portion; --`, 'x'.repeat(1_000_000)],
      'text[]': [null, [], [null], [''], Array.from({ length: 10_000 }, () => 'everyone')],
      jsonb: [null, {}, [], 'x', [[[]]], { label: null }],
    };
    await asking(probed.alliance.house.databases.main('api'), async (client) => {
      await client.query(`SET statement_timeout = '10s'`);
      await client.query('BEGIN');
      await client.query('SELECT sec.enter($1)', [probed.stranger.sid]);
      for (const signature of functions)
        for (const call of callsOf(signature, odd)) {
          const answer = await answerOf(client, signature, call);
          expect(answer).not.toMatch(/^(57014|53|XX)/);
          for (const word of probed.words) expect(answer).not.toContain(word);
          if (/session_(holds|sees|knows_(?!subject)|approves)|same_text|near_copies|copy_protections/.test(signature))
            expect([signature, answer]).toEqual([
              signature,
              expect.stringMatching(/^(\[\]|\[\{"answer":(false|null)\}\]|2202E .*|22023 .*)$/),
            ]);
        }
      await client.query('ROLLBACK');
    });
  });

  it.each([
    ['relay', 'sec.person_covers_case(uuid,uuid)'],
    ['relay', 'sec.person_covers_proposal(uuid,uuid)'],
    ['guard', 'sec.overtaken_by(uuid)'],
    ['guard', 'sec.sources_match(uuid)'],
    ['guard', 'sec.withheld_text_occurs(uuid)'],
  ] as const)('the %s asks %s of what it may not read, and gets no word', async (role, signature) => {
    await asking(probed.alliance.house.databases.main(role), async (client) => {
      await client.query('BEGIN');
      for (const call of callsOf(signature, hidden))
        expect(await answerOf(client, signature, call)).toMatch(/^\[\{"answer":(true|false|\[.*\])\}\]$/);
      await client.query('ROLLBACK');
    });
  });
});

/** How many cases the captured api finds in somebody's session by what is written in any, and by any target. */
async function foundCases(sid: string): Promise<number> {
  const all = await probed.admin.run<{ title: string }>('SELECT title FROM release_case');
  const asked: [string | null, object][] = [
    ...all.map(({ title }): [string, object] => [`"${title}"`, {}]),
    ...['DEU', 'NOR', 'POL'].map((nation): [null, object] => [null, { nation }]),
  ];
  return asking(probed.alliance.house.databases.main('api'), async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT sec.enter($1)', [sid]);
    let found = 0;
    for (const [words, filter] of asked)
      found += (await client.query('SELECT sec.cases($1, $2, NULL, NULL, NULL)', [words, JSON.stringify(filter)])).rows
        .length;
    await client.query('ROLLBACK');
    return found;
  });
}

describe('enforced twice: what is found of cases', () => {
  it('is what the session holds, whoever asks for the words and targets of every case', async () => {
    expect(await foundCases(probed.stranger.sid)).toBe(0);
    expect(await foundCases(probed.alliance.planner.sid)).toBeGreaterThan(1);
  });

  // Who holds nothing is told so before any case is looked at; either check holds without the other.
  it('taken away: that the case is held', async () => {
    const signature = 'sec.cases(text,jsonb,timestamptz,uuid,int)';
    const counted = await changedFunction(url, 'sec.session_cases(text,text)', 'held[n.protection_id]', 'true');
    const held = await changedFunction(url, signature, 'get_bit(held, w.protection_id) <> 0', 'true');
    const found = (mechanisms: Parameters<typeof takenAway>[1]): Promise<number> =>
      takenAway(url, mechanisms, () => foundCases(probed.stranger.sid));
    expect([await found([counted]), await found([held])]).toEqual([0, 0]);
    expect(await found([counted, held])).toBeGreaterThan(0);
  });
});

describe('enforced twice, taken away: what functions tell', () => {
  it.each([
    [
      'sec.session_sees_whole(uuid)',
      'sec.session_holds(array_agg(DISTINCT p.protection_id) || array_agg(DISTINCT p.document_protection_id))',
      'count(*) > 0',
    ],
    [
      'sec.same_text(text[])',
      'get_bit(held, p.protection_id) <> 0 AND get_bit(held, p.document_protection_id) <> 0',
      'true',
    ],
    ['sec.session_knows_case(uuid)', 'get_bit(sec.vb(), c.protection_id) <> 0', 'true'],
    ['sec.session_holds(integer[])', 'get_bit(held, id) <> 0', 'id < 40000'],
  ])('%s, without its check', async (signature, part, replacement) => {
    const mechanisms = [await changedFunction(url, signature, part, replacement)];
    const found = await takenAway(url, mechanisms, () => differences('api', probed.stranger.sid, [signature]));
    expect(found).not.toEqual([]);
  });
});
