import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AbilityBuilder, type MongoAbility, createMongoAbility } from '@casl/ability';
import { type Enforcer, newEnforcer, newModelFromString } from 'casbin';
import fc from 'fast-check';
import { Bench } from 'tinybench';
import { type Actor, type Thing, Decider, compileRules, permits, shippedRules } from '#access';
import { type Clearance, type Label, type LabelCategory, PolicySet, parseSpif } from '#marking';
import { clearancesOf, validLabels } from '../support/label-arbitraries';
import type { Report } from './report';

const SEED = 20250604;
const PAIRS = 4096;
const ACTORS = 64;
const THINGS = 1024;
const NOW = new Date('2026-06-05T12:00:00Z');
const COMMUNITIES = Array.from({ length: 20 }, (_unused, n) => `community:C${String(n)}`);

interface Question {
  readonly actor: Actor;
  readonly action: 'read' | 'decide';
  readonly thing: Thing;
}

/**
 * The whole access decision, with every reason and without, beside casbin and CASL's Mongo conditions: the same people, things and
 * questions, the same answers, each engine prepared beforehand as far as it can be. No engine keeps an answer.
 *
 * Half of the questions are about documents, half about deciding cases; lattice, need-to-know, assurance and one attribute rule
 * are asked of each, half are granted.
 */
export async function bench(report: Report): Promise<void> {
  const policies = shipped();
  const questions = questionsOf(policies);
  const tagSets = tagSetsOf(policies);
  const environment = { now: NOW, rules: compileRules(shippedRules) };
  const enforcer = await casbinOf(tagSets);
  // Whom and what each question is about is looked up beforehand, for all engines alike.
  const [deciders, abilities, subjects] = [
    preparing(
      ({ actor }) => actor,
      (actor) => new Decider(actor, environment),
    ),
    preparing(
      ({ actor }) => actor,
      (actor) => abilityOf(actor, tagSets),
    ),
    preparing(
      ({ actor }) => actor,
      (actor) => flatActor(actor, tagSets),
    ),
  ];
  const flats = preparing(
    ({ thing }) => thing,
    (thing) => flatThing(thing, tagSets),
  );
  const things = preparing(
    ({ thing }) => thing,
    (thing) => thing,
  );
  const rates = await ratesOf({
    reasons: asking(questions, deciders, things, (who, action, what) => who.decide(action, what).effect === 'permit'),
    plain: asking(questions, deciders, things, (who, action, what) => who.permits(action, what)),
    casl: asking(questions, abilities, flats, (who, action, what) => who.can(action, what)),
    casbin: asking(questions, subjects, flats, (who, action, what) => enforcer.enforceSync(who, what, action)),
  });
  const of_ = `${String(PAIRS)} questions, half of them granted`;
  const than = (name: string, ours: number, other: number, target: number): void => {
    report({ name, ours, other, unit: 'decisions/s', ratio: ours / other, target, ok: ours / other >= target });
  };
  than(`decisions with every reason, against 0.5 M/s (${of_})`, rates.reasons, 500_000, 1);
  than(`decisions without reasons, against 2 M/s (${of_})`, rates.plain, 2_000_000, 1);
  than(
    'decisions with every reason, faster than the plain answer of casbin, expression matcher',
    rates.reasons,
    rates.casbin,
    1,
  );
  than('decisions without reasons, faster than casbin, expression matcher', rates.plain, rates.casbin, 10);
  than("decisions without reasons, faster than CASL's Mongo conditions, ability prepared", rates.plain, rates.casl, 3);
}

function shipped(): PolicySet {
  const read = parseSpif(readFileSync(join(process.cwd(), 'policies/nato.spif.xml')));
  if (!read.ok) throw new Error('the policy is unreadable');
  return PolicySet.of([read.policy]);
}

