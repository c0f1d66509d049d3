import { randomUUID } from 'node:crypto';
import type { RequestAccessCommand } from '#contracts';
import { DAY, asSuperuser, carryOut, grant, inTime } from '../support/admission';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { captured } from '../support/captured';
import { aDocument } from '../support/documents';
import type { Resident } from '../support/house';
import { ask } from '../support/http';

/* Whoever needs to know asks for it, for a purpose and until a date. An approver who is somebody else signs the grant, or refuses. */
const LIST = 'KESTREL';
const READ_IN = 'EXERCISE What is on this list is told to nobody who is not on it.';
const PURPOSE = { text: 'EXERCISE To draft the winter plan of the northern region.', mark: 'NR' };

let alliance: AllianceHouse;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, releaseOfficer, firstReviewer, planner } = alliance;
  const approvers = [releaseOfficer.person, firstReviewer.person];
  await house.authority.accessList({ list: LIST, approvers, longestDays: 30 });
  const keyless = randomUUID();
  await house.authority.person({ person: keyless, identity: 'keyless' });
  await house.authority.accessList({ list: 'HERON', approvers: [...approvers, keyless], readIn: READ_IN });
  await house.authority.accessList({ list: 'UNSEEN', approvers, listed: false });
  await house.authority.accessList({ list: 'OWN-ALONE', approvers: [planner.person] });
  await house.admit();
});
afterAll(() => alliance.house.close());
// A request that a test leaves open is none of the next one's.
afterEach(() =>
  asSuperuser(
    alliance.house,
    `UPDATE access_request SET state = 'withdrawn', settled_at = now(), settled_by = person_id WHERE state = 'open'`,
  ),
);

const asks = (who: Resident, changes: Partial<RequestAccessCommand> = {}): Promise<string> =>
  who.client.requestAccess({ list: LIST, purpose: PURPOSE, until: inTime(7 * DAY), ...changes });

const standing = async (who: Resident, list = LIST) =>
  (await who.client.accessLists()).items.find(({ name }) => name === list)?.standing;

const problem = (code: string, rule?: string) => ({
  problem: { code, ...(rule === undefined ? {} : { reasons: [expect.objectContaining({ rule })] }) },
});

describe('the access lists that one may know of', () => {
  it('are named with their approvers and with where one stands, and those that are not listed are not there', async () => {
    const { official, releaseOfficer, firstReviewer } = alliance;
    const { items, next } = await official.client.accessLists();
    expect(next).toBeNull();
    expect(items.map(({ name }) => name)).toEqual(['HERON', LIST, 'OWN-ALONE']);
    expect(items[1]).toMatchObject({
      kind: 'list',
      longestDays: 30,
      readIn: null,
      standing: { state: 'none', from: null, until: null, request: null },
      approvers: [
        { person: releaseOfficer.person, office: releaseOfficer.office },
        { person: firstReviewer.person, office: firstReviewer.office },
      ],
    });
    expect((await releaseOfficer.client.accessLists()).items.map(({ name }) => name)).toContain('UNSEEN');
  });

  it('name as approvers those who can let one in: not oneself, and nobody without a key', async () => {
    const { official, releaseOfficer, firstReviewer, planner } = alliance;
    const named = async (who: Resident, list: string) =>
      (await who.client.accessLists()).items
        .find(({ name }) => name === list)
        ?.approvers.map(({ person }) => person)
        .sort();
    const both = [releaseOfficer.person, firstReviewer.person].sort();
    expect(await named(official, 'HERON')).toEqual(both);
    expect(await named(releaseOfficer, 'HERON')).toEqual([firstReviewer.person]);
    expect(await named(official, 'OWN-ALONE')).toEqual([planner.person]);
    expect(await named(planner, 'OWN-ALONE')).toEqual([]);
  });

  it('come page by page', async () => {
    const { official } = alliance;
    const first = await official.client.accessLists({ limit: 2 });
    expect([first.items.length, first.next]).toEqual([2, LIST]);
    const second = await official.client.accessLists({ limit: 2, after: LIST });
    expect([second.items.map(({ name }) => name), second.next]).toEqual([['OWN-ALONE'], null]);
  });

  it('keep what is read in from who is not on the list, in the database as well', async () => {
    const { house, official, releaseOfficer } = alliance;
    const heron = async (who: Resident) => (await who.client.accessLists()).items.find(({ name }) => name === 'HERON');
    expect((await heron(official))?.readIn).toBeNull();
    expect((await heron(releaseOfficer))?.readIn).toMatchObject({ text: READ_IN });
    const api = await captured(house, 'api');
    expect(await api.as(official).run(`SELECT sec.read_in_of('HERON') AS text`)).toEqual([{ text: null }]);
    expect(await api.as(official).attempt('SELECT read_in FROM access_list')).toBe('42501');
    await api.close();
  });
});

