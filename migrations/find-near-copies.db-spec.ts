import type { QueryRunner } from 'typeorm';
import { aDocument } from '../test/support/documents';
import { asking } from '../test/support/cluster';
import { type House, openHouse } from '../test/support/house';
import { aPerson } from '../test/support/people';
import { FindNearCopies1767225600073 } from './main/1767225600073-find-near-copies';

/** What the migration makes, taken out of a database. */
const UNDO = `
  DROP TRIGGER take_fingerprints ON portion;
  DROP VIEW sec.comparable;
  DROP TABLE attachment;
  ALTER TABLE portion DROP COLUMN fingerprints, DROP COLUMN figures;
  DROP FUNCTION sec.copy_protections(jsonb, text[]), sec.near_copies(jsonb, text[], jsonb), sec.asked_shingles(jsonb, text[]), sec.asked_pairs(jsonb, text[]), sec.speaks_of(text, text), sec.is_near_copy(bigint, boolean, int, int),
    sec.take_fingerprints(), sec.figure_pairs(text), sec.figure_pair(numeric, numeric), sec.winnowed(bigint[]), sec.shingles(text), sec.as_one_number(text);
`;
const STORED = 'SELECT id, fingerprints, figures FROM portion ORDER BY id';

let house: House;

beforeAll(async () => {
  house = await openHouse();
  const { planner } = await house.enrol({ planner: aPerson('planner').clearedTo('SECRET').inRole('planner') });
  const document = aDocument()
    .underBanner('NATO SECRET')
    .titled('(NU) EXERCISE A paper')
    .saying('(NS) EXERCISE The depots hold 1,200 rifles and 350 mortars for the battalions of the fourth corps.')
    .withTargets(['(NS)', 'DEU', 'air defence', 47, 98, 'systems', 2032]);
  await planner.client.importDocument(document.text());
});
afterAll(() => house.close());

describe('the migration that finds near copies', () => {
  it('gives what stood before it the fingerprints that an import gives', async () => {
    const stored = () =>
      asking(house.databases.main('superuser'), async (client) => (await client.query(STORED)).rows as unknown[]);
    const imported = await stored();
    expect(imported).toHaveLength(3);
    await asking(house.databases.main('superuser'), (client) => client.query(UNDO));
    await asking(house.databases.main('owner'), async (client) => {
      await client.query('BEGIN');
      await new FindNearCopies1767225600073().up({
        query: (sql: string) => client.query(sql),
      } as unknown as QueryRunner);
      await client.query('COMMIT');
    });
    expect(await stored()).toEqual(imported);
  });

  it('leaves the owner without a way to the words of portions', async () => {
    const asOwner = (sql: string) =>
      asking(house.databases.main('owner'), (client) =>
        client.query(sql).then(
          ({ rowCount }) => rowCount,
          (error: unknown) => (error as { code?: string }).code,
        ),
      );
    expect(await asOwner('SELECT body FROM portion')).toBe(0);
    expect(await asOwner(`SELECT sec.plain('EXERCISE')`)).toBe('42501');
  });
});