function questionsOf(policies: PolicySet): Question[] {
  const [policy] = policies.all();
  if (policy === undefined) throw new Error('there is no policy');
  const sample = <Value>(arbitrary: fc.Arbitrary<Value>, numRuns: number): Value[] =>
    fc.sample(arbitrary, { numRuns, seed: SEED });
  const actors = sample(clearancesOf(policy), ACTORS).map(actorWith);
  const labels = sample(validLabels(policies), THINGS);
  const needs = sample(fc.subarray(COMMUNITIES, { minLength: 1, maxLength: 6 }), THINGS);
  const things = labels.map((label, n): Thing => ({
    kind: n % 2 === 0 ? 'Document' : 'Case',
    id: String(n),
    requestedBy: at(actors, n % ACTORS).personId,
    protections: [{ label, needToKnow: n % 3 === 0 ? ['everyone'] : at(needs, n) }],
  }));
  const every = Array.from({ length: PAIRS * 32 }, (_unused, n): Question => {
    const thing = at(things, (n * 31) % THINGS);
    return { actor: at(actors, n % ACTORS), action: thing.kind === 'Document' ? 'read' : 'decide', thing };
  });
  const environment = { now: NOW, rules: shippedRules };
  const granted = ({ actor, action, thing }: Question): boolean => permits(actor, action, thing, environment);
  const [yes, no] = [every.filter(granted), every.filter((question) => !granted(question))];
  return Array.from({ length: PAIRS }, (_unused, n) => at(n % 2 === 0 ? yes : no, n >> 1));
}

