import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { asking } from './cluster';
import type { House, Resident } from './house';
import { type Level, type PersonBuilder, aPerson, natoClearance } from './people';

const LEVELS: readonly Level[] = ['RESTRICTED', 'SECRET', 'TOP SECRET'];
const LISTS = ['KESTREL', 'OSPREY'] as const;

const somebody = fc.record({
  nation: fc.constantFrom('DEU', 'NOR', undefined),
  level: fc.constantFrom(...LEVELS),
  special: fc.constantFrom<string[]>([], [], ['BOHEMIA']),
  community: fc.boolean(),
  role: fc.constantFrom('planner', 'requester'),
  cleared: fc.constantFrom('now', 'now', 'now', 'ended', 'not yet', 'withdrawn', 'never'),
  lists: fc.subarray([...LISTS]),
  acknowledges: fc.boolean(),
  lifted: fc.constantFrom('no', 'no', 'now', 'ended', 'role lost'),
});

const RESTRICTIONS = [
  ['everyone'],
  ['everyone'],
  ['nation:DEU'],
  ['community:STAFF', 'nation:NOR'],
  ['list:KESTREL'],
  ['list:OSPREY', 'nation:NOR'],
] as const;

const thing = fc.record({
  classification: fc.constantFrom('UNCLASSIFIED', ...LEVELS),
  special: fc.boolean(),
  only: fc.constantFrom(undefined, undefined, 'DEU', 'NOR'),
  restriction: fc.constantFrom(...RESTRICTIONS),
});

type GeneratedThing = typeof thing extends fc.Arbitrary<infer Each> ? Each : never;
type GeneratedPerson = typeof somebody extends fc.Arbitrary<infer Each> ? Each : never;

/** A house whose people hold, held and will hold generated rights, and generated documents under everything that they may open. */
export interface GeneratedRights {
  readonly people: readonly Resident[];
  readonly officer: Resident;
}

/** Lets generated people and documents come true in a house. EXERCISE. */
export async function generateRights(house: House, seed: number): Promise<GeneratedRights> {
  const plans = fc.sample(somebody, { numRuns: 12, seed });
  const residents = await house.enrol(
    Object.fromEntries([
      ...plans.map((plan, n): [string, PersonBuilder] => [
        `person-${String(n)}`,
        builderOf(`person.${String(n)}`, plan),
      ]),
      ['officer', aPerson('security').inRole('security-officer').clearedTo('SECRET')],
      ['approver', aPerson('approver')],
    ]),
  );
  const { officer, approver, ...others } = residents as Record<string, Resident> &
    Record<'officer' | 'approver', Resident>;
  const people = Object.values(others);
  await house.authority.accessList({ list: 'KESTREL', approvers: [approver.person] });
  await house.authority.accessList({ list: 'OSPREY', approvers: [approver.person], readIn: 'EXERCISE Tell nobody.' });
  for (const [n, plan] of plans.entries()) await grantTo(house, { who: people[n]!, approver }, plan);
  await house.admit();
  for (const [n, plan] of plans.entries()) await openTo(house, people[n]!, plan);
  await storeDocuments(
    house,
    fc.sample(fc.array(thing, { minLength: 2, maxLength: 5 }), { numRuns: 30, seed: seed + 1 }),
  );
  return { people, officer };
}

function builderOf(
  identity: string,
  { nation, level, special, community, role, cleared, lifted }: GeneratedPerson,
): PersonBuilder {
  // Of those who have broken glass some are no watch officers any more: it opens nothing to them.
  const base = aPerson(identity).inRole(role, ...(lifted === 'now' ? ['watch-officer'] : []));
  const from = nation === undefined ? base : base.from(nation);
  const with_ = community ? from.inCommunity('STAFF') : from;
  return cleared === 'now' ? with_.holding(clearanceOf({ nation, level, special })) : with_;
}

const clearanceOf = ({ nation, level, special }: Pick<GeneratedPerson, 'nation' | 'level' | 'special'>) =>
  natoClearance(level, {
    releasedTo: ['NATO', ...(nation === undefined ? [] : [nation])],
    designators: special,
  });

