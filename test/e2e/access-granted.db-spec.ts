import { DAY, asSuperuser, carryOut, grant, inTime } from '../support/admission';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { type Captured, DENIED, captured } from '../support/captured';
import type { Resident } from '../support/house';
import { ask } from '../support/http';

/* Letting in is a signature by an approver, for somebody else and for a time. Nothing that the api could write takes its place. */
const LIST = 'KESTREL';
const READ_IN = 'EXERCISE What is on this list is told to nobody who is not on it.';
const PURPOSE = { text: 'EXERCISE To draft the winter plan of the northern region.', mark: 'NR' };

let alliance: AllianceHouse;
let api: Captured;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, releaseOfficer, firstReviewer, planner } = alliance;
  const approvers = [releaseOfficer.person, firstReviewer.person];
  await house.authority.accessList({ list: LIST, approvers, longestDays: 30 });
  await house.authority.accessList({ list: 'HERON', approvers: [planner.person], readIn: READ_IN });
  await house.admit();
  api = await captured(house, 'api');
});
afterAll(async () => {
  await api.close();
  await alliance.house.close();
});

const asks = (who: Resident, list = LIST): Promise<string> =>
  who.client.requestAccess({ list, purpose: PURPOSE, until: inTime(7 * DAY) });
const stateOf = async (who: Resident, id: string): Promise<string> => (await who.client.accessRequest(id)).state;

describe('a grant', () => {
  it('of one’s own request gives nothing: nobody lets themselves in', async () => {
    const { house, releaseOfficer } = alliance;
    const id = await asks(releaseOfficer);
    const granted = await grant(house, releaseOfficer, { id, list: LIST, person: releaseOfficer.person });
    expect(granted).toMatchObject({ state: 'refused', fault: 'nobody lets themselves in' });
    expect(await stateOf(releaseOfficer, id)).toBe('open');
    expect((await releaseOfficer.client.me()).needToKnow).not.toContain(`list:${LIST}`);
  });

  it('of somebody who approves another list gives nothing', async () => {
    const { house, planner, official } = alliance;
    const id = await asks(official);
    const granted = await grant(house, planner, { id, list: LIST, person: official.person });
    expect(granted.state).toBe('refused');
    expect(await stateOf(official, id)).toBe('open');
    await official.client.withdrawAccessRequest(id);
  });

  it('for longer than the list allows gives nothing', async () => {
    const { house, firstReviewer, official } = alliance;
    const id = await asks(official);
    const span = { until: inTime(31 * DAY) };
    const granted = await grant(house, firstReviewer, { id, list: LIST, person: official.person }, span);
    expect(granted).toMatchObject({ state: 'refused', fault: expect.stringContaining('30 days') });
    expect(await stateOf(official, id)).toBe('open');
    await official.client.withdrawAccessRequest(id);
  });

  it('that names somebody else’s request makes it no granted one', async () => {
    const { house, firstReviewer, norway, belgium } = alliance;
    const id = await asks(norway);
    expect((await grant(house, firstReviewer, { id, list: LIST, person: belgium.person })).state).toBe('accepted');
    expect(await stateOf(norway, id)).toBe('open');
    expect((await norway.client.me()).needToKnow).not.toContain(`list:${LIST}`);
  });

  it('that names a request for another list makes it no granted one', async () => {
    const { house, firstReviewer, germany } = alliance;
    const id = await asks(germany, 'HERON');
    expect((await grant(house, firstReviewer, { id, list: LIST, person: germany.person })).state).toBe('accepted');
    expect(await stateOf(germany, id)).toBe('open');
  });

  it('shows as ended to who was let in when an approver takes it back', async () => {
    const { house, firstReviewer, releaseOfficer, requester } = alliance;
    const id = await asks(requester);
    const granted = await grant(house, firstReviewer, { id, list: LIST, person: requester.person });
    const taken = await house.authority.accessWithdrawal(releaseOfficer, { grant: granted.grant, list: LIST });
    await releaseOfficer.client.submitInstrument(taken);
    await house.settle();
    expect((await requester.client.accessRequest(id)).granted?.withdrawnAt).toEqual(expect.any(String));
    expect((await requester.client.me()).needToKnow).not.toContain(`list:${LIST}`);
    await carryOut(house);
    expect((await requester.client.notifications()).map(({ kind }) => kind)).toContain('access.ended');
  });
});

