import { randomUUID } from 'node:crypto';
import { problemSchema } from '#contracts';
import { type AllianceHouse, PACKAGE, aRequest, frozenCase, openAllianceHouse } from '../support/alliance';
import { type Captured, administrator } from '../support/captured';
import { aDocument } from '../support/documents';
import { type Answer, type Asking, ask } from '../support/http';

/* Every input has its bad twin: what the api answers to requests that no client of ours would send. */
let alliance: AllianceHouse;
let admin: Captured;
let planner: string;
let documentId: string;
let caseId: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
  planner = alliance.planner.sid;
  ({ caseId, documentId } = await frozenCase(alliance));
});

afterAll(async () => {
  await admin.close();
  await alliance.house.close();
});

const request = (method: string, path: string, asking: Asking = {}): Promise<Answer> =>
  ask(alliance.house.url, path, { method, as: planner, ...asking });

/** The code of a problem, which must be one in form and headers too. */
function codeOf(answer: Answer): string {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.headers['cache-control']).toBe('no-store');
  const problem = problemSchema.parse(JSON.parse(answer.body));
  expect(problem.status).toBe(answer.status);
  expect(problem.requestId).toBe(answer.headers['x-request-id']);
  return `${String(answer.status)} ${problem.code}`;
}

describe('addresses', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/documents'],
    ['POST', '/nothing/here'],
    ['GET', '/api'],
    ['GET', '/api/nothing'],
    ['POST', '/api/documents/nothing/here'],
    ['DELETE', '/api/nothing'],
    ['GET', '/api//me'],
    ['GET', '/api/../etc/passwd'],
    ['GET', '/api/documents/%zz'],
    ['GET', '/api/docs-yaml'],
    ['GET', '/api/docs-json'],
  ])('%s %s is nowhere', async (method, path) => {
    expect(codeOf(await request(method, path))).toBe('404 not-found');
  });

  it.each([
    ['PUT', '/api/me', 'GET, HEAD'],
    ['DELETE', '/api/documents', 'GET, HEAD, POST'],
    ['PATCH', '/api/cases', 'GET, HEAD, POST'],
    ['POST', '/api/health', 'GET, HEAD'],
    ['GET', '/api/session', 'DELETE, POST'],
    ['GET', `/api/cases/${randomUUID()}/freeze`, 'POST'],
    ['OPTIONS', '/api/tokens', 'GET, HEAD, POST'],
  ])('%s %s is not done there, and says what is', async (method, path, allow) => {
    const answer = await request(method, path);
    expect(codeOf(answer)).toBe('405 method-not-allowed');
    expect(answer.headers['allow']).toBe(allow);
  });

  it('an id that is none is told apart from one that nobody has', async () => {
    for (const id of ['1', 'me', '%00', `${documentId}x`, documentId.slice(1), "'; DROP TABLE portion; --"])
      expect(codeOf(await request('GET', `/api/documents/${encodeURIComponent(id)}`))).toBe('400 bad-request');
    expect(codeOf(await request('GET', `/api/documents/${'x'.repeat(500)}`))).toBe('400 bad-request');
    expect(codeOf(await request('GET', `/api/documents/${randomUUID()}`))).toBe('404 not-found');
    expect(codeOf(await request('GET', `/api/cases/${caseId}/renditions/..%2F..%2Fetc%2Fpasswd`))).toBe(
      '400 bad-request',
    );
    expect(codeOf(await request('GET', `/api/cases/${caseId}/renditions/other.html`))).toBe('404 not-found');
  });
});

