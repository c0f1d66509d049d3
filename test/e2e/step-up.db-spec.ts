import { ApiClient, ApiProblem } from '#client';
import { enrolSecondFactorOf, oneTimeCode } from '#people';
import { type AllianceHouse, PACKAGE, openAllianceHouse } from '../support/alliance';
import { asking } from '../support/cluster';

const STEP = 30_000;

let alliance: AllianceHouse;
let secret: string;
let documentId: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, requester, planner } = alliance;
  documentId = (await planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text())).id;
  const registrar = await house.as('registrar');
  ({ secret } = await enrolSecondFactorOf(registrar, { personId: requester.person, label: 'requester' }));
});
afterAll(() => alliance.house.close());

/** A session of the requester that knows a password alone. */
async function signedIn(): Promise<{ sid: string; client: ApiClient }> {
  const sid = await alliance.house.openSession(alliance.requester.person, { steppedUp: false });
  return { sid, client: new ApiClient(alliance.house.url, sid) };
}

const asSuperuser = (sql: string, values: unknown[] = []) =>
  asking(alliance.house.databases.main('superuser'), (client) => client.query(sql, values));

/** A code of a step that no code was used of yet. Codes count once: each test begins before all of them. */
async function freshCode(): Promise<string> {
  await asSuperuser('UPDATE sec.second_factor SET last_step = 0, failures = 0, locked_until = NULL, ended_at = NULL');
  return oneTimeCode(secret, new Date());
}

/** What row-level security shows by itself. Entered over HTTP first: rights are worked out on entry. */
async function seenByTheDatabase(client: ApiClient): Promise<{ rows: unknown[] }> {
  await client.me();
  const api = await alliance.house.as('api');
  const rows = await api.run({ sid: client.credential ?? '' }, (tx) =>
    tx.rows('SELECT id FROM portion WHERE document_id = $1', [documentId]),
  );
  return { rows };
}

const marks = async (client: ApiClient): Promise<string[]> =>
  (await client.document(documentId)).portions.map(({ mark }) => mark);

describe('a session that is not stepped up', () => {
  it('is shown the cut without what is top secret, whatever its person is cleared for', async () => {
    const { client } = await signedIn();
    expect(await marks(client)).toEqual(['(NU)', '(NU)', '(NS)']);
    expect((await client.me()).steppedUpUntil).toBeNull();
  });

  it('is shown no more by the database alone', async () => {
    const { client } = await signedIn();
    expect((await seenByTheDatabase(client)).rows).toHaveLength(3);
  });

  it('sees all of it from the code on, in the same session, and not longer than an hour', async () => {
    const { client } = await signedIn();
    const { steppedUpUntil } = await client.stepUp(await freshCode());
    expect(Date.parse(steppedUpUntil ?? '') - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(await marks(client)).toEqual(['(NU)', '(NU)', '(NS)', '(CTS)', '(CTS)']);
  });

  it('is cut back at once when the time is over, on the open session', async () => {
    const { client } = await signedIn();
    await client.stepUp(await freshCode());
    await asSuperuser(
      `UPDATE sec.session SET stepped_up_until = now(), bitmap_until = least(bitmap_until, now()) WHERE stepped_up_until IS NOT NULL AND person_id = $1`,
      [alliance.requester.person],
    );
    expect(await marks(client)).toEqual(['(NU)', '(NU)', '(NS)']);
  });

  it('brings nothing in that is top secret, and is told which lines', async () => {
    const sid = await alliance.house.openSession(alliance.planner.person, { steppedUp: false });
    const refused = await new ApiClient(alliance.house.url, sid)
      .importDocument(PACKAGE.text())
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiProblem);
    const { code, faults = [] } = (refused as ApiProblem).problem;
    expect(code).toBe('import-refused');
    expect(faults.filter((fault) => fault.code === 'session-assurance')).toHaveLength(2);
  });

  it('taken away: with assurance out of the bitmap it would see all', async () => {
    const { client } = await signedIn();
    const { rows } = (await asSuperuser(`SELECT pg_get_functiondef('sec.assured_labels()'::regprocedure) AS text`)) as {
      rows: { text: string }[];
    };
    const text = rows[0]!.text;
    await asSuperuser(text.replace('"TOP SECRET"', '"NO SUCH LEVEL"'));
    await asSuperuser('UPDATE sec.session SET bitmap = NULL');
    try {
      const { rows: seen } = await seenByTheDatabase(client);
      expect(seen).toHaveLength(5);
      // The database would show it; the decision of the process still does not.
      expect(await marks(client)).toEqual(['(NU)', '(NU)', '(NS)']);
    } finally {
      await asSuperuser(text);
      await asSuperuser('UPDATE sec.session SET bitmap = NULL');
    }
  });
});

