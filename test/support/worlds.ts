import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Protection } from '#access';
import { randomUUID } from 'node:crypto';
import { ApiProblem } from '#client';
import { portionMark } from '#marking';
import { asking } from './cluster';
import { type DocumentBuilder, aDocument } from './documents';
import { type House, type HouseOptions, type Resident, openHouse } from './house';
import { type Level, type PersonBuilder, aPerson, natoClearance } from './people';

const level = z.enum(['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET']);

const clearedSchema = z.strictObject({
  to: level,
  as: z.enum(['ally', 'partner']).default('ally'),
  special: z.array(z.string()).default([]),
  only: z.array(z.string()).default([]),
  but: z.enum(['ended', 'not yet begun', 'withdrawn']).optional(),
});

const personSchema = z.strictObject({
  nation: z.string().optional(),
  cleared: z.union([clearedSchema.transform((one) => [one]), z.array(clearedSchema)]).default([]),
  communities: z.array(z.string()).default([]),
  roles: z.array(z.string()).default([]),
});

const cell = z.union([z.string(), z.number()]);

const documentSchema = z.strictObject({
  author: z.string(),
  banner: z.string(),
  mark: z.string().optional(),
  'need-to-know': z.array(z.string()),
  portions: z.record(z.string(), z.string()),
  targets: z.record(z.string(), z.array(cell).length(7)).default({}),
});

const REASONS = ['clearance', 'classification', 'release', 'special category', 'need-to-know'] as const;

export type WorldReason = (typeof REASONS)[number];

const verdictSchema = z.string().transform((text, context): readonly WorldReason[] => {
  if (text === 'reads') return [];
  const reasons = z
    .array(z.enum(REASONS))
    .min(1)
    .safeParse(/^no: (.*)$/.exec(text)?.[1]?.split(', '));
  if (reasons.success) return reasons.data;
  context.addIssue(`${JSON.stringify(text)} is neither "reads" nor "no: " with reasons`);
  return z.NEVER;
});

const worldSchema = z.strictObject({
  world: z.string(),
  /** The highest label that the installation of this world holds. */
  level: z.string().optional(),
  people: z.record(z.string(), personSchema),
  documents: z.record(z.string(), documentSchema),
  verdicts: z.record(z.string(), z.record(z.string(), verdictSchema)),
});

type WorldPlan = z.output<typeof worldSchema>;

/** A document or a portion of a world. A document that is named as a thing is the fact that it exists. */
export interface WorldThing {
  /** As the file names it: `package`, `package/title`. */
  readonly name: string;
  readonly id: string;
  readonly documentId: string;
  /** Undefined for the document itself. */
  readonly text: string | undefined;
  /** What it stands under: its own protection and its document's. */
  readonly protections: readonly Protection[];
}

/** A world of a file, standing: everybody enrolled, everything imported over HTTP by its author. */
export interface World {
  readonly house: House;
  readonly people: Readonly<Record<string, Resident>>;
  readonly things: readonly WorldThing[];
  /** Why somebody may not read a thing, by what the file says; empty when they may. */
  verdict(person: string, thing: string): readonly WorldReason[];
}

export const WORLDS = ['lattice-and-need-to-know', 'national-packages', 'partner-nation', 'dated-clearances'] as const;

/** Reads a world's file. A person and a thing without a verdict are an error: silence is no verdict. */
function readWorld(name: string): WorldPlan {
  const plan = worldSchema.parse(parse(readFileSync(join(__dirname, '../worlds', `${name}.yaml`), 'utf8')));
  const named = thingNames(plan);
  for (const person of Object.keys(plan.people)) {
    const told = Object.keys(plan.verdicts[person] ?? {});
    const missing = named.filter((thing) => !told.includes(thing));
    const unknown = told.filter((thing) => !named.includes(thing));
    if (missing.length + unknown.length > 0)
      throw new Error(`${name}: ${person} lacks ${missing.join(', ')}; unknown: ${unknown.join(', ')}`);
  }
  return plan;
}

const thingNames = ({ documents }: WorldPlan): string[] =>
  Object.entries(documents).flatMap(([name, document]) => [
    name,
    ...[...Object.keys(document.portions), ...Object.keys(document.targets)].map((portion) => `${name}/${portion}`),
  ]);

/** Opens a house and lets a world come true in it. Close the house when the test ends. */
export async function openWorld(name: string, options?: HouseOptions): Promise<World> {
  const plan = readWorld(name);
  const house = await openHouse({ ...(plan.level === undefined ? {} : { level: plan.level }), ...options });
  try {
    return await comeTrue(plan, house);
  } catch (error) {
    await house.close();
    throw error;
  }
}

async function comeTrue(plan: WorldPlan, house: House): Promise<World> {
  const people = await house.enrol(
    Object.fromEntries(Object.entries(plan.people).map(([who, person]) => [who, builderOf(who, person)])),
  );
  await stateDated(house, plan, people);
  const things: WorldThing[] = [];
  for (const [title, document] of Object.entries(plan.documents)) {
    const author = people[document.author];
    if (author === undefined) throw new Error(`${plan.world}: nobody is ${document.author}`);
    const { id } = await author.client.importDocument(textOf(document)).catch((error: unknown) => {
      throw new Error(error instanceof ApiProblem ? JSON.stringify(error.problem) : String(error));
    });
    const stored = await thingsOf(house, title, id, document);
    await attachAll(house, author, id, stored);
    things.push(...stored);
  }
  return {
    house,
    people,
    things,
    verdict: (person, thing) => {
      const verdict = plan.verdicts[person]?.[thing];
      if (verdict === undefined) throw new Error(`${plan.world} gives no verdict on ${person} and ${thing}`);
      return verdict;
    },
  };
}