describe('a request for access', () => {
  it('is told to the approvers, granted by a signature, and shows by whom and until when', async () => {
    const { house, official, releaseOfficer, firstReviewer, requester } = alliance;
    const until = inTime(5 * DAY);
    const id = await asks(official, { until });
    expect(await standing(official)).toEqual({ state: 'asked', from: null, until: null, request: id });
    await carryOut(house);
    for (const approver of [releaseOfficer, firstReviewer]) {
      expect(await approver.client.notifications()).toContainEqual(
        expect.objectContaining({ kind: 'awaits-your-approval', about: id, case: null }),
      );
      const [waiting] = (await approver.client.accessRequests()).items;
      expect(waiting).toMatchObject({
        id,
        state: 'open',
        awaitsYou: true,
        requester: { person: official.person, office: official.office },
        purpose: { mark: '(NR)', text: PURPOSE.text },
      });
    }
    expect((await requester.client.accessRequests()).items).toEqual([]);

    const granted = await grant(house, firstReviewer, { id, list: LIST, person: official.person }, { until });
    expect(granted).toMatchObject({ state: 'accepted', fault: null });
    expect(await official.client.accessRequest(id)).toMatchObject({
      state: 'granted',
      awaitsYou: false,
      granted: { grant: granted.grant, by: { person: firstReviewer.person }, until, withdrawnAt: null },
    });
    expect(await standing(official)).toMatchObject({ state: 'member', until, request: null });
    expect((await official.client.me()).needToKnow).toContain(`list:${LIST}`);
    expect((await releaseOfficer.client.accessRequests()).items).toEqual([]);
    await carryOut(house);
    expect(await official.client.notifications()).toContainEqual(
      expect.objectContaining({ kind: 'access.granted', about: granted.grant }),
    );
    // Who is let in may ask again before it ends.
    await expect(asks(official)).resolves.toEqual(expect.any(String));
  });

  it('opens nothing by itself', async () => {
    const { norway } = alliance;
    await asks(norway);
    expect((await norway.client.me()).needToKnow).not.toContain(`list:${LIST}`);
  });

  it('is refused with a reason that the one who asked reads, and may be made again', async () => {
    const { house, germany, releaseOfficer } = alliance;
    const id = await asks(germany);
    await releaseOfficer.client.refuseAccess(id, { text: 'EXERCISE The plan is not yours to draft.', mark: 'NR' });
    expect(await germany.client.accessRequest(id)).toMatchObject({
      state: 'refused',
      settled: { by: { person: releaseOfficer.person } },
      refusal: { mark: '(NR)', text: 'EXERCISE The plan is not yours to draft.' },
    });
    await carryOut(house);
    expect((await germany.client.notifications())[0]).toMatchObject({ kind: 'access.refused', about: id });
    await asks(germany);
  });

  it('is withdrawn by who asked, and is then nobody’s to settle', async () => {
    const { germany, releaseOfficer } = alliance;
    const id = await asks(germany);
    await germany.client.withdrawAccessRequest(id);
    expect(await germany.client.accessRequest(id)).toMatchObject({ state: 'withdrawn', awaitsYou: false });
    await expect(releaseOfficer.client.refuseAccess(id, PURPOSE)).rejects.toMatchObject(problem('conflict'));
    await expect(germany.client.withdrawAccessRequest(id)).rejects.toMatchObject(problem('conflict'));
  });

  it('lapses when its date has passed, and may be made again', async () => {
    const { house, germany, releaseOfficer } = alliance;
    const id = await asks(germany);
    await asSuperuser(
      house,
      `UPDATE access_request SET asked_at = now() - interval '2 days', wanted_until = now() - interval '1 second' WHERE id = $1`,
      [id],
    );
    expect((await germany.client.accessRequest(id)).state).toBe('lapsed');
    expect((await releaseOfficer.client.accessRequests()).items).toEqual([]);
    await expect(releaseOfficer.client.refuseAccess(id, PURPOSE)).rejects.toMatchObject(problem('conflict'));
    await asks(germany);
  });

  it('is open once a person and list, however many come at the same moment', async () => {
    const { house, belgium } = alliance;
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => asks(belgium)));
    const refused = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused).toHaveLength(5);
    for (const each of refused) expect(each).toMatchObject(problem('conflict'));
    const open = `SELECT count(*)::int AS n FROM access_request WHERE person_id = $1 AND state = 'open'`;
    expect(await asSuperuser(house, open, [belgium.person])).toEqual([{ n: 1 }]);
    await expect(asks(belgium, { list: 'HERON' })).resolves.toEqual(expect.any(String));
  });

  it('ends: not in the past, and not later than the list allows', async () => {
    const { germany } = alliance;
    for (const until of [inTime(-DAY), inTime(31 * DAY)])
      await expect(asks(germany, { until })).rejects.toMatchObject(problem('refused', 'as-long-as-the-list-allows'));
    await expect(asks(germany, { until: inTime(29 * DAY) })).resolves.toEqual(expect.any(String));
  });

  it('is not made of a list that one may not know of: the same answer as for none', async () => {
    const { house, germany } = alliance;
    const answers = [];
    for (const list of ['UNSEEN', 'NOT-THERE']) {
      const json = { list, purpose: PURPOSE, until: inTime(DAY) };
      const { status, body } = await ask(house.url, '/api/access-requests', { method: 'POST', as: germany.sid, json });
      answers.push({ status, body: body.replace(/"requestId":"[^"]+"/, '') });
    }
    expect(answers[0]).toMatchObject({ status: 404 });
    expect(answers[1]).toEqual(answers[0]);
  });

  it('is not made where nobody but oneself approves', async () => {
    await expect(asks(alliance.planner, { list: 'OWN-ALONE' })).rejects.toMatchObject(
      problem('refused', 'nobody-lets-themselves-in'),
    );
  });

  it('is counted: at most 50 a day', async () => {
    const { house, secondReviewer } = alliance;
    await asSuperuser(
      house,
      `INSERT INTO access_request (id, list, person_id, wanted_until, state, settled_at, settled_by)
       SELECT gen_random_uuid(), 'HERON', $1, now() + interval '1 day', 'withdrawn', now(), $1 FROM generate_series(1, 50)`,
      [secondReviewer.person],
    );
    await expect(asks(secondReviewer)).rejects.toMatchObject(problem('too-many-requests'));
  });
});

