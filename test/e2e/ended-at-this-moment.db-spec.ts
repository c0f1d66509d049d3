import { type AccessRules, shippedRules } from '#access';
import { ApiClient, type ApiProblem } from '#client';
import { DAY, asSuperuser, grant, inTime } from '../support/admission';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { idOf } from '../support/authority';
import { asking } from '../support/cluster';
import { aDocument } from '../support/documents';
import type { Resident } from '../support/house';
import { aPerson } from '../support/people';

/*
 * no_read_up, list_equals_filter_of_check: whatever has ended opens nothing any more, on sessions that are open, from the very next request on.
 *
 * Nobody moves the clock of PostgreSQL. So what is to end is put an hour ahead; what the session remembers must end with it, to the
 * moment; then both are put into the past together, past every trigger, which is how they lie there when that hour has gone by.
 */
const LIST = 'KESTREL';
const REASON = { text: 'EXERCISE Ships are missing, and the duty desk must know who is near.', mark: 'NR' };

let alliance: AllianceHouse;
let watch: Resident;
let plain: string;
let listed: string;
let narrow: string;
let topSecret: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, planner, releaseOfficer, firstReviewer } = alliance;
  ({ watch } = await house.enrol({
    watch: aPerson('watch.one').clearedTo('SECRET').inRole('watch-officer'),
    officer: aPerson('security.one').clearedTo('SECRET').inRole('security-officer'),
  }));
  await house.authority.accessList({ list: LIST, approvers: [releaseOfficer.person] });
  await house.authority.accessGrant(releaseOfficer, { list: LIST, person: planner.person });
  await house.authority.accessGrant(releaseOfficer, { list: LIST, person: firstReviewer.person });
  await house.admit();
  const secret = () => aDocument().underBanner('NATO SECRET').titled('(NS) EXERCISE A paper');
  const imported = async (text: string): Promise<string> => (await planner.client.importDocument(text)).id;
  plain = await imported(secret().text());
  listed = await imported(secret().forThose(`list:${LIST}`).text());
  narrow = await imported(secret().forThose('community:NDPP-STAFF').text());
  topSecret = await imported(aDocument().titled('(CTS) EXERCISE A paper').text());
});
afterAll(() => alliance.house.close());

const reads = (who: { readonly client: ApiClient }, id: string): Promise<number> =>
  who.client.document(id).then(
    () => 200,
    (error: unknown) => (error as ApiProblem).problem.status,
  );

