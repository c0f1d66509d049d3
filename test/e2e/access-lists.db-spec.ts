import { randomUUID } from 'node:crypto';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { idOf } from '../support/authority';
import { asking } from '../support/cluster';
import { aDocument } from '../support/documents';
import type { Resident } from '../support/house';

const LIST = 'AIR-2031';
const READ_IN = 'EXERCISE What is on this list is told to nobody who is not on it.';

let alliance: AllianceHouse;
let documentId: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, planner, releaseOfficer, firstReviewer } = alliance;
  const approvers = [releaseOfficer.person, firstReviewer.person];
  await house.authority.accessList({ list: LIST, approvers });
  await house.authority.accessList({ list: 'SEA-2031', approvers, readIn: READ_IN });
  // The planner is on the list first: nobody marks what they could not read.
  await house.authority.accessGrant(firstReviewer, { list: LIST, person: planner.person });
  await house.admit();
  const text = aDocument()
    .markedAs('NATO SECRET')
    .titled('(NS) EXERCISE Air')
    .saying('(NS) EXERCISE For the list alone.');
  documentId = (await planner.client.importDocument(text.forThose(`list:${LIST}`).text())).id;
});
afterAll(() => alliance.house.close());

const reads = (who: Resident, id = documentId): Promise<boolean> =>
  who.client.document(id).then(
    () => true,
    () => false,
  );

/** Lets somebody in; answers the grant's id. */
async function letIn(who: Resident, list = LIST): Promise<string> {
  const { house, releaseOfficer } = alliance;
  const grant = randomUUID();
  await house.authority.accessGrant(releaseOfficer, { list, person: who.person, grant });
  await house.admit();
  return grant;
}

describe('an access list', () => {
  it('opens what is restricted to it to its members, and to nobody else who is cleared', async () => {
    const { requester, official } = alliance;
    expect([await reads(requester), await reads(official)]).toEqual([false, false]);
    await letIn(official);
    expect([await reads(requester), await reads(official)]).toEqual([false, true]);
    expect((await official.client.me()).needToKnow).toContain(`list:${LIST}`);
  });

  it('gives no clearance: a member without one reads nothing', async () => {
    const { stranger } = alliance;
    await letIn(stranger);
    expect(await reads(stranger)).toBe(false);
  });

  it('closes at once when an approver withdraws the grant, on the open session', async () => {
    const { house, belgium, firstReviewer } = alliance;
    const grant = await letIn(belgium);
    expect(await reads(belgium)).toBe(true);
    await house.authority.accessWithdrawal(firstReviewer, { grant, list: LIST });
    await house.admit();
    expect(await reads(belgium)).toBe(false);
  });

  it('is not closed by a withdrawal that names another list', async () => {
    const { house, germany, firstReviewer } = alliance;
    const grant = await letIn(germany);
    await house.authority.accessWithdrawal(firstReviewer, { grant, list: 'SEA-2031' });
    await house.admit();
    expect(await reads(germany)).toBe(true);
  });

  it('closes when a grant has run out, on the open session', async () => {
    const { house, norway } = alliance;
    const grant = await letIn(norway);
    expect(await reads(norway)).toBe(true);
    await asking(house.databases.main('superuser'), (client) =>
      client.query(
        `UPDATE access_entry SET valid_from = now() - interval '2 days', valid_until = now() - interval '1 second' WHERE id = $1`,
        [grant],
      ),
    );
    expect(await reads(norway)).toBe(false);
  });

  it('takes back what a compromised key has let in', async () => {
    const { house, secondReviewer, releaseOfficer } = alliance;
    await letIn(secondReviewer);
    expect(await reads(secondReviewer)).toBe(true);
    const { authority } = house;
    const key = authority.statements.find((statement) =>
      Buffer.from(statement.payload, 'base64url').toString('utf8').includes(`"kid":"${releaseOfficer.kid}"`),
    );
    const { id } = JSON.parse(Buffer.from(key!.payload, 'base64url').toString('utf8')) as { id: string };
    await authority.revocation(
      { instrument: id, reason: 'compromise', from: new Date().toISOString() },
      { issuedAt: new Date().toISOString() },
    );
    await house.admit();
    expect(await reads(secondReviewer)).toBe(false);
  });
});

describe('a list that was revoked', () => {
  it('lets nobody back in when it is stated anew: its members are let in anew as well', async () => {
    const { house, official, firstReviewer } = alliance;
    const approvers = [firstReviewer.person];
    const stated = await house.authority.accessList(
      { list: 'LAND-2031', approvers },
      { issuedAt: new Date().toISOString() },
    );
    await house.admit();
    const letsIn = async (): Promise<void> => {
      await house.authority.accessGrant(firstReviewer, { list: 'LAND-2031', person: official.person });
      await house.admit();
    };
    const isIn = async (): Promise<boolean> => (await official.client.me()).needToKnow.includes('list:LAND-2031');
    await letsIn();
    expect(await isIn()).toBe(true);
    await house.authority.revocation(
      { instrument: idOf(stated), reason: 'error', from: new Date().toISOString() },
      { issuedAt: new Date().toISOString() },
    );
    await house.admit();
    expect(await isIn()).toBe(false);
    await house.authority.accessList({ list: 'LAND-2031', approvers }, { issuedAt: new Date().toISOString() });
    await house.admit();
    expect(await isIn()).toBe(false);
    await letsIn();
    expect(await isIn()).toBe(true);
  });
});

describe('a list with a read-in', () => {
  it('opens when its member has acknowledged it, and not before', async () => {
    const { house, official, planner, firstReviewer } = alliance;
    for (const each of [official, planner])
      await house.authority.accessGrant(firstReviewer, { list: 'SEA-2031', person: each.person });
    await house.admit();
    const me = await official.client.me();
    expect(me.unacknowledged).toEqual(['list:SEA-2031']);
    expect(me.needToKnow).not.toContain('list:SEA-2031');
    await house
      .as('api')
      .then((api) => api.run({ sid: official.sid }, (tx) => tx.rows(`SELECT sec.acknowledge('SEA-2031')`)));
    const after = await official.client.me();
    expect(after.unacknowledged).toEqual([]);
    expect(after.needToKnow).toContain('list:SEA-2031');
  });

  it('asks again when another text is read in', async () => {
    const { house, official, firstReviewer } = alliance;
    await house.authority.accessList(
      { list: 'SEA-2031', approvers: [firstReviewer.person], readIn: `${READ_IN} Nor to their staff.` },
      { issuedAt: new Date().toISOString() },
    );
    await house.admit();
    expect((await official.client.me()).unacknowledged).toEqual(['list:SEA-2031']);
  });

  it('is acknowledged by its members alone', async () => {
    const { house, requester } = alliance;
    const api = await house.as('api');
    expect(
      await api.run({ sid: requester.sid }, (tx) => tx.rows(`SELECT sec.acknowledge('SEA-2031') AS done`)),
    ).toEqual([{ done: false }]);
  });
});
