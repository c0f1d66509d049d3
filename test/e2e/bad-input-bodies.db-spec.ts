import { gzipSync } from 'node:zlib';
import { BadInput, type Operation, codeOf } from '../support/bad-input';
import { type Captured, administrator } from '../support/captured';
import type { Asking } from '../support/http';

/* Every body of every route, sent wrongly: a problem with a stable code, nothing stored, and no table asked. See api-edges for one case. */
let house: BadInput;
let admin: Captured;

beforeAll(async () => {
  house = await BadInput.open();
  admin = await administrator(house.alliance.house);
});
afterAll(async () => {
  await admin.close();
  await house.close();
});

const JSON_BODY = { 'content-type': 'application/json' };
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Bodies that no route takes, by name. */
const WRONG: Readonly<Record<string, Asking>> = {
  'a list': { json: [] },
  'a list of itself': { json: [{}] },
  'a text': { json: 'text' },
  'a number': { json: 1e308 },
  'nothing at all': { json: null },
  'an unknown field': { json: { surprise: 1 } },
  'the fields of everybody': { json: { toString: 1, hasOwnProperty: 1, then: 1 } },
  'a prototype': { text: '{"__proto__": {"admin": true}}', headers: JSON_BODY },
  'the prototype of a constructor': { text: '{"constructor": {"prototype": {"admin": true}}}', headers: JSON_BODY },
  'a field named twice': { text: '{"surprise": 1, "surprise": 2}', headers: JSON_BODY },
  'lists within lists': { text: deep(10_000), headers: JSON_BODY },
  'objects within objects': { text: `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, headers: JSON_BODY },
  'half an object': { text: '{"a": ', headers: JSON_BODY },
  'an object and more': { text: '{} {}', headers: JSON_BODY },
  'a comment': { text: '{/* EXERCISE */}', headers: JSON_BODY },
  'a number that is none': { text: '{"a": NaN}', headers: JSON_BODY },
  'a NUL': { text: '{"a": "\u0000"}', headers: JSON_BODY },
  'a NUL in its name': { text: '{"\\u0000": 1}', headers: JSON_BODY },
  'a lone surrogate': { text: '{"a": "\\ud800"}', headers: JSON_BODY },
  'an empty body': { text: '', headers: JSON_BODY },
  'a mark of byte order alone': { text: '\ufeff', headers: JSON_BODY },
};

/** What the body is said to be, which it is not. */
const WRONG_TYPES: readonly Readonly<Record<string, string>>[] = [
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-type': 'application/xml' },
  { 'content-type': 'text/html' },
  { 'content-type': 'application/json5' },
  { 'content-type': 'x' },
];

const withJson = (): Operation[] => house.operations.filter(({ takes }) => takes.includes('application/json'));

/** How many rows there are, of everything but the record of what was asked and refused. */
async function stored(): Promise<Record<string, string>> {
  const tables = await admin.run<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'sec'::regnamespace)
        AND relname NOT IN ('audit_event', 'audit_pending', 'session') ORDER BY 1`,
  );
  const counts: Record<string, string> = {};
  for (const { name } of tables)
    counts[name] = (await admin.run<{ n: string }>(`SELECT count(*)::text AS n FROM ${name}`))[0]!.n;
  return counts;
}

async function answers(operations: readonly Operation[], sent: Readonly<Record<string, Asking>>): Promise<string[]> {
  const given: string[] = [];
  for (const operation of operations) {
    const { method } = operation;
    const address = house.addressOf(operation);
    const each = Object.entries(sent).map(
      async ([what, asking]) =>
        `${method} ${operation.path}, ${what}: ${codeOf(await house.ask(address, { method, ...asking }))}`,
    );
    given.push(...(await Promise.all(each)));
  }
  return given;
}

