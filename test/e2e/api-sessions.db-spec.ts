import { ApiClient } from '#client';
import { enrolPasswordOf } from '#people';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { type Captured, administrator, captured } from '../support/captured';
import { type Answer, type Asking, ask } from '../support/http';

/* Who asks: names and passwords, the console's cookie, the tokens of integrators, and how each of them ends. */
const PASSWORD = 'EXERCISE correct horse';

let alliance: AllianceHouse;
let admin: Captured;
/** The secrets of sessions that were opened after the passwords were set. */
let planner: string;
let official: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house } = alliance;
  admin = await administrator(house);
  for (const username of ['planner', 'official'] as const) await setPassword(username, alliance[username].person);
  planner = await house.openSession(alliance.planner.person);
  official = await house.openSession(alliance.official.person);
});

afterAll(async () => {
  await admin.close();
  await alliance.house.close();
});

const setPassword = async (username: string, personId: string): Promise<void> =>
  enrolPasswordOf(await alliance.house.as('registrar'), { username, personId, password: PASSWORD });

const request = (method: string, path: string, asking: Asking = {}): Promise<Answer> =>
  ask(alliance.house.url, `/api/${path}`, { method, ...asking });
const signIn = (username: string, password: string, headers = {}): Promise<Answer> =>
  request('POST', 'session', { json: { username, password }, headers });
const codeOf = ({ status, body }: Answer): string => `${String(status)} ${(JSON.parse(body) as { code: string }).code}`;

describe('signing out', () => {
  it('with a token ends nothing, says so, and is not on the record as done', async () => {
    const auditor = new ApiClient(alliance.house.url, await alliance.house.openSession(alliance.auditor.person));
    const wanted = { name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 };
    const issued = await request('POST', 'tokens', { as: official, json: wanted });
    const { token } = JSON.parse(issued.body) as { token: string };
    expect(codeOf(await request('DELETE', 'session', { as: token }))).toBe('403 not-permitted');
    expect((await request('GET', 'me', { as: token })).status).toBe(200);
    const { items } = await auditor.events({ action: 'session.close', person: alliance.official.person });
    expect(items.map(({ outcome }) => outcome)).toEqual(['refused']);
  });
});

