import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AbilityBuilder, type MongoAbility, createMongoAbility } from '@casl/ability';
import { type Enforcer, newEnforcer, newModelFromString } from 'casbin';
import fc from 'fast-check';
import { Client } from 'pg';
import { Bench } from 'tinybench';
import {
  type Clearance,
  type Label,
  type LabelCategory,
  LabelDictionary,
  PolicySet,
  canonicalLabel,
  parseSpif,
  permits,
} from '#marking';
import { openDatabases } from '../support/cluster';
import { clearancesOf, validLabels } from '../support/label-arbitraries';
import { startCluster } from '../support/start-cluster';
import { type BenchLine, type Report, slower } from './report';

const root = process.cwd();
const SEED = 20250604;
const PAIRS = 4096;
const LABELS = 6000;
const ROUNDS = 15;

/** A label as engines of attributes take it: one list for each tag set, `*` where the label has none and so asks nothing. */
type Flat = { policy: string; classification: string } & Record<string, string | readonly string[]>;

interface World {
  readonly labels: readonly Label[];
  readonly clearances: readonly Clearance[];
  readonly pairs: readonly (readonly [number, number])[];
  readonly tagSets: readonly { name: string; type: LabelCategory['type']; values: readonly string[] }[];
}

/**
 * Marks and decisions beside their peers. Decisions: the same generated labels and clearances, the same answers, each engine
 * prepared beforehand as far as it can be. The others have no rights over many labels and no policy files: their targets are times.
 */
export async function bench(report: Report): Promise<void> {
  const world = worldOf(shipped());
  await benchDecisions(world, report);
  benchRights(world, report);
  await benchRightsInSql(world, report);
  benchPolicy(report);
}

function shipped(): PolicySet {
  const read = parseSpif(readFileSync(join(root, 'policies/nato.spif.xml')));
  if (!read.ok) throw new Error('the policy is unreadable');
  return PolicySet.of([read.policy]);
}

function worldOf(policies: PolicySet): World {
  const [policy] = policies.all();
  if (policy === undefined) throw new Error('there is no policy');
  const sample = <Value>(arbitrary: fc.Arbitrary<Value>, numRuns: number, seed: number): Value[] =>
    fc.sample(arbitrary, { numRuns, seed });
  const distinct = new Map<string, Label>();
  for (let round = 0; distinct.size < LABELS && round < 50; round += 1)
    for (const label of sample(validLabels(policies), LABELS, SEED + round)) distinct.set(canonicalLabel(label), label);
  const labels = [...distinct.values()].slice(0, LABELS);
  const clearances = sample(clearancesOf(policy), 64, SEED);
  const pairs = halfGranted(labels, clearances);
  const tagSets = policy.tagSets.map(({ name, type, values }) => ({
    name,
    type,
    values: [...new Set(values.map((each) => each.name))],
  }));
  return { labels, clearances, pairs, tagSets };
}

/** Pairs of reader and label, as many granted as denied, mixed. */
function halfGranted(labels: readonly Label[], clearances: readonly Clearance[]): (readonly [number, number])[] {
  const every = Array.from(
    { length: PAIRS * 16 },
    (_unused, index) => [index % clearances.length, (index * 31) % labels.length] as const,
  );
  const granted = ([who, what]: readonly [number, number]): boolean => permits([at(clearances, who)], at(labels, what));
  const [yes, no] = [every.filter(granted), every.filter((pair) => !granted(pair))];
  return Array.from({ length: PAIRS }, (_unused, index) => at(index % 2 === 0 ? yes : no, index >> 1));
}

const valuesIn = (holder: Label | Clearance, tagSet: string): readonly string[] =>
  holder.categories.find((each) => each.tagSet === tagSet)?.values ?? [];

const flat = ({ tagSets }: World, label: Label): Flat => ({
  policy: label.policy,
  classification: label.classification,
  ...Object.fromEntries(
    tagSets.map(({ name, type }) => {
      const values = valuesIn(label, name);
      return [name, values.length === 0 && type === 'PERMISSIVE' ? ['*'] : values];
    }),
  ),
});

/** What a clearance may read, as CASL's conditions: a value of each list, and no designator that is not held. */
function abilityOf({ tagSets }: World, clearance: Clearance): MongoAbility {
  const { can, cannot, build } = new AbilityBuilder<MongoAbility>(createMongoAbility);
  const lists = tagSets.filter(({ type }) => type === 'PERMISSIVE');
  can('read', 'Label', {
    policy: clearance.policy,
    classification: { $in: [...clearance.classifications] },
    ...Object.fromEntries(lists.map(({ name }) => [name, { $in: ['*', ...valuesIn(clearance, name)] }])),
  });
  for (const { name, values } of tagSets.filter(({ type }) => type === 'RESTRICTIVE'))
    cannot('read', 'Label', { [name]: { $in: values.filter((value) => !valuesIn(clearance, name).includes(value)) } });
  return build({ detectSubjectType: () => 'Label' });
}