describe('bad input: bodies', () => {
  it('what no route takes is refused by every route, without a table, and nothing is stored', async () => {
    const before = await stored();
    expect(withJson().length).toBeGreaterThan(15);
    const given = await house.withoutTables(() => answers(withJson(), WRONG));
    // A search reads a small body only.
    const refused = /(?:: 400 bad-request|within (?:lists|objects): 413 too-large)$/;
    expect(given.filter((each) => !refused.test(each))).toEqual([]);
    expect(await stored()).toEqual(before);
  }, 60_000);

  it('a body of another kind is refused for its kind, and one that is packed, or in another alphabet', async () => {
    const types = Object.fromEntries(WRONG_TYPES.map((headers, n) => [`type ${String(n)}`, { text: '{}', headers }]));
    const given = await house.withoutTables(() => answers(withJson(), types));
    expect(given.filter((each) => !/: (415 unsupported-media-type|400 bad-request)$/.test(each))).toEqual([]);
    for (const [name, bytes] of [
      ['gzip', gzipSync('{}')],
      ['br', Buffer.from('{}')],
    ] as const) {
      const response = await fetch(`${house.url}/api/tokens`, {
        method: 'POST',
        headers: { ...JSON_BODY, authorization: `Bearer ${house.anybody.sid}`, 'content-encoding': name },
        body: new Uint8Array(bytes),
      });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
  }, 60_000);

  it('a body where none is taken changes nothing, whatever it says', async () => {
    const without = house.operations.filter(
      ({ takes, method }) => takes.length === 0 && method !== 'GET' && method !== 'DELETE',
    );
    expect(without.length).toBeGreaterThan(3);
    const given = await answers(without, {
      'an object': { json: { state: 'approved' } },
      'broken JSON': { text: '{', headers: JSON_BODY },
    });
    expect(given.filter((each) => / 5\d\d /.test(each) || /without a problem|not a problem/.test(each))).toEqual([]);
  }, 60_000);

  it('everything that a route takes is closed: no object of any body has room for a field that nobody described', () => {
    const open: string[] = [];
    const closedAll = (schema: unknown, where: string, seen: readonly string[]): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const of = schema as Record<string, unknown>;
      const reference = typeof of['$ref'] === 'string' ? of['$ref'].split('/').at(-1)! : undefined;
      if (reference !== undefined) {
        if (!seen.includes(reference))
          closedAll(house.schemas[reference], `${where} > ${reference}`, [...seen, reference]);
        return;
      }
      if (
        of['type'] === 'object' &&
        of['additionalProperties'] !== false &&
        typeof of['additionalProperties'] !== 'object'
      )
        open.push(where);
      for (const [key, each] of Object.entries(of)) if (key !== 'default') closedAll(each, `${where}.${key}`, seen);
    };
    for (const { method, path, body } of withJson()) closedAll(body, `${method} ${path}`, []);
    expect(open).toEqual([]);
  });

  it('texts and attachments of a wrong kind, name, mark or alphabet', async () => {
    const others = house.operations.filter(({ takes }) => takes.length > 0 && !takes.includes('application/json'));
    expect(others.length).toBeGreaterThan(1);
    const wrong: Record<string, Asking> = {
      JSON: { json: { text: 'EXERCISE' } },
      'an unknown kind': { text: 'EXERCISE', headers: { 'content-type': 'application/octet-stream' } },
      'no kind at all': { text: 'EXERCISE', headers: { 'content-type': '' } },
      'a kind in another alphabet': { text: 'EXERCISE', headers: { 'content-type': 'text/markdown; charset=utf-16' } },
      'no text': { text: '' },
      'a NUL': { text: '\u0000' },
      'a lone surrogate': { text: '---\n\ud800' },
      'a head without end': { text: `---\n${'banner: x\n'.repeat(10_000)}` },
      'headers that are none': {
        text: 'EXERCISE',
        headers: { 'imprimatur-mark': '(', 'imprimatur-name': '%00', 'content-type': 'text/markdown' },
      },
    };
    const before = await stored();
    const given = await answers(others, wrong);
    expect(given.filter((each) => !/: (400 bad-request|415 unsupported-media-type|422 [a-z-]+)$/.test(each))).toEqual(
      [],
    );
    expect(await stored()).toEqual(before);
  }, 60_000);
});