describe('bodies', () => {
  const json = { 'content-type': 'application/json' };

  it.each([
    ['broken JSON', { text: '{"title":', headers: json }, '400 bad-request'],
    ['nothing', { text: '', headers: json }, '400 bad-request'],
    ['a list', { json: [] }, '400 bad-request'],
    ['null', { json: null }, '400 bad-request'],
    ['a prototype', { text: '{"__proto__": {"admin": true}}', headers: json }, '400 bad-request'],
    ['XML', { text: '<case/>', headers: { 'content-type': 'application/xml' } }, '415 unsupported-media-type'],
    [
      'a form',
      { text: 'title=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      '415 unsupported-media-type',
    ],
    ['plain text', { text: 'title', headers: { 'content-type': 'text/plain' } }, '400 bad-request'],
    ['more than is read', { text: `"${'x'.repeat(4 * 1024 * 1024)}"`, headers: json }, '413 too-large'],
  ] as [string, Asking, string][])('a case made of %s', async (_what, asking, code) => {
    expect(codeOf(await request('POST', '/api/cases', { as: alliance.requester.sid, ...asking }))).toBe(code);
  });

  it('a document that is no text, too large, or not UTF-8', async () => {
    expect(codeOf(await request('POST', '/api/documents', { json: { text: PACKAGE.text() } }))).toBe(
      '415 unsupported-media-type',
    );
    expect(
      codeOf(await request('POST', '/api/documents', { text: '', headers: { 'content-type': 'image/png' } })),
    ).toBe('415 unsupported-media-type');
    expect(codeOf(await request('POST', '/api/documents', { text: 'x'.repeat(3 * 1024 * 1024) }))).toBe(
      '413 too-large',
    );
    expect(codeOf(await request('POST', '/api/documents', { text: 'x'.repeat(5 * 1024 * 1024) }))).toBe(
      '413 too-large',
    );
    expect(codeOf(await request('POST', '/api/documents', { text: '' }))).toBe('422 import-refused');
    const response = await fetch(`${alliance.house.url}/api/documents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${planner}`, 'content-type': 'text/markdown' },
      body: Buffer.from([0x2d, 0x2d, 0x0a, 0xff, 0xfe]),
    });
    expect(await response.json()).toMatchObject({ code: 'import-refused', faults: [{ line: 2, code: 'not-utf-8' }] });
  });

  it('a request for a release, each of its fields once of another kind, missing, or joined by one too many', async () => {
    const right = aRequest(await alliance.requester.client.document(documentId), alliance.house.clock.now());
    const twins: Record<string, unknown>[] = [
      ...Object.keys(right).map((name) => ({ ...right, [name]: 7 })),
      ...Object.keys(right).map((name) => ({ ...right, [name]: undefined })),
      { ...right, state: 'approved' },
      { ...right, requestedBy: alliance.planner.person },
      { ...right, title: ' ' },
      { ...right, title: 'x'.repeat(301) },
      { ...right, title: 'EXERCISE \u0000' },
      { ...right, summary: 'EXERCISE \u001b[2J' },
      { ...right, summary: 'EXERCISE \ud800' },
      { ...right, items: [] },
      { ...right, items: [{ portion: documentId, treatment: 'publish' }] },
      { ...right, items: [{ portion: documentId, treatment: 'withhold' }] },
      { ...right, items: [{ portion: documentId, treatment: 'withhold', reasonCode: 'because it is secret' }] },
      { ...right, items: [{ portion: documentId, treatment: 'include', text: 'x' }] },
      { ...right, window: { ...right.window, notBefore: '5 June 2025' } },
      { ...right, window: { ...right.window, notBefore: '2025-06-05T15:00:00+02:00' } },
      { ...right, procedure: { id: 'public-release', version: 0 } },
    ];
    const answers = await Promise.all(
      twins.map((each) => request('POST', '/api/cases', { as: alliance.requester.sid, json: each })),
    );
    for (const [n, answer] of answers.entries()) expect([n, codeOf(answer)]).toEqual([n, '400 bad-request']);
    expect((await alliance.requester.client.cases()).items).toHaveLength(1);
  });

  it('words that the database cannot hold, wherever words are taken', async () => {
    const words = 'EXERCISE \u0000';
    const statement = { payload: 'e30', signatures: [{ protected: words, signature: 'AA' }] };
    const asked: [string, string, unknown][] = [
      [`/api/cases/${caseId}/return`, alliance.firstReviewer.sid, { reason: words }],
      [`/api/cases/${caseId}/withdraw`, alliance.requester.sid, { reason: words }],
      [`/api/cases/${caseId}/decisions`, alliance.originator.sid, { statement, reason: words }],
      [`/api/cases/${caseId}/decisions`, alliance.originator.sid, { statement }],
      ['/api/instruments', planner, statement],
      ['/api/tokens', planner, { name: words, scopes: ['me'], expiresInDays: 1 }],
      ['/api/session', planner, { username: words, password: 'x' }],
    ];
    for (const [path, as, json] of asked)
      expect([path, codeOf(await request('POST', path, { as, json }))]).toEqual([path, '400 bad-request']);
  });

  it('a decision or an instrument that is none: refused, and says why', async () => {
    const statement = { payload: 'e30', signatures: [{ protected: 'e30', signature: 'AA' }] };
    const decided = await request('POST', `/api/cases/${caseId}/decisions`, {
      as: alliance.originator.sid,
      json: { statement },
    });
    expect(codeOf(decided)).toBe('422 refused');
    expect(JSON.parse(decided.body)).toMatchObject({
      reasons: [{ rule: 'signature', have: expect.any(String) as string }],
    });
    const handedIn = await request('POST', '/api/instruments', { json: statement });
    expect(codeOf(handedIn)).toBe('422 refused');
    expect(JSON.parse(handedIn.body)).toMatchObject({ reasons: [{ rule: 'instrument-form' }] });
  });
});