const SPANS: Readonly<Record<string, object>> = {
  ended: { from: '2020-01-01T00:00:00Z', until: '2021-01-01T00:00:00Z' },
  'not yet': { from: '2120-01-01T00:00:00Z', until: '2126-01-01T00:00:00Z' },
  withdrawn: {},
};

async function grantTo(
  { authority }: House,
  { who, approver }: { who: Resident; approver: Resident },
  plan: GeneratedPerson,
): Promise<void> {
  const span = SPANS[plan.cleared];
  if (span !== undefined) {
    const { classifications, categories } = clearanceOf(plan);
    const clearance = randomUUID();
    await authority.clearance({
      clearance,
      person: who.person,
      classifications: [...classifications],
      categories: categories.map((each) => ({ ...each, values: [...each.values] })),
      ...span,
    });
    if (plan.cleared === 'withdrawn')
      await authority.state('clearance-withdrawal', { clearance, reason: 'EXERCISE', from: '2026-01-02T00:00:00Z' });
  }
  for (const list of plan.lists) await authority.accessGrant(approver, { list, person: who.person });
}

/** What people do themselves, and what is opened to them in an emergency. */
async function openTo(house: House, { person, sid }: Resident, plan: GeneratedPerson): Promise<void> {
  if (plan.acknowledges)
    await (
      await house.as('api')
    ).run({ sid }, (tx) => tx.rows(`SELECT sec.enter($1), sec.acknowledge('OSPREY')`, [sid]));
  if (plan.lifted === 'no') return;
  await asking(house.databases.main('superuser'), (client) =>
    client.query(
      `INSERT INTO sec.lifted (id, person_id, need_to_know, until, ended_at)
       VALUES (gen_random_uuid(), $1, ARRAY['list:KESTREL'], now() + interval '1 hour', CASE WHEN $2 THEN now() END)`,
      [person, plan.lifted === 'ended'],
    ),
  );
}

/** Each list of things is a document: the first is what it stands under itself, the others are its portions. */
async function storeDocuments(house: House, documents: readonly (readonly GeneratedThing[])[]): Promise<void> {
  await asking(house.databases.main('superuser'), async (client) => {
    for (const [n, [own, ...portions]] of documents.entries()) {
      const under: number[] = [];
      for (const each of [own!, ...portions]) under.push(await protectionOf(client, each));
      const [id, version] = [randomUUID(), randomUUID()];
      await client.query(
        `INSERT INTO document (id, protection_id, originator, exercise, created_at, created_by)
         VALUES ($1, $2, 'IS', true, now() - make_interval(secs => $3), $4)`,
        [id, under[0], n, id],
      );
      await client.query(
        `INSERT INTO version (id, document_id, ordinal, protection_id, source_sha256, created_at, created_by)
         VALUES ($1, $2, 1, $3, '', now() - make_interval(secs => $4), $2)`,
        [version, id, under[0], n],
      );
      for (const [place, protection] of under.slice(1).entries())
        await client.query(
          `INSERT INTO portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body, body_digest)
           VALUES (gen_random_uuid(), $1, $2, $3, 'paragraph', $4, $5, 'IS', 'EXERCISE', '\\x')`,
          [version, id, place + 1, protection, under[0]],
        );
    }
  });
}

async function protectionOf(
  client: { query(sql: string, values: unknown[]): Promise<{ rows: unknown[] }> },
  { classification, special, only, restriction }: GeneratedThing,
): Promise<number> {
  const label = {
    policy: 'NATO',
    classification,
    categories: [
      { tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] },
      ...(special ? [{ tagSet: 'Special Category Designators', type: 'RESTRICTIVE', values: ['BOHEMIA'] }] : []),
      ...(only === undefined ? [] : [{ tagSet: 'Releasable To', type: 'PERMISSIVE', values: [only] }]),
    ],
  };
  const { rows } = await client.query(
    `WITH made AS (INSERT INTO protection (label, need_to_know) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id)
     SELECT id FROM made UNION ALL SELECT id FROM protection WHERE label = $1 AND need_to_know = $2 LIMIT 1`,
    [JSON.stringify(label), restriction],
  );
  return (rows[0] as { id: number }).id;
}
