import { z } from 'zod';
import { type Label, PUBLIC_LABEL } from '#marking';
import type { Actor, HeldClearance } from '../actor';
import { EVERYONE } from '../protection';
import type { Thing } from '../thing';
import type { Subject } from '../vocabulary';
import { VOCABULARY } from '../vocabulary';

/** The words of a verdict for the checks that fail. `lattice` alone sums others up. */
const REASONS = {
  'lattice:policy': 'clearance',
  'lattice:classification': 'classification',
  'lattice:permissive': 'release',
  'lattice:restrictive': 'special category',
  'need-to-know': 'need-to-know',
  acknowledgement: 'acknowledgement',
  assurance: 'assurance',
  session: 'session',
  protection: 'protection',
  rules: 'rules',
  'no-error': 'error',
} as const;

export type WorldReason = (typeof REASONS)[keyof typeof REASONS];

/** What a world calls a check of a decision; undefined for one that sums others up. */
export const worldReason = (rule: string): WorldReason | undefined =>
  Object.hasOwn(REASONS, rule) ? REASONS[rule as keyof typeof REASONS] : undefined;

const LEVELS = ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET'] as const;
const level = z.enum(LEVELS);
const words = z.string().min(1).max(200);
const list = z.array(words).max(100).default([]);
const text = z.string().max(500);
const moment = z.iso.datetime();

const clearedSchema = z.strictObject({
  to: level,
  special: list,
  from: moment.default('2000-01-01T00:00:00Z'),
  until: moment.default('2100-01-01T00:00:00Z'),
});

const personSchema = z.strictObject({
  nation: words.optional(),
  organisation: words.default('EXERCISE'),
  roles: list,
  cleared: z.union([clearedSchema, z.array(clearedSchema).max(20)]).default([]),
  communities: list,
  lists: list,
  /** Access lists whose read-in is not acknowledged yet. */
  'to acknowledge': list,
  /** Restrictions that break-glass lifts, each as a whole. */
  'glass broken': z.array(z.array(words).min(1)).max(20).default([]),
  'stepped up': z.boolean().default(false),
  /** The human behind the office, where one has two hats. */
  human: words.optional(),
  'session until': moment.optional(),
  kind: z.enum(['session', 'token']).default('session'),
});

/** A value, or somebody of this world: `{ person: planner }` is their id, `{ human: planner }` who they are. */
const attributeSchema = z.union([
  text,
  z.number(),
  z.boolean(),
  z.strictObject({ person: words }),
  z.strictObject({ human: words }),
  z.strictObject({ moment }),
  z.array(z.union([text, z.number(), z.boolean()])).max(100),
]);

const thingSchema = z.strictObject({
  kind: z.enum(Object.keys(VOCABULARY) as [Subject, ...Subject[]]),
  /** The level of NATO that it stands under, or PUBLIC; nothing where there is no text. */
  under: z.union([level, z.literal('PUBLIC')]).optional(),
  special: list,
  'need-to-know': z.array(words).min(1).max(100).optional(),
  attributes: z.record(z.string(), attributeSchema).default({}),
});

const verdictSchema = z.string().transform((text, context): readonly WorldReason[] => {
  if (text === 'yes') return [];
  const reasons = z
    .array(z.enum(Object.values(REASONS)))
    .min(1)
    .safeParse(/^no: (.*)$/.exec(text)?.[1]?.split(', '));
  if (reasons.success) return reasons.data;
  context.addIssue(`${JSON.stringify(text)} is neither "yes" nor "no: " with reasons`);
  return z.NEVER;
});

/**
 * People and things of an exercise, and what the rules must answer for each: a verdict for every action that is listed, person by
 * person and thing by thing, `yes` or `no: ` with every reason that must fail.
 */
