import { ApiClient } from '#client';
import { DAY, grant, inTime } from '../support/admission';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { ask } from '../support/http';

/* A record has no mark, and who reads it is cleared for nothing: neither the name of a list that is not listed nor words stand in it. */
const UNLISTED = 'OSPREY-2031';
const LISTED = 'HERON';
const WORDS = 'EXERCISE The reserve brigades will not be ready.';

let alliance: AllianceHouse;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, releaseOfficer, firstReviewer } = alliance;
  const approvers = [releaseOfficer.person, firstReviewer.person];
  await house.authority.accessList({ list: UNLISTED, approvers, listed: false, readIn: WORDS });
  await house.authority.accessList({ list: LISTED, approvers });
  await house.admit();
});
afterAll(() => alliance.house.close());

/** Everything that the auditor is shown of the record. */
const theRecord = async (): Promise<string> =>
  JSON.stringify((await alliance.auditor.client.events({ limit: 200 })).items);

describe('the record', () => {
  it('names no list that is not listed, whatever was done with it', async () => {
    const { house, releaseOfficer, firstReviewer } = alliance;
    const purpose = { text: 'EXERCISE To draft the winter plan.', mark: 'NR' };
    await releaseOfficer.client.accessLists();
    const id = await releaseOfficer.client.requestAccess({ list: UNLISTED, purpose, until: inTime(7 * DAY) });
    await grant(house, firstReviewer, { id, list: UNLISTED, person: releaseOfficer.person });
    const { items } = await releaseOfficer.client.accessLists();
    const digest = items.find(({ name }) => name === UNLISTED)?.readIn?.digest ?? '';
    await releaseOfficer.client.acknowledge(UNLISTED, digest);
    expect((await releaseOfficer.client.me()).needToKnow).toContain(`list:${UNLISTED}`);
    const record = await theRecord();
    expect(record).not.toContain(UNLISTED);
    expect(record).toContain(LISTED);
    for (const action of ['access.lists', 'access.request', 'access.acknowledge'])
      expect(record).toContain(`"${action}"`);
  });

  it('says which filters a list was asked with, and repeats no words of them', async () => {
    const { house, official } = alliance;
    const asked = new URLSearchParams({
      area: WORDS,
      originator: WORDS,
      nation: 'DEU',
      policy: WORDS,
      classification: WORDS,
      from: '2026-01-01T00:00:00.000Z',
    }).toString();
    for (const list of ['documents', 'targets'])
      expect((await ask(house.url, `/api/${list}?${asked}`, { as: official.sid })).status).toBe(200);
    const client = new ApiClient(house.url, official.sid);
    await client.search({ words: 'brigades', area: WORDS });
    expect(await theRecord()).not.toContain('reserve brigades');
    const { items } = await alliance.auditor.client.events({ person: official.person, action: 'document.list' });
    expect(items[0]?.details['asked']).toEqual([
      'nation=DEU',
      'area',
      'originator',
      'policy',
      'classification',
      'from=2026-01-01T00:00:00.000Z',
    ]);
  });
});
