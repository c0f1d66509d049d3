import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Client } from 'pg';
import { type TestDatabases, openDatabases } from '../../../test/support/cluster';
import { clearancesOf, validLabels } from '../../../test/support/label-arbitraries';
import { NEEDS, sharedPolicy, shippedPolicies, withShared } from '../../../test/support/marking-data';
import { permits } from './decision/dominance';
import { type Clearance, type Label, type LabelCategory, normalLabel } from './label';
import { PolicySet, type SecurityPolicy } from './policy';

/**
 * `sec.clearance_covers` decides in SQL what `permits` decides here. They were written apart, from the same sentence of the
 * standard, so that an error in one shows. Each property asks the database once, for all its pairs.
 */
describe('the access decision in SQL', () => {
  let databases: TestDatabases;
  let client: Client;

  beforeAll(async () => {
    databases = await openDatabases();
    client = new Client({ connectionString: databases.main('superuser') });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await databases.drop();
  });

  /** What SQL says of each pair. A label of PUBLIC is for everyone before this function is asked (`sec.person_covers`). */
  async function inSql(pairs: readonly (readonly [Clearance, Label])[]): Promise<boolean[]> {
    const { rows } = await client.query<{ covered: boolean | null }>(
      `SELECT sec.clearance_covers(p -> 'clearance' ->> 'policy',
                ARRAY(SELECT jsonb_array_elements_text(p -> 'clearance' -> 'classifications')),
                p -> 'clearance' -> 'categories', p -> 'label') AS covered
         FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS pairs (p, place) ORDER BY place`,
      [JSON.stringify(pairs.map(([clearance, label]) => ({ clearance, label })))],
    );
    return rows.map(({ covered }) => {
      if (covered === null) throw new Error('SQL does not say');
      return covered;
    });
  }

  async function expectEqual(pairs: readonly (readonly [Clearance, Label])[]): Promise<{ yes: number; no: number }> {
    const asked = pairs.filter(([, label]) => label.policy !== 'PUBLIC');
    const answers = await inSql(asked);
    const differing = asked.filter(([clearance, label], index) => permits([clearance], label) !== answers[index]);
    expect(differing).toEqual([]);
    const yes = answers.filter(Boolean).length;
    return { yes, no: answers.length - yes };
  }

  const pairs = (
    labels: fc.Arbitrary<Label>,
    clearances: fc.Arbitrary<Clearance>,
    count: number,
  ): [Clearance, Label][] => fc.sample(fc.tuple(clearances, labels), count);

  it('is that of the standard, for generated labels and clearances of the policies shipped', async () => {
    const policies = shippedPolicies();
    const found = await expectEqual(pairs(validLabels(policies), clearancesOf(policies.get('NATO')!), 2000));
    expect(Math.min(found.yes, found.no)).toBeGreaterThan(20);
  });

  withShared.each(['nato-spif-v79.xml', 'nato-spif-v88.xml'])(`and of %s: ${NEEDS}`, async (name) => {
    const policies = sharedPolicy(name);
    const found = await expectEqual(pairs(validLabels(policies), clearancesOf(policies.get('NATO')!), 1000));
    expect(Math.min(found.yes, found.no)).toBeGreaterThan(5);
  });

  it('and of generated policies, with names in any script, quotation marks and every type of category', async () => {
    const found = { yes: 0, no: 0 };
    for (const policy of fc.sample(policyArbitrary, 40)) {
      const set = PolicySet.of([policy]);
      const { yes, no } = await expectEqual(pairs(validLabels(set), clearancesOf(policy), 50));
      found.yes += yes;
      found.no += no;
    }
    expect(Math.min(found.yes, found.no)).toBeGreaterThan(100);
  });

  it('also of labels and clearances that no policy allows: empty, doubled, of an unknown type', async () => {
    const some = fc.array(fc.constantFrom('A', 'B', 'C'), { maxLength: 3 });
    const categories = fc.array(
      fc.record({
        tagSet: fc.constantFrom('One', 'Two'),
        type: fc.constantFrom('PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE', 'UNHEARD'),
        values: some,
      }) as fc.Arbitrary<LabelCategory>,
      { maxLength: 3 },
    );
    const policy = fc.constantFrom('NATO', 'ACME');
    const labels = fc.record({ policy, classification: fc.constantFrom('A', 'B'), categories });
    const clearances = fc.record({ policy, classifications: some, categories });
    const found = await expectEqual(fc.sample(fc.tuple(clearances, labels), 4000));
    expect(Math.min(found.yes, found.no)).toBeGreaterThan(100);
    // What is interned is the normal form: it decides as the label does.
    await expectEqual(fc.sample(fc.tuple(clearances, labels.map(normalLabel)), 1000));
  });

  it('and the bitmap of a session, for many labels at once, also of shapes that no policy has', async () => {
    const policies = shippedPolicies();
    const values = fc.array(fc.constantFrom('DEU', 'FRA', 'NATO', 'x","y'), { maxLength: 3 });
    const strange = fc.record({
      policy: fc.constantFrom('NATO', 'PUBLIC'),
      classification: fc.constantFrom('SECRET', 'RESTRICTED'),
      categories: fc.array(
        fc.record({
          tagSet: fc.constantFrom('Only', 'Context', 'Special Category Designators'),
          type: fc.constantFrom('PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE', 'UNHEARD'),
          values,
        }) as fc.Arbitrary<LabelCategory>,
        { maxLength: 5 },
      ),
    });
    const labels = [...fc.sample(validLabels(policies), 800), ...fc.sample(strange, 800)];
    await client.query(
      `INSERT INTO protection (label, need_to_know) SELECT label, ARRAY['everyone'] FROM jsonb_array_elements($1::jsonb) AS label ON CONFLICT DO NOTHING`,
      [JSON.stringify(labels)],
    );
    // People without instruments: the keys that ask for them are not looked at.
    await client.query('SET session_replication_role = replica');
    const { rows } = await client.query<{ id: number; label: Label }>('SELECT id, label FROM protection ORDER BY id');
    let granted = 0;
    for (const clearance of fc.sample(clearancesOf(policies.get('NATO')!), 12)) {
      const bitmap = await bitmapOf(await personWith(clearance), rows.at(-1)!.id);
      const differing = rows.filter(({ id, label }) => {
        const bit = (bitmap[id >> 3]! & (1 << (id & 7))) !== 0;
        granted += bit ? 1 : 0;
        return bit !== permits([clearance], label);
      });
      expect(differing).toEqual([]);
    }
    expect(granted).toBeGreaterThan(100);
  });

  async function bitmapOf(person: string, upto: number): Promise<Buffer> {
    const { rows } = await client.query<{ bitmap: Buffer }>('SELECT sec.bitmap_of($1, $2) AS bitmap', [person, upto]);
    return rows[0]!.bitmap;
  }

  /** A person with a clearance, without instruments. EXERCISE. */
  async function personWith({ policy, classifications, categories }: Clearance): Promise<string> {
    const person = randomUUID();
    await client.query(
      `INSERT INTO person (id, identity, office, organisation, roles, communities, instrument_id)
       VALUES ($1::uuid, $1::text, 'EXERCISE', 'EXERCISE', '{}', '{}', gen_random_uuid())`,
      [person],
    );
    await client.query(
      `INSERT INTO clearance (id, person_id, policy, classifications, categories, valid_from, valid_until, instrument_id)
       VALUES (gen_random_uuid(), $1, $2, $3, $4, now() - interval '1 day', now() + interval '1 day', gen_random_uuid())`,
      [person, policy, classifications, JSON.stringify(categories)],
    );
    return person;
  }
});

const names = fc.uniqueArray(
  fc
    .string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
    .filter((text) => text.trim() === text && !/[\u0000\p{Surrogate}]/u.test(text)),
  {
    minLength: 1,
    maxLength: 5,
  },
);

const policyArbitrary: fc.Arbitrary<SecurityPolicy> = fc
  .tuple(
    names,
    fc.uniqueArray(fc.tuple(names, fc.constantFrom('PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE')), {
      maxLength: 4,
      selector: ([[first]]) => first,
    }),
  )
  .map(([levels, sets]) => ({
    name: 'CLUB',
    id: '1.2.3',
    classifications: [...new Set(levels.map((name) => name.toUpperCase()))].map((name, rank) => ({
      name,
      lacv: String(rank),
      hierarchy: rank,
      colour: undefined,
      obsolete: false,
      markings: [],
      required: [],
    })),
    tagSets: sets.map(([values, type], index) => ({
      name: values[0]!,
      id: `1.2.4.${index}`,
      type,
      least: 0,
      most: undefined,
      values: values.map((name, lacv) => ({
        name,
        lacv: String(lacv),
        obsolete: false,
        markings: [],
        excludedClasses: [],
        requiredClass: undefined,
        required: [],
        excluded: [],
      })),
    })),
  }));