const actorWith = (clearance: Clearance, n: number): Actor => ({
  sid: `exercise-${String(n)}`,
  kind: 'session',
  personId: `person-${String(n)}`,
  identity: `person-${String(n)}`,
  office: 'EXERCISE',
  nation: null,
  organisation: 'EXERCISE',
  roles: ['planner', 'requester'],
  tokens: ['everyone', ...COMMUNITIES.filter((_name, place) => (place + n) % 3 === 0)],
  unacknowledged: [],
  lifted: [],
  clearances: [{ ...clearance, from: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' }],
  scopes: null,
  expiresAt: '2026-06-05T18:00:00Z',
  steppedUpUntil: n % 2 === 0 ? '2026-06-05T13:00:00Z' : null,
  enteredAt: NOW.toISOString(),
  rulesVersion: shippedRules.version,
  requestId: 'exercise',
});

interface TagSet {
  readonly name: string;
  readonly type: LabelCategory['type'];
  readonly values: readonly string[];
}

function tagSetsOf(policies: PolicySet): TagSet[] {
  return policies
    .all()
    .flatMap(({ tagSets }) =>
      tagSets.map(({ name, type, values }) => ({ name, type, values: [...new Set(values.map((each) => each.name))] })),
    );
}

const valuesIn = (holder: Label | Clearance, tagSet: string): readonly string[] =>
  holder.categories.find((each) => each.tagSet === tagSet)?.values ?? [];

/** A thing as engines of attributes take it: one list for each tag set, `*` where the label has none and so asks nothing. */
type Flat = Readonly<Record<string, unknown>> & { readonly kind: string };

function flatThing({ kind, requestedBy, protections }: Thing, tagSets: readonly TagSet[]): Flat {
  const [protection] = protections;
  if (protection === undefined) throw new Error('a thing without a protection');
  const { label, needToKnow } = protection;
  return {
    kind,
    requestedBy,
    needToKnow,
    policy: label.policy,
    classification: label.classification,
    ...Object.fromEntries(
      tagSets.map(({ name, type }) => {
        const values = valuesIn(label, name);
        return [name, values.length === 0 && type === 'PERMISSIVE' ? ['*'] : values];
      }),
    ),
  };
}

function flatActor({ clearances, tokens, personId, steppedUpUntil }: Actor, tagSets: readonly TagSet[]): object {
  const clearance = at(clearances, 0);
  return {
    personId,
    tokens,
    assured: steppedUpUntil !== null,
    policy: clearance.policy,
    classifications: clearance.classifications,
    ...Object.fromEntries(tagSets.map(({ name }) => [name, valuesIn(clearance, name)])),
  };
}

/** The whole decision as CASL's conditions: a value of each list, no designator that is not held, and the rest beside them. */
function abilityOf({ clearances, tokens, personId, steppedUpUntil }: Actor, tagSets: readonly TagSet[]): MongoAbility {
  const clearance = at(clearances, 0);
  const { can, cannot, build } = new AbilityBuilder<MongoAbility>(createMongoAbility);
  const mandatory = {
    policy: clearance.policy,
    classification: { $in: [...clearance.classifications] },
    needToKnow: { $in: [...tokens] },
    ...Object.fromEntries(
      tagSets
        .filter(({ type }) => type === 'PERMISSIVE')
        .map(({ name }) => [name, { $in: ['*', ...valuesIn(clearance, name)] }]),
    ),
  };
  can('read', 'Document', mandatory);
  can('decide', 'Case', { ...mandatory, requestedBy: { $ne: personId } });
  const both = (conditions: Record<string, unknown>): void => {
    cannot('read', 'Document', conditions);
    cannot('decide', 'Case', conditions);
  };
  for (const { name, values } of tagSets.filter(({ type }) => type === 'RESTRICTIVE'))
    both({ [name]: { $in: values.filter((value) => !valuesIn(clearance, name).includes(value)) } });
  if (steppedUpUntil === null) both({ policy: 'NATO', classification: 'TOP SECRET' });
  return build({ detectSubjectType: (thing) => (thing as unknown as Flat).kind });
}

async function casbinOf(tagSets: readonly TagSet[]): Promise<Enforcer> {
  const parts = tagSets.flatMap(({ name, type }) => {
    const [sub, obj] = [`r.sub["${name}"]`, `r.obj["${name}"]`];
    return type === 'PERMISSIVE' ? [`oneOf(${sub}, ${obj})`] : type === 'RESTRICTIVE' ? [`allOf(${sub}, ${obj})`] : [];
  });
  const matcher = [
    '(r.act == "read" && r.obj.kind == "Document" || r.act == "decide" && r.obj.kind == "Case" && r.obj.requestedBy != r.sub.personId)',
    'r.sub.policy == r.obj.policy',
    'holds(r.sub.classifications, r.obj.classification)',
    'oneOf(r.sub.tokens, r.obj.needToKnow)',
    '(r.sub.assured || r.obj.policy != "NATO" || r.obj.classification != "TOP SECRET")',
    ...parts,
  ].join(' && ');
  const model = newModelFromString(
    `[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = ${matcher}`,
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

/** An engine over all questions: its answers, and how many it grants. */
interface Asking {
  answers(): boolean[];
  granted(): number;
}

function asking<Who, What>(
  questions: readonly Question[],
  whoOf: (question: Question) => Who,
  whatOf: (question: Question) => What,
  decide: (who: Who, action: string, what: What) => boolean,
): Asking {
  const asked = questions.map((question) => ({
    who: whoOf(question),
    action: question.action,
    what: whatOf(question),
  }));
  return {
    answers: () => asked.map(({ who, action, what }) => decide(who, action, what)),
    granted: () => {
      let count = 0;
      for (const { who, action, what } of asked) if (decide(who, action, what)) count += 1;
      return count;
    },
  };
}

/** What an engine needs of each person or thing, made once for each. */
function preparing<Key extends object, Prepared>(
  keyOf: (question: Question) => Key,
  prepare: (key: Key) => Prepared,
): (question: Question) => Prepared {
  const made = new Map<Key, Prepared>();
  return (question) => {
    const key = keyOf(question);
    const prepared = made.get(key) ?? prepare(key);
    made.set(key, prepared);
    return prepared;
  };
}

/** The decisions of each engine in a second, the middle of many rounds, in one run over the same questions. */
async function ratesOf<Name extends string>(engines: Record<Name, Asking>): Promise<Record<Name, number>> {
  const names = Object.keys(engines) as Name[];
  if (new Set(names.map((name) => JSON.stringify(engines[name].answers()))).size !== 1)
    throw new Error('the engines do not agree');
  // Rates are for each core: the processor's time is counted, which others on the machine do not lengthen.
  const runs = new Bench({ time: 1500, warmupTime: 500, now: processorTime });
  const granted = new Set<number>();
  for (const name of names)
    runs.add(name, () => {
      granted.add(engines[name].granted());
    });
  await runs.run();
  if (granted.size !== 1) throw new Error('the engines do not agree');
  return Object.fromEntries(
    runs.tasks.map(({ name, result }) => {
      if (!('latency' in result)) throw new Error(`${name} was not measured`);
      return [name, PAIRS / (result.latency.p50 / 1000)];
    }),
  ) as Record<Name, number>;
}

/** The time that this process has computed for, in milliseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error('there is no such one');
  return value;
}