describe('a code', () => {
  it.each<[string, (good: string) => string]>([
    ['that is wrong', (good) => String((Number(good) + 1) % 1_000_000).padStart(6, '0')],
    ['of an hour ago', () => oneTimeCode(secret, new Date(Date.now() - 3_600_000))],
    ['of two steps ahead', () => oneTimeCode(secret, new Date(Date.now() + 3 * STEP))],
  ])('%s is refused, and counted', async (_name, spoilt) => {
    const { client } = await signedIn();
    const code = spoilt(await freshCode());
    await expect(client.stepUp(code)).rejects.toMatchObject({ problem: { code: 'wrong-code' } });
    expect((await asSuperuser('SELECT failures FROM sec.second_factor')).rows).toEqual([{ failures: 1 }]);
  });

  it('counts once, for two sessions that give it at the same moment as well', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    const code = await freshCode();
    const both = await Promise.allSettled([one.client.stepUp(code), other.client.stepUp(code)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('locks after ten wrong ones, for the right one too', async () => {
    const { client } = await signedIn();
    const code = await freshCode();
    for (let n = 0; n < 10; n += 1) await expect(client.stepUp('000000')).rejects.toThrow(ApiProblem);
    await expect(client.stepUp(code)).rejects.toMatchObject({ problem: { code: 'wrong-code' } });
  });

  it('is nothing to a token: a program is never stepped up', async () => {
    const { client } = await signedIn();
    const { token } = await client.issueToken({ name: 'mirror', scopes: ['documents:read', 'me'], expiresInDays: 1 });
    const program = new ApiClient(alliance.house.url, token);
    await expect(program.stepUp(await freshCode())).rejects.toMatchObject({ problem: { code: 'wrong-code' } });
    expect(await marks(program)).toEqual(['(NU)', '(NU)', '(NS)']);
  });

  it('is nothing to somebody who was given no second factor', async () => {
    const sid = await alliance.house.openSession(alliance.planner.person, { steppedUp: false });
    const client = new ApiClient(alliance.house.url, sid);
    await expect(client.stepUp(await freshCode())).rejects.toMatchObject({ problem: { code: 'wrong-code' } });
  });
});

describe('whoever captures the api', () => {
  it('can read no secret, and step up no session without a code', async () => {
    const { sid } = await signedIn();
    const api = await alliance.house.as('api');
    const trying = (sql: string) => api.run({ sid }, (tx) => tx.rows(sql));
    await expect(trying('SELECT secret FROM sec.second_factor')).rejects.toThrow(/permission denied/);
    await expect(trying(`UPDATE sec.session SET stepped_up_until = now() + interval '1 hour'`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(
      trying(`SELECT sec.enrol_second_factor(sec.session_person(), decode(repeat('00', 32), 'hex'))`),
    ).rejects.toThrow(/permission denied/);
    await expect(trying(`SELECT sec.one_time_code('\\x00', 1)`)).rejects.toThrow(/permission denied/);
    expect(await trying(`SELECT sec.step_up('') AS until`)).toEqual([{ until: null }]);
  });
});

describe('the code, as the database computes it', () => {
  // RFC 6238, appendix B, SHA-256: the last six of its eight digits.
  it.each([
    [59, '119246'],
    [1_111_111_109, '084774'],
    [1_111_111_111, '062674'],
    [1_234_567_890, '819424'],
    [2_000_000_000, '698825'],
    [20_000_000_000, '737706'],
  ])('is that of RFC 6238 at second %i', async (second, code) => {
    const secretOfTheRfc = Buffer.from('12345678901234567890123456789012');
    const { rows } = await asSuperuser('SELECT sec.one_time_code($1, $2) AS code', [
      secretOfTheRfc,
      Math.floor(second / 30),
    ]);
    expect(rows).toEqual([{ code }]);
  });

  it('signs as RFC 4231 says', async () => {
    const { rows } = await asSuperuser(
      `SELECT encode(sec.hmac_sha256('Jefe', 'what do ya want for nothing?'), 'hex') AS mac`,
    );
    expect(rows).toEqual([{ mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843' }]);
  });
});
