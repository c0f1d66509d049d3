import { randomBytes, randomUUID } from 'node:crypto';
import type { SCOPES } from '#contracts';
import { type AllianceHouse, PACKAGE, openAllianceHouse } from '../support/alliance';
import { administrator } from '../support/captured';
import { ask } from '../support/http';

/*
 * A read by a program enters with its work (ADR 0014); with a query in the address it enters first. Whoever asks, and whatever stands in
 * the way, both are told the same, and the same is on the record.
 */
let alliance: AllianceHouse;
let document: string;
const PLAIN = '';
const FIRST = '?version=1';

beforeAll(async () => {
  alliance = await openAllianceHouse();
  ({ id: document } = await alliance.planner.client.importDocument(PACKAGE.text()));
});
afterAll(() => alliance.house.close());

const tokenFor = async (...scopes: (typeof SCOPES)[number][]): Promise<string> =>
  (
    await alliance.germany.client.issueToken({
      name: `exercise-${scopes.join('-').replaceAll(':', '.')}`,
      scopes,
      expiresInDays: 1,
    })
  ).token;

const read = async (query: string, secret: string | undefined, id = document) => {
  const { status, body } = await ask(alliance.house.url, `/api/documents/${id}${query}`, { as: secret });
  const told = JSON.parse(body) as { code?: string; portions?: unknown[] };
  return { status, told: told.code ?? told.portions?.length };
};

/** What the record says of the last requests, the latest first: who, what, how it ended, and why. */
const recorded = async (most: number): Promise<unknown[]> => {
  const { items } = await alliance.auditor.client.events({ limit: most + 1 });
  return items
    .filter(({ action }) => action !== 'audit.search')
    .slice(0, most)
    .map(({ person, action, outcome, details }) => [person, action, outcome, details['problem'], details['route']]);
};

describe('a read that enters with its work', () => {
  it('gives what one gives that entered first', async () => {
    const { sid } = alliance.germany;
    const given = await read(PLAIN, sid);
    expect(given).toMatchObject({ status: 200 });
    expect(await read(FIRST, sid)).toEqual(given);
    const scoped = await tokenFor('documents:read');
    expect(await read(PLAIN, scoped)).toEqual(await read(FIRST, scoped));
  });

  const ROUTE = 'GET /api/documents/:id';
  const REFUSED: Readonly<
    Record<string, () => Promise<{ secret: string; status: number; code: string; person: string | null }>>
  > = {
    'a secret that nobody has': async () => ({
      secret: randomBytes(32).toString('base64url'),
      status: 401,
      code: 'not-signed-in',
      person: null,
    }),
    'a session that has ended': async () => {
      const secret = await alliance.house.openSession(alliance.germany.person);
      await ask(alliance.house.url, '/api/session', { method: 'DELETE', as: secret });
      return { secret, status: 401, code: 'not-signed-in', person: null };
    },
    'a token that is for something else': async () => ({
      secret: await tokenFor('me'),
      status: 403,
      code: 'outside-scope',
      person: alliance.germany.person,
    }),
  };

  it.each(Object.entries(REFUSED))('turns away %s as at the door, and records that alone', async (_who, of) => {
    const { secret, status, code, person } = await of();
    expect(await read(PLAIN, secret)).toEqual({ status, told: code });
    expect(await read(FIRST, secret)).toEqual({ status, told: code });
    const told = [person, 'request.refused', 'refused', code, ROUTE];
    expect(await recorded(2)).toEqual([told, told]);
  });

  it('tells nobody of an address before it tells them that they are nobody', async () => {
    const nobody = randomBytes(32).toString('base64url');
    expect(await read(PLAIN, nobody, 'no-id')).toEqual({ status: 401, told: 'not-signed-in' });
    expect(await read(PLAIN, nobody, randomUUID())).toEqual({ status: 401, told: 'not-signed-in' });
    expect(await read(PLAIN, undefined)).toEqual({ status: 401, told: 'not-signed-in' });
    expect(await read(PLAIN, alliance.germany.sid, 'no-id')).toMatchObject({ status: 400 });
    expect(await read(PLAIN, alliance.germany.sid, randomUUID())).toEqual({ status: 404, told: 'not-found' });
  });

  it('leaves it to the strategies who somebody with two credentials is', async () => {
    const { planner, stranger, house } = alliance;
    const cookie = { cookie: `imprimatur_session=${stranger.sid}` };
    const statuses = [PLAIN, FIRST].map((query) =>
      ask(house.url, `/api/documents/${document}${query}`, { as: planner.sid, headers: cookie }).then(
        ({ status }) => status,
      ),
    );
    expect(await Promise.all(statuses)).toEqual([404, 404]);
  });

  it('gives nothing when the record cannot be written, to nobody either', async () => {
    const admin = await administrator(alliance.house);
    await admin.run('REVOKE INSERT ON audit_event FROM imprimatur_api');
    const nobody = randomBytes(32).toString('base64url');
    for (const secret of [alliance.germany.sid, nobody])
      for (const query of [PLAIN, FIRST])
        expect(await read(query, secret)).toEqual({ status: 503, told: 'record-unavailable' });
    await admin.run('GRANT INSERT ON audit_event TO imprimatur_api');
    await admin.close();
    expect(await read(PLAIN, alliance.germany.sid)).toMatchObject({ status: 200 });
  });

  it('gives each of many at once their own cut, and nobody that of another', async () => {
    const { germany, stranger, planner } = alliance;
    const asked = Array.from({ length: 24 }, (_unused, n) => [germany, stranger, planner][n % 3]!);
    const statuses = await Promise.all(asked.map(async ({ sid }) => read(PLAIN, sid)));
    const alone = await Promise.all([germany, stranger, planner].map(({ sid }) => read(FIRST, sid)));
    expect(statuses).toEqual(asked.map((_who, n) => alone[n % 3]));
  });
});