async function casbinOf({ tagSets }: World): Promise<Enforcer> {
  const parts = tagSets.flatMap(({ name, type }) => {
    const [sub, obj] = [`r.sub["${name}"]`, `r.obj["${name}"]`];
    return type === 'PERMISSIVE' ? [`oneOf(${sub}, ${obj})`] : type === 'RESTRICTIVE' ? [`allOf(${sub}, ${obj})`] : [];
  });
  const matcher = ['r.sub.policy == r.obj.policy', 'holds(r.sub.classifications, r.obj.classification)', ...parts].join(
    ' && ',
  );
  const model = newModelFromString(
    `[request_definition]\nr = sub, obj\n[policy_definition]\np = sub\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = ${matcher}`,
  );
  const enforcer = await newEnforcer(model);
  await enforcer.addPolicy('everyone');
  await enforcer.addFunction('holds', (held: string[], value: string) => held.includes(value));
  await enforcer.addFunction(
    'oneOf',
    (held: string[], wanted: string[]) => wanted[0] === '*' || wanted.some((each) => held.includes(each)),
  );
  await enforcer.addFunction('allOf', (held: string[], wanted: string[]) =>
    wanted.every((each) => held.includes(each)),
  );
  return enforcer;
}

async function benchDecisions(world: World, report: Report): Promise<void> {
  const { labels, clearances, pairs, tagSets } = world;
  const flats = labels.map((label) => flat(world, label));
  const abilities = clearances.map((clearance) => abilityOf(world, clearance));
  const subjects = clearances.map(({ policy, classifications, categories }) => ({
    policy,
    classifications,
    ...Object.fromEntries(
      tagSets.map(({ name }) => [name, categories.find(({ tagSet }) => tagSet === name)?.values ?? []]),
    ),
  }));
  const enforcer = await casbinOf(world);
  const dictionary = new LabelDictionary();
  const interned = labels.map((label) => dictionary.intern(label));
  const readers = clearances.map((clearance) => dictionary.reader([clearance]));
  // Whom and what each pair asks is looked up beforehand, for all engines alike.
  const engines = {
    ours: asking(pairs, readers, interned, (reader, label) => reader(label)),
    casl: asking(pairs, abilities, flats, (ability, label) => ability.can('read', label)),
    casbin: asking(pairs, subjects, flats, (subject, label) => enforcer.enforceSync(subject, label)),
  };
  const answers = engines.ours.answers();
  for (const name of ['casl', 'casbin'] as const) {
    const differing = engines[name].answers().filter((answer, index) => answer !== answers[index]).length;
    if (differing > 0)
      throw new Error(`${name} answers ${String(differing)} of ${String(pairs.length)} pairs otherwise`);
  }
  const share = Math.round((100 * answers.filter(Boolean).length) / answers.length);
  const nanoseconds = await timesOf(engines, pairs.length);
  for (const [name, target] of [
    ['casl', 15],
    ['casbin', 10],
  ] as const) {
    const title = { casl: "CASL's Mongo conditions, ability prepared", casbin: 'casbin, expression matcher' }[name];
    const ratio = nanoseconds[name] / nanoseconds.ours;
    report({
      name: `a plain decision, labels and readers prepared, faster than ${title} (${String(pairs.length)} pairs, ${String(share)} % granted)`,
      ours: nanoseconds.ours,
      other: nanoseconds[name],
      unit: 'ns',
      ratio,
      target,
      ok: ratio >= target,
    });
  }
}

/** An engine over all pairs: its answers, and how many it grants. */
interface Asking {
  answers(): boolean[];
  granted(): number;
}

function asking<Who, What>(
  pairs: World['pairs'],
  whos: readonly Who[],
  whats: readonly What[],
  decide: (who: Who, what: What) => boolean,
): Asking {
  const asked = pairs.map(([who, what]) => ({ who: at(whos, who), what: at(whats, what) }));
  return {
    answers: () => asked.map(({ who, what }) => decide(who, what)),
    granted: () => {
      let count = 0;
      for (const { who, what } of asked) if (decide(who, what)) count += 1;
      return count;
    },
  };
}