describe('signing in', () => {
  it('opens a session: its secret for programs, and a cookie that no script and no other site gets', async () => {
    const answer = await signIn('planner', PASSWORD);
    expect(answer.status).toBe(200);
    const { session, me } = JSON.parse(answer.body) as { session: string; me: { person: string } };
    expect(me.person).toBe(alliance.planner.person);
    const cookie = answer.headers['set-cookie']!;
    expect(cookie).toMatch(
      /^imprimatur_session=[A-Za-z0-9_-]{43}; Max-Age=28800; Path=\/api; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).toContain(session);
    expect((await request('GET', 'me', { as: session })).status).toBe(200);
    expect((await request('GET', 'me', { headers: { cookie: cookie.split(';')[0]! } })).status).toBe(200);
  });

  it('answers a wrong password, a name that nobody has and a locked name alike', async () => {
    const strip = (answer: Answer): unknown => ({ ...(JSON.parse(answer.body) as object), requestId: '' });
    const wrong = await signIn('official', 'EXERCISE wrong');
    const nobody = await signIn('nobody', 'EXERCISE wrong');
    expect(codeOf(wrong)).toBe('401 wrong-credentials');
    expect(strip(nobody)).toEqual(strip(wrong));
    expect(Object.keys(nobody.headers)).toEqual(Object.keys(wrong.headers));
    expect(wrong.headers).not.toHaveProperty('set-cookie');

    // One has failed over HTTP; the others are counted where all are counted.
    const api = await captured(alliance.house, 'api');
    for (let n = 2; n <= 10; n += 1)
      await api.run(`SELECT sec.open_session('official', '\\x00', repeat('x', 43), interval '1 hour')`);
    await api.close();
    expect(
      await admin.run(`SELECT failures, locked_until > now() AS locked FROM sec.password WHERE username = 'official'`),
    ).toEqual([{ failures: 10, locked: true }]);
    const locked = await signIn('official', PASSWORD);
    expect(strip(locked)).toEqual(strip(wrong));

    await admin.run(`UPDATE sec.password SET locked_until = now() - interval '1 second' WHERE username = 'official'`);
    expect((await signIn('official', PASSWORD)).status).toBe(200);
    expect(await admin.run(`SELECT failures FROM sec.password WHERE username = 'official'`)).toEqual([{ failures: 0 }]);
  });

  it('keeps a failure on the record, without the name that was tried', async () => {
    await signIn('somebody tried this', 'EXERCISE wrong');
    const [event] = await admin.run<{ record: string; person_id: string | null }>(
      `SELECT record, person_id FROM audit_event WHERE action = 'session.refused' ORDER BY id DESC LIMIT 1`,
    );
    expect(event).toMatchObject({ person_id: null });
    expect(event!.record).not.toContain('somebody');
  });

  it('takes no form, as a page elsewhere could send one', async () => {
    const answer = await request('POST', 'session', {
      text: new URLSearchParams({ username: 'planner', password: PASSWORD }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(codeOf(answer)).toBe('415 unsupported-media-type');
  });

  it('ends with signing out, at once', async () => {
    const { session } = JSON.parse((await signIn('planner', PASSWORD)).body) as { session: string };
    expect((await request('DELETE', 'session', { as: session })).status).toBe(204);
    expect(codeOf(await request('GET', 'me', { as: session }))).toBe('401 not-signed-in');
    expect(codeOf(await request('DELETE', 'session', { as: session }))).toBe('401 not-signed-in');
  });

  it('ends when a new password is set: whoever had the old one has nothing more', async () => {
    await setPassword('requester', alliance.requester.person);
    expect(codeOf(await request('GET', 'me', { as: alliance.requester.sid }))).toBe('401 not-signed-in');
    expect((await signIn('requester', PASSWORD)).status).toBe(200);
  });

  it('ends by itself when its time is over', async () => {
    const sid = await alliance.house.openSession(alliance.planner.person);
    expect((await request('GET', 'me', { as: sid })).status).toBe(200);
    await admin.run(`UPDATE sec.session SET expires_at = now() WHERE sid_hash = sha256(convert_to($1, 'UTF8'))`, [sid]);
    expect(codeOf(await request('GET', 'me', { as: sid }))).toBe('401 not-signed-in');
  });
});

describe('nobody', () => {
  it.each([
    {},
    { authorization: 'Bearer' },
    { authorization: 'Bearer short' },
    { authorization: `Bearer ${'x'.repeat(43)}` },
    { authorization: `Bearer ${'x'.repeat(5_000)}` },
    { authorization: `Basic ${Buffer.from(`planner:${PASSWORD}`).toString('base64')}` },
    { cookie: 'imprimatur_session=' },
    { cookie: `imprimatur_session=${'x'.repeat(43)}` },
    { cookie: 'imprimatur_session=%00; imprimatur_session=x' },
  ])('%o', async (headers) => {
    expect(codeOf(await request('GET', 'documents', { headers: headers as Record<string, string> }))).toBe(
      '401 not-signed-in',
    );
  });
});

describe('the console’s cookie', () => {
  const cookie = (): string => `imprimatur_session=${planner}`;
  const change = (headers: Record<string, string>): Promise<Answer> =>
    request('POST', 'tokens', {
      headers: { cookie: cookie(), ...headers },
      json: { name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 },
    });

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'elsewhere' },
    { origin: 'https://elsewhere.example' },
    { origin: 'null' },
    { origin: 'not an origin' },
  ] as Record<string, string>[])('changes nothing for another site: %o', async (headers) => {
    expect(codeOf(await change(headers))).toBe('403 not-permitted');
  });

  it('changes something for its own site, and for a program that says nothing', async () => {
    const { host } = new URL(alliance.house.url);
    const own: Record<string, string>[] = [
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { origin: `http://${host}` },
      {},
    ];
    for (const headers of own) expect((await change(headers)).status).toBe(201);
  });

  it('reads for whoever follows a link: nothing is changed by reading', async () => {
    const headers = { cookie: cookie(), 'sec-fetch-site': 'cross-site' };
    expect((await request('GET', 'me', { headers })).status).toBe(200);
  });
});