describe('the read-in of a list', () => {
  const digestOf = async (who: Resident): Promise<string> =>
    (await who.client.accessLists()).items.find(({ name }) => name === 'HERON')?.readIn?.digest ?? '';
  const standing = async (who: Resident) =>
    (await who.client.accessLists()).items.find(({ name }) => name === 'HERON')?.standing.state;

  beforeAll(async () => {
    const { house, planner, secondReviewer } = alliance;
    const id = await asks(secondReviewer, 'HERON');
    await grant(house, planner, { id, list: 'HERON', person: secondReviewer.person });
  });

  it('is acknowledged as it was shown, on the record, and opens the list', async () => {
    const { secondReviewer, auditor } = alliance;
    expect(await standing(secondReviewer)).toBe('not-acknowledged');
    await expect(secondReviewer.client.acknowledge('HERON', '0'.repeat(64))).rejects.toMatchObject({
      problem: { code: 'conflict' },
    });
    expect(await standing(secondReviewer)).toBe('not-acknowledged');
    await secondReviewer.client.acknowledge('HERON', await digestOf(secondReviewer));
    expect(await standing(secondReviewer)).toBe('member');
    expect((await secondReviewer.client.me()).needToKnow).toContain('list:HERON');
    const { items } = await auditor.client.events({ action: 'access.acknowledge', outcome: 'done' });
    expect(items).toMatchObject([{ person: secondReviewer.person, details: { lists: ['HERON'] } }]);
  });

  it('is not acknowledged with a token, and not by who is not on the list', async () => {
    const { house, secondReviewer, official } = alliance;
    const digest = await digestOf(secondReviewer);
    await expect(official.client.acknowledge('HERON', digest)).rejects.toMatchObject({ problem: { code: 'conflict' } });
    const { token } = await secondReviewer.client.issueToken({
      name: 'EXERCISE',
      scopes: ['access:write', 'access:read'],
      expiresInDays: 1,
    });
    const path = '/api/access-lists/HERON/acknowledgement';
    expect((await ask(house.url, path, { method: 'POST', as: token, json: { digest } })).status).toBe(403);
    expect(
      (
        await ask(house.url, '/api/access-lists/HERON%27/acknowledgement', {
          method: 'POST',
          as: token,
          json: { digest },
        })
      ).status,
    ).toBe(400);
  });
});

describe('whoever captures the api', () => {
  it('writes no request, no entry and no word by itself', async () => {
    const { requester, official } = alliance;
    const id = await asks(official);
    const session = api.as(requester);
    for (const statement of [
      `INSERT INTO access_request (id, list, person_id, wanted_until) VALUES (gen_random_uuid(), '${LIST}', '${official.person}', now() + interval '1 day')`,
      `UPDATE access_request SET state = 'withdrawn'`,
      `DELETE FROM access_request`,
      `INSERT INTO access_entry (id, list, person_id, request_id, valid_from, valid_until, granted_by, kid, instrument_id)
       SELECT gen_random_uuid(), '${LIST}', '${official.person}', '${id}', now(), now() + interval '1 day', '${requester.person}', 'x', id FROM instrument LIMIT 1`,
      `INSERT INTO access_words SELECT * FROM access_words`,
      `INSERT INTO acknowledgement (person_id, list, read_in_sha256) VALUES ('${official.person}', 'HERON', '\\x00')`,
      `SELECT sec.put_words('${id}', 'refusal', 'EXERCISE', 1)`,
      `SELECT sec.told_of_access('access.requested', '${id}')`,
    ])
      expect(await session.attempt(statement)).toBe(DENIED);
    await official.client.withdrawAccessRequest(id);
  });

  it('sees nobody’s request but those of the session’s person and of the lists that they approve', async () => {
    const { official, requester, releaseOfficer } = alliance;
    const id = await asks(official);
    const seen = (who: Resident) =>
      api.as(who).run<{ id: string }>('SELECT id FROM access_request WHERE id = $1', [id]);
    const words = (who: Resident) => api.as(who).run('SELECT body FROM access_words WHERE about = $1', [id]);
    expect([await seen(official), await seen(releaseOfficer), await seen(requester)]).toEqual([[{ id }], [{ id }], []]);
    expect(await words(releaseOfficer)).toEqual([{ body: PURPOSE.text }]);
    expect(await words(requester)).toEqual([]);
    expect(await api.run('SELECT id FROM access_request')).toEqual([]);
    await official.client.withdrawAccessRequest(id);
  });

  it('settles no request that is not the session’s to settle, and none as granted', async () => {
    const { official, requester, releaseOfficer } = alliance;
    const id = await asks(official);
    const settles = async (who: Resident, verdict: string): Promise<unknown> =>
      (
        await api
          .as(who)
          .run<{ answer: string }>(`SELECT sec.settle_request($1, $2, 'EXERCISE', 1) AS answer`, [id, verdict])
      )[0]?.answer;
    expect(await settles(requester, 'refused')).toBe('absent');
    expect(await settles(requester, 'withdrawn')).toBe('absent');
    expect(await settles(releaseOfficer, 'withdrawn')).toBe('not-permitted');
    expect(await settles(official, 'refused')).toBe('not-permitted');
    for (const verdict of ['granted', 'open', 'closed'])
      expect(await settles(releaseOfficer, verdict)).toBe('not-permitted');
    expect(await stateOf(official, id)).toBe('open');
    await official.client.withdrawAccessRequest(id);
  });

  it('puts no words under what the session does not hold, and none without a mark', async () => {
    const { house, official, planner } = alliance;
    const id = await asks(planner, LIST);
    const [row] = await asSuperuser<{ protection_id: number }>(
      house,
      'SELECT protection_id FROM access_words WHERE about = $1',
      [id],
    );
    for (const under of [row!.protection_id, 60_000, null])
      expect(
        await api
          .as(official)
          .attempt(`SELECT sec.request_access('${LIST}', now() + interval '1 day', 'EXERCISE', $1)`, [under]),
      ).toBe(DENIED);
    await planner.client.withdrawAccessRequest(id);
  });
});