/** The middle time of one decision for each engine, in nanoseconds, in one run over the same pairs. */
async function timesOf<Name extends string>(
  engines: Record<Name, Asking>,
  count: number,
): Promise<Record<Name, number>> {
  const runs = new Bench({ time: 1500, warmupTime: 500 });
  const granted = new Set<number>();
  for (const name of Object.keys(engines) as Name[])
    runs.add(name, () => {
      granted.add(engines[name].granted());
    });
  await runs.run();
  if (granted.size !== 1) throw new Error('the engines do not agree');
  return Object.fromEntries(
    runs.tasks.map(({ name, result }) => {
      if (!('latency' in result)) throw new Error(`${name} was not measured`);
      return [name, (result.latency.p50 * 1e6) / count];
    }),
  ) as Record<Name, number>;
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error('there is no such pair');
  return value;
}

/** A time that stands alone, the quickest of several, which others on the machine disturb least. The other is the target itself. */
const within = (name: string, times: readonly number[], most: number): BenchLine =>
  slower(`${name}, against ${String(most)} ms`, { ours: Math.min(...times), other: most, target: 1 });

/** The rights of one reader over all labels, as a list filter needs them. */
function benchRights({ labels, clearances }: World, report: Report): void {
  const times = Array.from({ length: ROUNDS * 4 }, (_unused, round) => {
    const held = [at(clearances, round % clearances.length)];
    const began = performance.now();
    const readable = new Uint8Array(labels.length);
    labels.forEach((label, index) => {
      readable[index] = permits(held, label) ? 1 : 0;
    });
    return performance.now() - began;
  });
  report(within(`rights over ${String(labels.length)} labels in code`, times, 5));
}

async function benchRightsInSql({ labels, clearances }: World, report: Report): Promise<void> {
  const close = await startCluster({ durable: true });
  const databases = await openDatabases();
  const client = new Client({ connectionString: databases.main('superuser') });
  await client.connect();
  try {
    await client.query(
      `INSERT INTO protection (label, need_to_know) SELECT label, ARRAY['everyone'] FROM jsonb_array_elements($1::jsonb) AS label`,
      [JSON.stringify(labels)],
    );
    // The people of a bench have no instruments; the keys that ask for them are not looked at.
    await client.query('SET session_replication_role = replica');
    const people: string[] = [];
    for (const clearance of clearances.slice(0, ROUNDS)) people.push(await personWith(client, clearance));
    await client.query('VACUUM ANALYZE');
    const { rows } = await client.query<{ newest: number }>('SELECT max(id) AS newest FROM protection');
    const times: number[] = [];
    for (const person of [...people, ...people, ...people]) {
      const began = performance.now();
      await client.query('SELECT sec.bitmap_of($1, $2)', [person, rows[0]?.newest]);
      times.push(performance.now() - began);
    }
    report(within(`rights over ${String(labels.length)} labels in SQL, as a bitmap`, times, 10));
  } finally {
    await client.end();
    await databases.drop();
    await close();
  }
}

/** A person with a clearance. EXERCISE. */
async function personWith(client: Client, clearance: Clearance): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO person (id, identity, office, organisation, roles, communities, instrument_id)
     VALUES (gen_random_uuid(), 'EXERCISE ' || gen_random_uuid(), 'EXERCISE', 'EXERCISE', '{}', '{}', gen_random_uuid()) RETURNING id`,
  );
  const person = rows[0]?.id ?? '';
  await client.query(
    `INSERT INTO clearance (id, person_id, policy, classifications, categories, valid_from, valid_until, instrument_id)
     VALUES (gen_random_uuid(), $1, $2, $3, $4, now() - interval '1 day', now() + interval '1 day', gen_random_uuid())`,
    [person, clearance.policy, clearance.classifications, JSON.stringify(clearance.categories)],
  );
  return person;
}

/** NATO's own policy where it is at hand; else the one shipped, and the line says so. */
function benchPolicy(report: Report): void {
  const natos = join(root, '../shared/data/nato-spif-v88.xml');
  const found = existsSync(natos);
  const bytes = readFileSync(found ? natos : join(root, 'policies/nato.spif.xml'));
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    if (!parseSpif(bytes).ok) throw new Error('the policy is unreadable');
    return performance.now() - began;
  });
  const kilobytes = Math.round(bytes.length / 1024);
  const name = found ? 'NATO v88' : 'the policy shipped (NATO v88 is not at hand)';
  report(within(`${name} parsed and checked (${String(kilobytes)} kB)`, times, 150));
}