describe('a token', () => {
  const issue = async (scopes: string[], days = 1): Promise<{ id: string; token: string }> => {
    const answer = await request('POST', 'tokens', {
      as: planner,
      json: { name: 'EXERCISE', scopes, expiresInDays: days },
    });
    expect(answer.status).toBe(201);
    return JSON.parse(answer.body) as { id: string; token: string };
  };

  it('reaches what it was made for, as its owner, and is refused the rest with its reason', async () => {
    const { token } = await issue(['documents:read']);
    expect((await request('GET', 'documents', { as: token })).status).toBe(200);
    const outside: [string, string, string][] = [
      ['POST', 'documents', 'documents:write'],
      ['GET', 'cases', 'cases:read'],
      ['POST', 'cases', 'cases:write'],
      ['GET', 'audit/events', 'audit:read'],
      ['POST', 'instruments', 'instruments:write'],
      ['GET', 'me', 'me'],
      ['GET', 'tokens', 'me'],
    ];
    for (const [method, path, need] of outside) {
      const answer = await request(method, path, { as: token, ...(method === 'POST' ? { json: {} } : {}) });
      expect([path, codeOf(answer)]).toEqual([path, '403 outside-scope']);
      expect(JSON.parse(answer.body)).toMatchObject({
        reasons: [{ rule: 'token-scope', need, have: 'documents:read' }],
      });
    }
  });

  it('makes no other token, and is no cookie', async () => {
    const { token } = await issue(['me']);
    const json = { name: 'EXERCISE', scopes: ['documents:read'], expiresInDays: 1 };
    expect(codeOf(await request('POST', 'tokens', { as: token, json }))).toBe('403 not-permitted');
    expect(codeOf(await request('GET', 'me', { headers: { cookie: `imprimatur_session=${token}` } }))).toBe(
      '401 not-signed-in',
    );
  });

  it('ends when it is revoked by its owner, by nobody else, and when its time is over', async () => {
    const { id, token } = await issue(['me']);
    expect(codeOf(await request('DELETE', `tokens/${id}`, { as: official }))).toBe('404 not-found');
    expect((await request('DELETE', `tokens/${id}`, { as: planner })).status).toBe(204);
    expect(codeOf(await request('GET', 'me', { as: token }))).toBe('401 not-signed-in');

    const over = await issue(['me']);
    await admin.run('UPDATE sec.session SET expires_at = now() WHERE id = $1', [over.id]);
    expect(codeOf(await request('GET', 'me', { as: over.token }))).toBe('401 not-signed-in');
    const listed = await request('GET', 'tokens', { as: planner });
    expect(listed.body).not.toContain(over.id);
    expect(listed.body).not.toContain(over.token);
  });

  it('is not made without a name, a scope or an end', async () => {
    const right = { name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 };
    const twins = [
      { ...right, name: '' },
      { ...right, name: 'EXERCISE Norway sends nine batteries' },
      { ...right, name: 'x'.repeat(41) },
      { ...right, name: 'straße' },
      { ...right, scopes: [] },
      { ...right, scopes: ['everything'] },
      { ...right, expiresInDays: 0 },
      { ...right, expiresInDays: 367 },
      { ...right, expiresInDays: 1.5 },
      { ...right, owner: alliance.official.person },
    ];
    for (const json of twins)
      expect(codeOf(await request('POST', 'tokens', { as: planner, json }))).toBe('400 bad-request');
  });

  it('is one of twenty at most that have not expired', async () => {
    const { belgium } = alliance;
    const json = { name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 };
    const one = () => request('POST', 'tokens', { as: belgium.sid, json });
    const ids: string[] = [];
    for (let n = 0; n < 20; n += 1) ids.push((JSON.parse((await one()).body) as { id: string }).id);
    const refused = await one();
    expect(codeOf(refused)).toBe('422 refused');
    expect(JSON.parse(refused.body)).toMatchObject({ reasons: [{ code: 'token', rule: 'tokens-are-few' }] });
    expect((await request('POST', 'tokens', { as: planner, json })).status).toBe(201);
    await request('DELETE', `tokens/${ids[0]!}`, { as: belgium.sid });
    expect((await one()).status).toBe(201);
    await admin.run('UPDATE sec.session SET expires_at = now() WHERE id = $1', [ids[1]]);
    expect((await one()).status).toBe(201);
    expect(codeOf(await one())).toBe('422 refused');
  });
});
