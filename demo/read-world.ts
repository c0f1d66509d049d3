import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Clearance } from '#marking';
import { type Procedure, procedureSchema } from '#workflow';

/** The folder of the data files: beside this file, in the sources and in what is built from them. */
export const WORLD_FOLDER = join(__dirname, 'world');

const nationSchema = z.strictObject({
  id: z.string().regex(/^[A-Z]{3}$/),
  name: z.string(),
  minister: z.string().default('Minister of Defence'),
});

const seatSchema = z.strictObject({ body: z.string(), seat: z.string() });

const personSchema = z.strictObject({
  identity: z.string().regex(/^[a-z][a-z0-9.-]+$/),
  office: z.string(),
  organisation: z.string(),
  nation: z.string().nullable().default(null),
  roles: z.array(z.string()).default([]),
  communities: z.array(z.string()).default([]),
  /** A name in clearances.yaml, or none. */
  clearance: z.string().nullable().default(null),
  seats: z.array(seatSchema).default([]),
  /** Seats whose holder has handed their say to this person. */
  delegations: z.array(seatSchema).default([]),
});

const clearanceSchema = z.strictObject({
  levels: z.array(z.string()).min(1),
  context: z.array(z.string()),
  'releasable-to': z.array(z.string()),
});

const bodySchema = z.strictObject({
  name: z.string(),
  seats: z.union([z.record(z.string(), z.string()), z.literal('one for each nation')]),
});

const accessListSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['list', 'assignment']),
  approvers: z.array(z.string()).min(1),
  listed: z.boolean(),
  'read-in': z.string().nullable(),
  'longest-days': z.number().int(),
  members: z.array(z.string()),
});

/** A named access list of the world, before any instrument is made. */
export type PlannedAccessList = z.output<typeof accessListSchema> & { readonly list: string };

export type Nation = z.output<typeof nationSchema>;

/** Somebody of the world, before any instrument is made. */
export type PlannedPerson = Omit<z.output<typeof personSchema>, 'clearance'> & { readonly clearance: Clearance | null };

export interface PlannedBody {
  readonly id: string;
  readonly name: string;
  readonly seats: readonly { readonly id: string; readonly name: string }[];
}

export interface PlannedDocument {
  /** The path under the world's folder. */
  readonly file: string;
  /** The identity of the one who imports it. */
  readonly importedBy: string;
  readonly text: string;
}

/** The demo world as its data files say it. EXERCISE. */
export interface WorldPlan {
  readonly nations: readonly Nation[];
  readonly people: readonly PlannedPerson[];
  readonly bodies: readonly PlannedBody[];
  readonly procedure: Procedure;
  readonly accessLists: readonly PlannedAccessList[];
}

export const MINISTERS = 'defence-ministers';

/** Reads nations, people, bodies, clearances, access lists and the procedure. Throws where a file is not of its form. */
export function readWorldPlan(folder = WORLD_FOLDER): WorldPlan {
  const nations = z.array(nationSchema).parse(yamlOf(folder, 'nations.yaml'));
  const clearances = z.record(z.string(), clearanceSchema).parse(yamlOf(folder, 'clearances.yaml'));
  const bodies = z.record(z.string(), bodySchema).parse(yamlOf(folder, 'bodies.yaml'));
  const people = z.array(personSchema).parse(yamlOf(folder, 'people.yaml'));
  return {
    nations,
    people: [...people, ...nations.map(ministerOf)].map((person) => ({
      ...person,
      clearance: person.clearance === null ? null : clearanceOf(clearances[person.clearance], person),
    })),
    bodies: Object.entries(bodies).map(([id, { name, seats }]) => ({ id, name, seats: seatsOf(seats, nations) })),
    procedure: procedureSchema.parse(yamlOf(folder, 'public-release.v1.yaml')),
    accessLists: Object.entries(z.record(z.string(), accessListSchema).parse(yamlOf(folder, 'access-lists.yaml'))).map(
      ([list, planned]) => ({ ...planned, list }),
    ),
  };
}

/** Every document of the world, each once, in the order in which they are imported. */
export function readDocuments(folder = WORLD_FOLDER): PlannedDocument[] {
  const named = z
    .array(z.strictObject({ file: z.string(), importedBy: z.string() }))
    .parse(yamlOf(folder, 'documents.yaml'));
  return named.flatMap(({ file, importedBy }) => {
    const files = statSync(join(folder, file)).isDirectory()
      ? readdirSync(join(folder, file))
          .sort()
          .map((name) => join(file, name))
      : [file];
    return files.map((each) => ({ file: each, importedBy, text: readFileSync(join(folder, each), 'utf8') }));
  });
}

const yamlOf = (folder: string, file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'));

function ministerOf({ id, name, minister }: Nation): z.output<typeof personSchema> {
  return {
    identity: `${minister.toLowerCase().replace(/ /g, '-')}.${id.toLowerCase()}`,
    office: `${minister}, ${name}`,
    organisation: `Government of ${name}`,
    nation: id,
    roles: [],
    communities: ['NDPP'],
    clearance: 'cosmic-top-secret',
    seats: [{ body: MINISTERS, seat: id }],
    delegations: [],
  };
}

function clearanceOf(
  held: z.output<typeof clearanceSchema> | undefined,
  person: z.output<typeof personSchema>,
): Clearance {
  if (held === undefined)
    throw new Error(`clearances.yaml has no ${person.clearance ?? ''}, which ${person.identity} holds`);
  const released = held['releasable-to'].flatMap((value) => (value === 'own-nation' ? (person.nation ?? []) : value));
  return {
    policy: 'NATO',
    classifications: held.levels,
    categories: [
      { tagSet: 'Context', type: 'PERMISSIVE', values: held.context },
      { tagSet: 'Releasable To', type: 'PERMISSIVE', values: released },
    ],
  };
}

const seatsOf = (seats: z.output<typeof bodySchema>['seats'], nations: readonly Nation[]): PlannedBody['seats'] =>
  typeof seats === 'string'
    ? nations.map(({ id, name }) => ({ id, name }))
    : Object.entries(seats).map(([id, name]) => ({ id, name }));
