import fc from 'fast-check';
import { type Actor, type Protection, decide, environmentOf, shippedRules } from '#access';
import { type Clearance, type Label, dominates } from '#marking';
import { asking } from './cluster';
import type { House } from './house';

const word = fc.constantFrom('A', 'B', 'C');
const values = fc.uniqueArray(word, { maxLength: 3 });
const category = fc.record({
  tagSet: fc.constantFrom('Context', 'Special'),
  type: fc.constantFrom('PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE'),
  values,
});
/** A category that the process cannot have written: something is missing, null, or of a kind that nobody knows. */
const broken = fc.oneof(
  fc.record({ tagSet: word, type: fc.constantFrom('PERMISSIVE', 'RESTRICTIVE') }),
  fc.record({ tagSet: word, type: fc.constantFrom('PERMISSIVE', 'RESTRICTIVE'), values: fc.constant(null) }),
  fc.record({ tagSet: word, type: fc.constant('PROHIBITIVE'), values }),
  fc.record({ tagSet: word, values }),
);
const labelled = fc.record({
  policy: fc.constantFrom('NATO', 'ATLANTIS'),
  classification: fc.constantFrom('SECRET', 'RESTRICTED'),
  categories: fc.array(fc.oneof({ weight: 6, arbitrary: category }, { weight: 1, arbitrary: broken }), {
    maxLength: 3,
  }),
});
const cleared = fc.record({
  policy: fc.constantFrom('NATO', 'ATLANTIS'),
  classifications: fc.uniqueArray(fc.constantFrom('SECRET', 'RESTRICTED'), { minLength: 1 }),
  categories: fc.array(category, { maxLength: 3 }),
});

/** Every label and clearance on which `sec.clearance_covers` and `dominates` differ. An error of the process is its no. */
export async function latticesDiffer(house: House): Promise<string[]> {
  const samples = fc.sample(fc.record({ label: labelled, clearance: cleared }), { numRuns: 600, seed: 4774 });
  const answers = await asking(house.databases.main('superuser'), async (client) => {
    const { rows } = await client.query<{ covers: boolean }>(
      `SELECT sec.clearance_covers(s.clearance ->> 'policy', ARRAY(SELECT jsonb_array_elements_text(s.clearance -> 'classifications')),
                                   s.clearance -> 'categories', s.label) AS covers
         FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (label jsonb, clearance jsonb)) WITH ORDINALITY AS s (label, clearance, n) ORDER BY n`,
      [JSON.stringify(samples)],
    );
    return rows.map(({ covers }) => covers);
  });
  const decided = samples.map(({ label, clearance }) => decidedOn(label as Label, clearance as Clearance));
  return samples.flatMap((sample, index) => (answers[index] === decided[index] ? [] : [JSON.stringify(sample)]));
}

/** Every label on which the rights of a person with one clearance differ from the decision of the process. */
export async function rightsDiffer(house: House): Promise<string[]> {
  const labels = fc.sample(labelled, { numRuns: 150, seed: 4774 });
  const clearances = fc.sample(cleared, { numRuns: 25, seed: 4778 });
  const rows = await asking(house.databases.main('superuser'), async (client) => {
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO protection (label, need_to_know) SELECT DISTINCT label, ARRAY['everyone'] FROM jsonb_array_elements($1::jsonb) AS label`,
      [JSON.stringify(labels)],
    );
    await client.query(
      `WITH given AS (SELECT gen_random_uuid() AS id, c FROM jsonb_array_elements($1::jsonb) AS c),
            made AS (INSERT INTO person (id, identity, office, organisation, roles, communities, instrument_id)
              SELECT id, id::text, 'EXERCISE', 'EXERCISE', '{}', '{}', (SELECT id FROM instrument LIMIT 1) FROM given)
       INSERT INTO clearance (id, person_id, policy, classifications, categories, valid_from, valid_until, instrument_id)
       SELECT id, id, c ->> 'policy', ARRAY(SELECT jsonb_array_elements_text(c -> 'classifications')), c -> 'categories',
              '2020-01-01', '2200-01-01', (SELECT id FROM instrument LIMIT 1) FROM given`,
      [JSON.stringify(clearances)],
    );
    const found = await client.query<{ clearance: Clearance; label: Label; held: boolean }>(
      `WITH rights AS MATERIALIZED (
         SELECT c, sec.bitmap_of(c.person_id, (SELECT max(id) FROM protection)) AS bits FROM clearance c WHERE c.id = c.person_id)
       SELECT to_jsonb(r.c) AS clearance, p.label, get_bit(r.bits, p.id) <> 0 AS held FROM rights r, protection p`,
    );
    await client.query('ROLLBACK');
    return found.rows;
  });
  if (rows.length < 1_000) throw new Error('too few are compared');
  return rows.flatMap(({ clearance, label, held }) =>
    held === decidedOn(label, clearance) ? [] : [JSON.stringify({ clearance, label, held })],
  );
}

function decidedOn(label: Label, clearance: Clearance): boolean {
  const protection: Protection = { label, needToKnow: ['everyone'] };
  const held = { ...clearance, from: '2020-01-01T00:00:00Z', until: '2200-01-01T00:00:00Z' };
  const actor: Actor = {
    sid: 'exercise',
    kind: 'session',
    personId: 'exercise',
    identity: 'exercise',
    office: 'EXERCISE',
    nation: null,
    organisation: 'EXERCISE',
    roles: [],
    tokens: ['everyone'],
    unacknowledged: [],
    lifted: [],
    clearances: [held],
    scopes: null,
    expiresAt: '2200-01-01T00:00:00Z',
    steppedUpUntil: '2200-01-01T00:00:00Z',
    enteredAt: '2026-06-05T12:00:00Z',
    rulesVersion: shippedRules.version,
    requestId: 'exercise',
  };
  const whole =
    decide(actor, 'read', { kind: 'Document', protections: [protection] }, environmentOf(actor, shippedRules))
      .effect === 'permit';
  // The decision and the lattice that it asks are one, but for errors: those deny.
  return whole && dominates([clearance], label).dominates;
}
