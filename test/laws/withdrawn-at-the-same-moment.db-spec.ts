import { setTimeout as pause } from 'node:timers/promises';
import { shippedRules } from '#access';
import { ApiClient, type ApiProblem } from '#client';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { asking } from '../support/cluster';
import { aDocument } from '../support/documents';
import type { Resident } from '../support/house';

/*
 * no_read_up: what is withdrawn opens nothing from the moment at which the withdrawal is committed, also for a session that is entered
 * while the withdrawal is under way. What such a session remembers was worked out either before, and is forgotten, or after.
 */
const LIST = 'KESTREL';

let alliance: AllianceHouse;
let secret: string;
let listed: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, planner, releaseOfficer } = alliance;
  await house.authority.accessList({ list: LIST, approvers: [releaseOfficer.person] });
  await house.authority.accessGrant(releaseOfficer, { list: LIST, person: planner.person });
  await house.authority.accessRules({
    version: 'exercise-kept',
    rules: { ...shippedRules, version: 'exercise-kept' },
  });
  await house.admit();
  const paper = aDocument().underBanner('NATO SECRET').titled('(NS) EXERCISE A paper');
  secret = (await planner.client.importDocument(paper.text())).id;
  listed = (
    await planner.client.importDocument(
      aDocument().underBanner('NATO SECRET').titled('(NS) EXERCISE Another').forThose(`list:${LIST}`).text(),
    )
  ).id;
});
afterAll(() => alliance.house.close());

const reads = (client: ApiClient, id: string): Promise<number> =>
  client.document(id).then(
    () => 200,
    (error: unknown) => (error as ApiProblem).problem.status,
  );

/** A new session of somebody, of which nothing is remembered yet. */
const another = async (who: Resident): Promise<ApiClient> =>
  new ApiClient(alliance.house.url, await alliance.house.openSession(who.person));

/** Makes a change, lets somebody ask while it is not committed, and commits it. What they are told meanwhile is as it was before or after. */
async function whileUnderWay(changes: readonly string[], asked: () => Promise<unknown>): Promise<void> {
  await asking(alliance.house.databases.main('superuser'), async (client) => {
    await client.query('BEGIN');
    for (const change of changes) await client.query(change);
    const answered = asked();
    await Promise.race([answered, pause(300)]);
    await client.query('COMMIT');
    await answered;
  });
}

describe('what is withdrawn while somebody enters opens nothing afterwards', () => {
  it('a clearance, in a session that begins meanwhile', async () => {
    const { requester } = alliance;
    let begun: ApiClient | undefined;
    const withdrawn = `UPDATE clearance SET withdrawn_at = now() WHERE person_id = '${requester.person}'`;
    await whileUnderWay([withdrawn], async () => reads((begun = await another(requester)), secret));
    expect(await reads(begun!, secret)).toBe(404);
    await asking(alliance.house.databases.main('superuser'), (client) =>
      client.query('UPDATE clearance SET withdrawn_at = NULL WHERE person_id = $1', [requester.person]),
    );
    expect(await reads(begun!, secret)).toBe(200);
  });

  it('an access list, for somebody who came on to it meanwhile', async () => {
    const { house, germany } = alliance;
    const session = await another(germany);
    expect(await reads(session, listed)).toBe(404);
    await whileUnderWay([`UPDATE access_list SET withdrawn_at = now() WHERE name = '${LIST}'`], async () => {
      await asking(house.databases.main('superuser'), (client) =>
        client.query(
          `INSERT INTO access_entry (id, list, person_id, valid_from, valid_until, granted_by, kid, instrument_id)
           SELECT gen_random_uuid(), list, $1, valid_from, valid_until, granted_by, kid, instrument_id FROM access_entry WHERE list = $2`,
          [germany.person, LIST],
        ),
      );
      await reads(session, listed);
    });
    expect(await reads(session, listed)).toBe(404);
  });

  it('rules, in a session of which nothing is remembered', async () => {
    const { planner } = alliance;
    const fresh = await another(planner);
    const withdrawn = `UPDATE access_rules SET withdrawn_at = now() WHERE version = 'exercise-kept'`;
    await whileUnderWay([withdrawn], () => reads(fresh, secret));
    expect((await fresh.explainDocument(secret)).rulesVersion).toBe(shippedRules.version);
  });
});