describe('pages of a list', () => {
  const cursorOf = async (path: string, as: string): Promise<string> =>
    (JSON.parse((await request('GET', path, { as })).body) as { next: string }).next;

  beforeAll(async () => {
    for (const n of [1, 2])
      await alliance.planner.client.importDocument(
        aDocument()
          .titled(`(NU) EXERCISE ${String(n)}`)
          .text(),
      );
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=1.5',
    'limit=many',
    'limit=',
    'cursor=',
    'limit=1&limit=2',
    'page=2',
    'version=1',
  ])('?%s is not understood', async (query) => {
    expect(codeOf(await request('GET', `/api/documents?${query}`))).toBe('400 bad-request');
    expect(codeOf(await request('GET', `/api/cases?${query}`))).toBe('400 bad-request');
  });

  it('a cursor of nobody, of somebody else, or of another list is refused', async () => {
    const own = await cursorOf('/api/documents?limit=1', planner);
    expect((await request('GET', `/api/documents?limit=1&cursor=${own}`)).status).toBe(200);
    const [body = '', tag = ''] = own.split('.');
    const foreign = [
      await cursorOf('/api/documents?limit=1', alliance.requester.sid),
      await cursorOf('/api/audit/events?limit=1', alliance.auditor.sid),
      'x',
      '.',
      `${body}.`,
      `${body}.${'A'.repeat(tag.length)}`,
      `${Buffer.from('["2026-01-01","x"]').toString('base64url')}.${tag}`,
    ];
    for (const cursor of foreign)
      expect(codeOf(await request('GET', `/api/documents?cursor=${encodeURIComponent(cursor)}`))).toBe(
        '400 bad-request',
      );
    expect(codeOf(await request('GET', `/api/cases?cursor=${own}`))).toBe('400 bad-request');
  });

  it('a page of the record is bound to what was asked of it', async () => {
    const as = alliance.auditor.sid;
    const cursor = await cursorOf('/api/audit/events?limit=1&outcome=done', as);
    expect((await request('GET', `/api/audit/events?limit=1&outcome=done&cursor=${cursor}`, { as })).status).toBe(200);
    expect(codeOf(await request('GET', `/api/audit/events?limit=1&cursor=${cursor}`, { as }))).toBe('400 bad-request');
    for (const query of ['person=me', 'from=yesterday', 'action=DROP', 'outcome=maybe', 'case=%00'])
      expect(codeOf(await request('GET', `/api/audit/events?${query}`, { as }))).toBe('400 bad-request');
    for (const query of ['first=0&second=1', 'first=2&second=1', 'first=1', 'first=1&second=999999999'])
      expect(codeOf(await request('GET', `/api/audit/consistency?${query}`, { as }))).toBe('400 bad-request');
  });
});

describe('a document that one has read already', () => {
  const read = (tag: string | undefined, as = planner, method = 'GET'): Promise<Answer> =>
    request(method, `/api/documents/${documentId}`, {
      as,
      ...(tag === undefined ? {} : { headers: { 'if-none-match': tag } }),
    });

  it('is not sent again, and the reading is on the record nevertheless', async () => {
    const first = await read(undefined);
    const tag = first.headers['etag']!;
    const recorded = async (): Promise<number> =>
      (
        await admin.run<{ n: number }>(
          `SELECT count(*)::int AS n FROM audit_event WHERE action = 'document.read' AND outcome = 'done'`,
        )
      )[0]!.n;
    const before = await recorded();
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await read(known);
      expect([again.status, again.body, again.headers['etag']]).toEqual([304, '', tag]);
    }
    expect(await recorded()).toBe(before + 4);
    for (const other of ['"other"', tag.slice(1, -1), '']) expect((await read(other)).status).toBe(200);
    expect(first.headers['vary']).toContain('Authorization');
    expect(first.headers['cache-control']).toBe('no-store');
  });

  it('has a tag of the reader’s own cut, which tells nothing to who reads another', async () => {
    const tag = (await read(undefined)).headers['etag']!;
    expect(codeOf(await read(tag, alliance.official.sid))).toBe('404 not-found');
  });

  it('is asked for its head alone: the same headers, no body', async () => {
    const [head, whole] = [await read(undefined, planner, 'HEAD'), await read(undefined)];
    expect([head.status, head.body, head.headers['etag']]).toEqual([200, '', whole.headers['etag']]);
    expect((await read(undefined, alliance.official.sid, 'HEAD')).status).toBe(404);
  });
});

describe('every answer', () => {
  it('carries the headers that keep it where it belongs, and a request id of the api’s own', async () => {
    const answers = [
      await request('GET', '/api/documents', { headers: { 'x-request-id': 'EXERCISE words into the record' } }),
      await request('GET', '/api/health'),
      await request('GET', '/nowhere'),
      await request('GET', `/api/cases/${caseId}/renditions/release.html`),
    ];
    for (const { headers } of answers) {
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
    expect(answers[3]!.headers['content-security-policy']).toContain('sandbox');
    expect(answers[3]!.headers['content-type']).toMatch(/^text\/html/);
  });
});