describe('the list of requests', () => {
  it('comes page by page, newest first, and one’s cursor is nobody else’s', async () => {
    const { house, germany, norway } = alliance;
    const made = [];
    for (const list of [LIST, 'HERON', 'OWN-ALONE']) made.push(await asks(norway, { list }));
    const first = await norway.client.accessRequests({ limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual([made[2], made[1]]);
    const second = await norway.client.accessRequests({ limit: 2, cursor: first.next! });
    expect(second.items[0]?.id).toBe(made[0]);
    await expect(germany.client.accessRequests({ cursor: first.next! })).rejects.toMatchObject(problem('bad-request'));
    const elsewhere = await ask(house.url, `/api/break-glass?cursor=${first.next!}`, { as: norway.sid });
    expect(elsewhere.status).toBe(400);
  });

  it.each(['?limit=0', '?limit=201', '?list=KESTREL', '?cursor=x', '?cursor='])('refuses %s', async (query) => {
    const { house, norway } = alliance;
    expect((await ask(house.url, `/api/access-requests${query}`, { as: norway.sid })).status).toBe(400);
  });

  it.each([
    ['a field that nobody knows', { state: 'granted' }],
    ['another person', { person: '5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10' }],
    ['a list that is no name', { list: "KESTREL' OR true" }],
    ['an end that is no moment', { until: 'tomorrow' }],
  ])('takes no request with %s', async (_what, change) => {
    const { house, norway } = alliance;
    const json = { list: LIST, purpose: PURPOSE, until: inTime(DAY), ...change };
    expect((await ask(house.url, '/api/access-requests', { method: 'POST', as: norway.sid, json })).status).toBe(400);
  });

  it('takes no token without the scope', async () => {
    const { house, norway } = alliance;
    const { token } = await norway.client.issueToken({ name: 'EXERCISE', scopes: ['access:read'], expiresInDays: 1 });
    expect((await ask(house.url, '/api/access-requests', { as: token })).status).toBe(200);
    const json = { list: LIST, purpose: PURPOSE, until: inTime(DAY) };
    expect((await ask(house.url, '/api/access-requests', { method: 'POST', as: token, json })).status).toBe(403);
  });
});

describe('the purpose of a request', () => {
  it('is not marked above the one who writes it', async () => {
    const { official } = alliance;
    const purpose = { text: 'EXERCISE For the reserve.', mark: 'CTS' };
    await expect(asks(official, { purpose })).rejects.toMatchObject({ problem: { code: 'not-permitted' } });
  });

  it.each(['SECRETISH', 'NATO SECRET // EVERYONE', ''])('needs a mark that a policy knows: not %p', async (mark) => {
    const { house, official } = alliance;
    const json = { list: LIST, purpose: { text: PURPOSE.text, mark }, until: inTime(DAY) };
    const { status } = await ask(house.url, '/api/access-requests', { method: 'POST', as: official.sid, json });
    expect([400, 422]).toContain(status);
  });

  it('is read by approvers who are cleared for its mark; the others see that somebody asks', async () => {
    const { house, requester, releaseOfficer, official } = alliance;
    await house.authority.accessList({ list: 'MIXED', approvers: [releaseOfficer.person, official.person] });
    await house.admit();
    const purpose = { text: 'EXERCISE To read on about the reserve.', mark: 'CTS' };
    const id = await asks(requester, { list: 'MIXED', purpose });
    expect((await releaseOfficer.client.accessRequest(id)).purpose).toEqual({ mark: '(CTS)', text: purpose.text });
    expect(await official.client.accessRequest(id)).toMatchObject({ awaitsYou: true, purpose: null });
  });

  it('is no copy, not nearly either, of what its writer reads under a higher mark', async () => {
    const { planner, requester } = alliance;
    const text = 'EXERCISE The reserve brigades named in annex seven of the plan will not be ready before the winter.';
    await planner.client.importDocument(aDocument().titled('(NU) EXERCISE Reserve').saying(`(CTS) ${text}`).text());
    const near = text.replace('annex seven', 'annex eight').replace('will not be', 'are not');
    for (const copied of [text, near])
      await expect(asks(requester, { purpose: { text: copied, mark: 'NR' } })).rejects.toMatchObject(
        problem('refused', 'no_write_down'),
      );
    // Under its own mark it may be repeated.
    await expect(asks(requester, { purpose: { text, mark: 'CTS' } })).resolves.toEqual(expect.any(String));
  });

  it.each([
    ['a character that nobody sees', 'EXERCISE a\u200bb'],
    ['half a character', 'EXERCISE \ud800'],
    ['nothing', '   '],
    ['too much', 'x'.repeat(2_001)],
  ])('holds no %s', async (_what, text) => {
    const { house, official } = alliance;
    const json = { list: LIST, purpose: { text, mark: 'NR' }, until: inTime(DAY) };
    const answer = await ask(house.url, '/api/access-requests', { method: 'POST', as: official.sid, json });
    expect(answer.status).toBe(400);
  });

  it('is shown as it was written, whatever it looks like', async () => {
    const { official, releaseOfficer } = alliance;
    const text = `EXERCISE '; DROP TABLE access_request; -- <script>alert(1)</script> \${actor.sid} %s`;
    const id = await asks(official, { purpose: { text, mark: 'NR' } });
    expect((await releaseOfficer.client.accessRequest(id)).purpose?.text).toBe(text);
  });
});