/** What row-level security shows of a document by what the session remembers: nothing is worked out anew. */
const seenWithoutEntering = ({ sid }: { readonly sid: string }, id: string): Promise<number> =>
  asking(alliance.house.databases.main('api'), async (client) => {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('app.sid', $1, true)`, [sid]);
    const { rowCount } = await client.query('SELECT 1 FROM document WHERE id = $1', [id]);
    await client.query('ROLLBACK');
    return rowCount ?? 0;
  });

const IN_AN_HOUR = `date_trunc('second', now() + interval '1 hour')`;
const rememberedUntil = `SELECT bitmap_until::text AS until FROM sec.session WHERE sid_hash = sha256(convert_to($1, 'UTF8'))`;

/** Lets an hour go by for one row and for what the session remembers; nothing is told that anything changed. */
async function anHourLater({ sid }: { readonly sid: string }, row: string): Promise<void> {
  await asking(alliance.house.databases.main('superuser'), async (client) => {
    await client.query('BEGIN');
    await client.query('SET LOCAL session_replication_role = replica');
    await client.query(row);
    await client.query(
      `UPDATE sec.session SET bitmap_until = bitmap_until - interval '2 hours' WHERE sid_hash = sha256(convert_to($1, 'UTF8'))`,
      [sid],
    );
    await client.query('COMMIT');
  });
}

/** Something that a right rests on, and where its end lies. */
interface Ending {
  readonly who: () => Resident;
  readonly document: () => string;
  /** Before: whatever makes the document readable. */
  readonly begin?: () => Promise<unknown>;
  readonly table: string;
  readonly column: string;
  readonly where: () => string;
  /** What a shorter span needs besides. */
  readonly also?: string;
}

const ENDINGS: Readonly<Record<string, Ending>> = {
  'a clearance': {
    who: () => alliance.requester,
    document: () => plain,
    table: 'clearance',
    column: 'valid_until',
    where: () => `person_id = '${alliance.requester.person}'`,
  },
  'an entry of an access list': {
    who: () => alliance.firstReviewer,
    document: () => listed,
    table: 'access_entry',
    column: 'valid_until',
    where: () => `person_id = '${alliance.firstReviewer.person}'`,
    also: `valid_from = valid_from - interval '3 hours'`,
  },
  'what break-glass lifts': {
    who: () => watch,
    document: () => narrow,
    begin: () => watch.client.breakGlass({ document: narrow, reason: REASON, hours: 4 }),
    table: 'sec.lifted',
    column: 'until',
    where: () => `person_id = '${watch.person}'`,
    also: `from_at = from_at - interval '3 hours'`,
  },
  'the stepping up of a session': {
    who: () => alliance.originator,
    document: () => topSecret,
    table: 'sec.session',
    column: 'stepped_up_until',
    where: () => `person_id = '${alliance.originator.person}'`,
  },
};

describe('on an open session, from the moment at which it ends, nothing is opened any more by', () => {
  it.each(Object.entries(ENDINGS))('%s', async (_name, { who, document, begin, table, column, where, also }) => {
    const { house } = alliance;
    await begin?.();
    const ends = `UPDATE ${table} SET ${column} = ${IN_AN_HOUR} WHERE ${where()} RETURNING ${column}::text AS until`;
    const [ending] = await asSuperuser<{ until: string }>(house, ends);
    // The owner of a session does not change it: what was remembered is forgotten by hand.
    if (table === 'sec.session') await asSuperuser(house, `UPDATE sec.session SET bitmap = NULL WHERE ${where()}`);
    expect(await reads(who(), document())).toBe(200);
    expect(await seenWithoutEntering(who(), document())).toBe(1);
    expect(await asSuperuser(house, rememberedUntil, [who().sid])).toEqual([ending]);

    const earlier = also === undefined ? '' : `, ${also}`;
    await anHourLater(
      who(),
      `UPDATE ${table} SET ${column} = ${column} - interval '2 hours'${earlier} WHERE ${where()}`,
    );
    expect(await seenWithoutEntering(who(), document())).toBe(0);
    expect(await reads(who(), document())).toBe(404);
    expect(await seenWithoutEntering(who(), document())).toBe(0);
  });

  it('a clearance that has not begun: it opens when it does', async () => {
    const { house, secondReviewer } = alliance;
    const where = `person_id = '${secondReviewer.person}'`;
    const [begin] = await asSuperuser<{ until: string }>(
      house,
      `UPDATE clearance SET valid_from = ${IN_AN_HOUR} WHERE ${where} RETURNING valid_from::text AS until`,
    );
    expect(await reads(secondReviewer, plain)).toBe(404);
    expect(await asSuperuser(house, rememberedUntil, [secondReviewer.sid])).toEqual([begin]);
    await anHourLater(
      secondReviewer,
      `UPDATE clearance SET valid_from = valid_from - interval '2 hours' WHERE ${where}`,
    );
    expect(await reads(secondReviewer, plain)).toBe(200);
  });
});

describe('a credential that has ended', () => {
  it.each(['session', 'token'])('opens nothing: a %s', async (kind) => {
    const { house, belgium } = alliance;
    const { token } = await belgium.client.issueToken({
      name: 'EXERCISE',
      scopes: ['documents:read', 'me'],
      expiresInDays: 1,
    });
    const sid = kind === 'token' ? token : await house.openSession(belgium.person);
    const client = new ApiClient(house.url, sid);
    expect(await reads({ client }, plain)).toBe(200);
    await anHourLater(
      { sid },
      `UPDATE sec.session SET expires_at = now() - interval '1 second' WHERE sid_hash = sha256(convert_to('${sid}', 'UTF8'))`,
    );
    expect(await seenWithoutEntering({ sid }, plain)).toBe(0);
    expect(await reads({ client }, plain)).toBe(401);
  });

  it('opens nothing when it was taken back: a token', async () => {
    const { house, belgium } = alliance;
    const { id, token } = await belgium.client.issueToken({
      name: 'EXERCISE',
      scopes: ['documents:read'],
      expiresInDays: 1,
    });
    const client = new ApiClient(house.url, token);
    expect(await reads({ client }, plain)).toBe(200);
    await fetch(`${house.url}/api/tokens/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${belgium.sid}` },
    });
    expect(await reads({ client }, plain)).toBe(401);
  });

  it('asks for a request no more: it lapses with its date, and a grant of it is another’s to make', async () => {
    const { house, norway, releaseOfficer } = alliance;
    const id = await norway.client.requestAccess({ list: LIST, purpose: REASON, until: inTime(DAY) });
    await asSuperuser(
      house,
      `UPDATE access_request SET asked_at = now() - interval '2 days', wanted_until = now() - interval '1 day' WHERE id = $1`,
      [id],
    );
    expect(await norway.client.accessRequest(id)).toMatchObject({ state: 'lapsed', awaitsYou: false });
    expect((await releaseOfficer.client.accessRequests()).items).toEqual([]);
  });
});

describe('what authority takes back is gone with the next request', () => {
  it('a list that no longer stands', async () => {
    const { house, germany, releaseOfficer } = alliance;
    const stated = await house.authority.accessList({ list: 'HERON', approvers: [releaseOfficer.person] });
    await house.admit();
    const request = await germany.client.requestAccess({ list: 'HERON', purpose: REASON, until: inTime(DAY) });
    await grant(house, releaseOfficer, { id: request, list: 'HERON', person: germany.person });
    expect((await germany.client.me()).needToKnow).toContain('list:HERON');
    await house.authority.revocation(
      { instrument: idOf(stated), reason: 'error', from: new Date().toISOString() },
      { issuedAt: new Date().toISOString() },
    );
    await house.admit();
    expect((await germany.client.me()).needToKnow).not.toContain('list:HERON');
    expect((await germany.client.accessLists()).items.map(({ name }) => name)).not.toContain('HERON');
    await expect(
      germany.client.requestAccess({ list: 'HERON', purpose: REASON, until: inTime(DAY) }),
    ).rejects.toMatchObject({ problem: { code: 'not-found' } });
  });

  it('rules that another version has replaced, and that version when it is revoked', async () => {
    const { house, norway } = alliance;
    expect(await reads(norway, plain)).toBe(200);
    const strict: AccessRules = {
      ...shippedRules,
      version: '2099.1',
      rules: shippedRules.rules.filter(({ id }) => id !== 'everyone-reads-what-the-lattice-allows'),
    };
    const stated = await house.authority.accessRules({ version: '2099.1', rules: { ...strict } });
    await house.admit();
    expect(await reads(norway, plain)).toBe(404);
    await house.authority.revocation(
      { instrument: idOf(stated), reason: 'superseded', from: new Date().toISOString() },
      { issuedAt: new Date().toISOString() },
    );
    await house.admit();
    expect(await reads(norway, plain)).toBe(200);
  });
});
