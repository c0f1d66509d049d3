import { type AccessRules, shippedRules } from '#access';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';

/* What officers have signed under a name is in force under it, whatever a later version of the product ships under the same. */
const SHIPPED: AccessRules = { ...shippedRules, version: 'exercise-next' };
const SIGNED: AccessRules = {
  ...SHIPPED,
  rules: [...SHIPPED.rules, { id: 'nobody-reads', roles: ['*'], action: 'read', subject: 'Document', inverted: true }],
};

let alliance: AllianceHouse;
afterEach(() => alliance.house.close());

it('rules that differ from those that were signed under their name let nobody in', async () => {
  alliance = await openAllianceHouse({ rules: SHIPPED });
  const { house, planner } = alliance;
  expect((await planner.client.rules()).version).toBe(SHIPPED.version);
  await house.authority.accessRules({ version: SIGNED.version, rules: SIGNED });
  await house.admit();
  await expect(planner.client.documents()).rejects.toMatchObject({ problem: { code: 'internal-error' } });
});

it('rules that are signed as they ship are in force as before, however their members are ordered', async () => {
  alliance = await openAllianceHouse({ rules: SHIPPED });
  const { house, planner } = alliance;
  await house.authority.accessRules({ version: SHIPPED.version, rules: SHIPPED });
  await house.admit();
  expect((await planner.client.documents()).items).toEqual([]);
  expect((await planner.client.rules()).since).toEqual(expect.any(String));
});
