import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { PrivateJwk, SignedStatement } from '#signing';
import { type Officers, statementSchema } from '#workflow';
import type { EnrolledPerson, Officer } from './sign-world';

const FILES = {
  world: 'world.json',
  trust: 'officers.json',
  instruments: 'instruments.json',
  passwords: 'passwords.txt',
  keys: 'keys',
} as const;

const personSchema = z.strictObject({
  username: z.string(),
  person: z.uuid(),
  identity: z.string(),
  office: z.string(),
  /** Under the world's folder; those who never sign have none. */
  keyFile: z.string().optional(),
});

const worldSchema = z.strictObject({
  format: z.literal('imprimatur-demo-world/1'),
  notice: z.string(),
  installation: z.string(),
  guardKid: z.string(),
  people: z.array(personSchema),
  officers: z.array(z.strictObject({ officer: z.string(), keyFile: z.string() })),
});

const keySchema = z.strictObject({
  kty: z.string(),
  crv: z.string(),
  x: z.string(),
  y: z.string().optional(),
  d: z.string(),
});

/** Somebody of the world, with what they sign in with. */
export interface WorldPerson {
  readonly username: string;
  readonly password: string;
  /** The secret of the second factor, base32: in life an app of theirs alone holds it. */
  readonly secondFactor: string;
  /** The person's id. */
  readonly person: string;
  readonly identity: string;
  readonly office: string;
  /** The private signing key as a JWK; those who never sign have none. */
  readonly keyFile?: string;
}

/** The demo world as its folder holds it. EXERCISE: it holds everybody's keys, which in life nobody does. */
export interface DemoWorld {
  readonly folder: string;
  readonly installation: string;
  /** The trust anchor: the officers' public keys and those of the logs. */
  readonly officersFile: string;
  readonly guardKid: string;
  readonly people: readonly WorldPerson[];
  readonly officers: readonly { readonly officer: string; readonly keyFile: string }[];
}

/** What is written once, when the world is made. */
export interface NewWorld {
  readonly installation: string;
  readonly guardKid: string;
  readonly trust: Officers;
  readonly officers: readonly Officer[];
  readonly people: readonly (EnrolledPerson & Pick<WorldPerson, 'password' | 'secondFactor'>)[];
  readonly instruments: readonly SignedStatement[];
}

/**
 * Writes the world beside its place and moves it there in one step: a folder that is there is whole. Leftovers of attempts
 * that were interrupted go. Folders can be entered, and files read, by their owner alone.
 */
export function storeWorld(folder: string, world: NewWorld): void {
  const parent = dirname(folder);
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Error(`${folder} holds something else than a demo world: move it away`);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const draft = `${basename(folder)}.draft-`;
  for (const name of readdirSync(parent))
    if (name.startsWith(draft)) rmSync(join(parent, name), { recursive: true, force: true });
  const made = join(parent, `${draft}${randomBytes(6).toString('hex')}`);
  mkdirSync(join(made, FILES.keys), { recursive: true, mode: 0o700 });
  const write = (name: string, text: string): void => {
    writeFileSync(join(made, name), text, { mode: 0o600, flush: true });
  };
  write(FILES.trust, json(world.trust));
  write(FILES.instruments, json(world.instruments));
  write(FILES.passwords, passwordsOf(world));
  for (const { officer, key } of world.officers) write(keyFileOf(officer), json(key));
  for (const { plan, key } of world.people) if (key !== undefined) write(keyFileOf(plan.identity), json(key));
  write(FILES.world, json(descriptionOf(world)));
  renameSync(made, folder);
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
const keyFileOf = (identity: string): string => join(FILES.keys, `${identity}.jwk.json`);

const passwordsOf = (world: NewWorld): string =>
  [
    '# EXERCISE: who signs in to the demo with what. User name, password, secret of the second factor, office.',
    ...world.people.map(({ plan, password, secondFactor }) =>
      [plan.identity, password, secondFactor, plan.office].join('\t'),
    ),
    '',
  ].join('\n');

const descriptionOf = (world: NewWorld): z.input<typeof worldSchema> => ({
  format: 'imprimatur-demo-world/1',
  notice: 'EXERCISE: invented offices and figures. The private keys of everybody lie here, which in life nobody has.',
  installation: world.installation,
  guardKid: world.guardKid,
  people: world.people.map(({ plan: { identity, office }, person, key }) => ({
    username: identity,
    person,
    identity,
    office,
    ...(key === undefined ? {} : { keyFile: keyFileOf(identity) }),
  })),
  officers: world.officers.map(({ officer }) => ({ officer, keyFile: keyFileOf(officer) })),
});

/** The world of a folder, or undefined when none was made there. Throws when what is there is none. */
export function loadWorld(folder: string): DemoWorld | undefined {
  if (!existsSync(join(folder, FILES.world))) return undefined;
  const world = worldSchema.parse(JSON.parse(readFileSync(join(folder, FILES.world), 'utf8')));
  const passwords = new Map(
    readFileSync(join(folder, FILES.passwords), 'utf8')
      .split('\n')
      .map((line) => line.split('\t'))
      .flatMap(([username, password, secondFactor]) =>
        password === undefined || secondFactor === undefined
          ? []
          : [[username ?? '', { password, secondFactor }] as const],
      ),
  );
  return {
    folder,
    installation: world.installation,
    officersFile: join(folder, FILES.trust),
    guardKid: world.guardKid,
    people: world.people.map(({ keyFile, ...person }) => ({
      ...person,
      ...(passwords.get(person.username) ?? { password: '', secondFactor: '' }),
      ...(keyFile === undefined ? {} : { keyFile: join(folder, keyFile) }),
    })),
    officers: world.officers.map(({ officer, keyFile }) => ({ officer, keyFile: join(folder, keyFile) })),
  };
}

/** Every statement of authority that the world was made with. */
export const readInstruments = (world: DemoWorld): SignedStatement[] =>
  z.array(statementSchema).parse(JSON.parse(readFileSync(join(world.folder, FILES.instruments), 'utf8')));

/** A private key of the world. */
export const readKey = (file: string): PrivateJwk => keySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