function builderOf(name: string, person: WorldPlan['people'][string]): PersonBuilder {
  const base = aPerson(name.replaceAll(' ', '.').toLowerCase())
    .inRole(...person.roles)
    .inCommunity(...person.communities);
  const from = person.nation === undefined ? base : base.from(person.nation);
  return from.holding(
    ...person.cleared.filter(({ but }) => but === undefined).map((each) => clearanceOf(person, each)),
  );
}

function clearanceOf(
  { nation }: WorldPlan['people'][string],
  { to, as, special, only }: z.output<typeof clearedSchema>,
): ReturnType<typeof natoClearance> {
  const own = nation === undefined ? [] : [nation];
  const held = natoClearance(to satisfies Level, {
    context: as === 'partner' ? 'Releasable' : 'NATO',
    releasedTo: as === 'partner' ? own : ['NATO', ...own],
    designators: special,
  });
  if (only.length === 0) return held;
  return { ...held, categories: [...held.categories, { tagSet: 'Only', type: 'PERMISSIVE', values: only }] };
}

const SPANS = {
  ended: { from: '2020-01-01T00:00:00Z', until: '2021-01-01T00:00:00Z' },
  'not yet begun': { from: '2120-01-01T00:00:00Z', until: '2126-01-01T00:00:00Z' },
  withdrawn: {},
} as const;

/** Clearances that do not count: stated by the officers and taken by the registrar like any other. */
async function stateDated(house: House, plan: WorldPlan, people: Readonly<Record<string, Resident>>): Promise<void> {
  for (const [name, person] of Object.entries(plan.people)) {
    for (const each of person.cleared) {
      if (each.but === undefined) continue;
      const { policy, classifications, categories } = clearanceOf(person, each);
      const clearance = randomUUID();
      await house.authority.clearance({
        clearance,
        person: people[name]?.person ?? '',
        policy,
        classifications: [...classifications],
        categories: categories.map((category) => ({ ...category, values: [...category.values] })),
        ...SPANS[each.but],
      });
      if (each.but === 'withdrawn')
        await house.authority.state('clearance-withdrawal', {
          clearance,
          reason: 'EXERCISE',
          from: '2026-01-02T00:00:00Z',
        });
    }
  }
  await house.admit();
}

function textOf({ banner, mark, portions, targets, ...document }: WorldPlan['documents'][string]): string {
  const [title = '', ...paragraphs] = Object.values(portions);
  const rows = Object.values(targets) as unknown as Parameters<DocumentBuilder['withTargets']>;
  const text = aDocument()
    .underBanner(banner)
    .forThose(...document['need-to-know'])
    .titled(title)
    .saying(...paragraphs);
  const whole = rows.length === 0 ? text : text.withTargets(...rows);
  return mark === undefined ? whole.text() : whole.markedAs(mark).text();
}

/** A file to every portion, under its mark and with its words, in its name as well: who may not read the one may not have the other. */
async function attachAll(
  house: House,
  author: Resident,
  documentId: string,
  things: readonly WorldThing[],
): Promise<void> {
  for (const { text, protections } of things) {
    const [own] = protections;
    if (text === undefined || own === undefined) continue;
    const name = text.replace(/[/\\]/g, '-').slice(0, 120).trim();
    const mark = portionMark(house.policies, own.label);
    const file = { name, mark, mediaType: 'text/plain', bytes: Buffer.from(text) } as const;
    const attached = await author.client.attach(documentId, file).catch((error: unknown) => {
      // Where a world's rules let its authors read nothing, there is nothing that they could attach to.
      if (error instanceof ApiProblem && error.problem.code === 'not-found') return undefined;
      throw error;
    });
    if (attached === undefined) return;
  }
}

/** The document and its portions as they are stored, read by the superuser, whom nothing hides them from. */
async function thingsOf(
  house: House,
  name: string,
  id: string,
  document: WorldPlan['documents'][string],
): Promise<WorldThing[]> {
  const rows = await asking(house.databases.main('superuser'), async (client) => {
    const found = await client.query<{ id: string; text: string; own: Protection; around: Protection }>(
      `SELECT p.id, p.body AS text, jsonb_build_object('label', o.label, 'needToKnow', o.need_to_know) AS own,
              jsonb_build_object('label', a.label, 'needToKnow', a.need_to_know) AS around
         FROM portion p JOIN protection o ON o.id = p.protection_id JOIN protection a ON a.id = p.document_protection_id
        WHERE p.document_id = $1 ORDER BY p.ordinal`,
      [id],
    );
    return found.rows;
  });
  const names = [...Object.keys(document.portions), ...Object.keys(document.targets)];
  const around = rows[0]?.around;
  if (around === undefined || rows.length !== names.length) throw new Error(`${name} was not stored whole`);
  return [
    { name, id, documentId: id, text: undefined, protections: [around] },
    ...rows.map((row, index) => ({
      name: `${name}/${names[index] ?? ''}`,
      id: row.id,
      documentId: id,
      text: row.text,
      protections: [row.own, row.around],
    })),
  ];
}