export const ruleWorldSchema = z
  .strictObject({
    world: words,
    /** The moment of every decision. */
    at: moment.default('2026-06-05T12:00:00Z'),
    people: z.record(words, personSchema),
    things: z.record(words, thingSchema),
    verdicts: z.record(words, z.record(words, z.record(words, verdictSchema))),
  })
  .superRefine(({ people, things, verdicts }, context) => {
    for (const [person, actions] of Object.entries(verdicts)) {
      if (!Object.hasOwn(people, person)) context.addIssue(`nobody is ${person}`);
      for (const [action, answers] of Object.entries(actions))
        for (const thing of Object.keys(answers))
          if (!Object.hasOwn(things, thing)) context.addIssue(`nothing is ${thing} (${person}, ${action})`);
    }
    for (const [thing, { attributes }] of Object.entries(things))
      for (const value of Object.values(attributes))
        for (const somebody of typeof value === 'object' ? Object.entries(value) : [])
          if (['person', 'human'].includes(somebody[0]) && !Object.hasOwn(people, String(somebody[1])))
            context.addIssue(`nobody is ${String(somebody[1])} (${thing})`);
  });

export type RuleWorld = z.output<typeof ruleWorldSchema>;
type WorldPerson = RuleWorld['people'][string];
type WorldThing = RuleWorld['things'][string];

/** The people of a world as those who act. EXERCISE. */
export function actorOf(name: string, person: WorldPerson, { at }: RuleWorld): Actor {
  const { nation, communities, lists } = person;
  const cleared = Array.isArray(person.cleared) ? person.cleared : [person.cleared];
  return {
    sid: 'exercise',
    kind: person.kind,
    personId: `person of ${name}`,
    identity: person.human ?? name,
    office: name,
    nation: nation ?? null,
    organisation: person.organisation,
    roles: person.roles,
    tokens: [
      EVERYONE,
      `person:${name}`,
      `organisation:${person.organisation}`,
      ...(nation === undefined ? [] : [`nation:${nation}`]),
      ...communities.map((each) => `community:${each}`),
      ...lists.map((each) => `list:${each}`),
    ],
    unacknowledged: person['to acknowledge'].map((each) => `list:${each}`),
    lifted: person['glass broken'],
    clearances: cleared.map((each) => clearanceOf(each, nation)),
    scopes: null,
    expiresAt: person['session until'] ?? '2100-01-01T00:00:00Z',
    steppedUpUntil: person['stepped up'] ? '2100-01-01T00:00:00Z' : null,
    enteredAt: at,
    rulesVersion: 'exercise',
    requestId: 'exercise',
  };
}

function clearanceOf({ to, special, from, until }: z.output<typeof clearedSchema>, nation?: string): HeldClearance {
  return {
    policy: 'NATO',
    classifications: LEVELS.slice(0, LEVELS.indexOf(to) + 1),
    categories: [
      { tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] },
      { tagSet: 'Releasable To', type: 'PERMISSIVE', values: ['NATO', ...(nation === undefined ? [] : [nation])] },
      { tagSet: 'Special Category Designators', type: 'RESTRICTIVE', values: special },
    ],
    from,
    until,
  };
}

/** The things of a world as rules see them. */
export function thingOf(thing: WorldThing, world: RuleWorld): Thing {
  const label = thing.under === undefined ? undefined : labelOf(thing.under, thing.special);
  return {
    ...Object.fromEntries(
      Object.entries(thing.attributes).map(([name, value]) => [name, attributeOf(value, world)] as const),
    ),
    kind: thing.kind,
    protections: label === undefined ? [] : [{ label, needToKnow: thing['need-to-know'] ?? [EVERYONE] }],
  };
}

function labelOf(under: NonNullable<WorldThing['under']>, special: readonly string[]): Label {
  if (under === 'PUBLIC') return PUBLIC_LABEL;
  return {
    policy: 'NATO',
    classification: under,
    categories: [
      { tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] },
      ...(special.length === 0
        ? []
        : [{ tagSet: 'Special Category Designators', type: 'RESTRICTIVE' as const, values: special }]),
    ],
  };
}

function attributeOf(value: z.output<typeof attributeSchema>, { people }: RuleWorld): unknown {
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  if ('moment' in value) return new Date(value.moment);
  return 'person' in value ? `person of ${value.person}` : (people[value.human]?.human ?? value.human);
}
