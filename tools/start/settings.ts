import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';

/** Where the databases are: our own PostgreSQL, or the operator's. */
export type Databases =
  { readonly kind: 'embedded' } | { readonly kind: 'given'; readonly main: string; readonly register: string };

/**
 * What the installation is founded on: the demo world, officers that are made at the first start, or the operator's. Their
 * file may be missing still: it needs keys that the first start makes.
 */
export type Founding =
  { readonly kind: 'demo' | 'own' } | { readonly kind: 'given'; readonly officersFile: string | undefined };

/** The settings of one installation on this machine, complete and checked. Paths are absolute. */
export interface Settings {
  readonly data: string;
  readonly host: string;
  readonly apiPort: number;
  readonly registerPort: number;
  readonly publicUrl: string;
  readonly installation: string;
  readonly level: string;
  readonly policies: string;
  readonly leaseSeconds: number;
  readonly databases: Databases;
  readonly founding: Founding;
  readonly redisUrl: string | undefined;
}

const port = (fallback: number) =>
  z.coerce
    .number('must be a port, 1 to 65535')
    .int('must be a port, 1 to 65535')
    .min(1, 'must be a port, 1 to 65535')
    .max(65_535, 'must be a port, 1 to 65535')
    .default(fallback);

const address = (protocols: readonly string[], example: string) =>
  z.string().refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname } = new URL(text);
    return protocols.includes(protocol) && hostname !== '';
  }, `must look like ${example}`);

const postgres = address(['postgres:', 'postgresql:'], 'postgres://owner:password@host:5432/database');

const schema = z.object({
  IMPRIMATUR_DATA: z.string().default('.data'),
  IMPRIMATUR_HOST: z
    .string()
    .regex(/^\S+$/, 'must be an address of this machine, such as 127.0.0.1')
    .default('127.0.0.1'),
  IMPRIMATUR_API_PORT: port(3000),
  IMPRIMATUR_REGISTER_PORT: port(3080),
  IMPRIMATUR_PUBLIC_URL: address(['http:', 'https:'], 'https://register.example')
    .refine(
      (text) => !URL.canParse(text) || new URL(text).href === `${new URL(text).origin}/`,
      'has no path, query or user',
    )
    .optional(),
  IMPRIMATUR_INSTALLATION: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be a name of letters, digits, dots and hyphens')
    .default('exercise'),
  IMPRIMATUR_LEVEL: z.string().default('COSMIC TOP SECRET'),
  IMPRIMATUR_POLICIES: z.string().default('policies'),
  IMPRIMATUR_LEASE_SECONDS: z.coerce
    .number('must be whole seconds')
    .int('must be whole seconds')
    .min(1, 'must be 1 or more')
    .max(3600, 'must be 3600 or less')
    .default(30),
  IMPRIMATUR_DEMO: z.enum(['0', '1'], 'must be 0 or 1').optional(),
  IMPRIMATUR_OFFICERS_FILE: z.string().optional(),
  DATABASE_URL: postgres.optional(),
  REGISTER_DATABASE_URL: postgres.optional(),
  REDIS_URL: address(['redis:', 'rediss:'], 'redis://127.0.0.1:6379').optional(),
});

type Variables = z.output<typeof schema>;

/** Every variable that `npm start` reads. `.env.example` lists the same. */
export const SETTING_NAMES = Object.keys(schema.shape);

/**
 * The settings from the environment and, behind it, from `.env` in the checkout's folder. Throws one line that names every
 * variable that is wrong and what it must be.
 */
export function readSettings(environment: NodeJS.ProcessEnv, checkout: string): Settings {
  const parsed = schema.safeParse(variablesOf(environment, checkout));
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; '));
  }
  return settle(parsed.data, checkout);
}

function variablesOf(environment: NodeJS.ProcessEnv, checkout: string): Record<string, string> {
  const file = join(checkout, '.env');
  const written = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  // In the environment other programs may have theirs; a word in our own file that means nothing is a slip.
  const unknown = Object.keys(written).filter((name) => !SETTING_NAMES.includes(name));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')} in ${file} is no setting: see .env.example`);
  const all = { ...written, ...environment };
  return Object.fromEntries(
    SETTING_NAMES.flatMap((name) => {
      const value = all[name]?.trim() ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
}

function settle(variables: Variables, checkout: string): Settings {
  const { IMPRIMATUR_HOST: host, IMPRIMATUR_API_PORT: apiPort, IMPRIMATUR_REGISTER_PORT: registerPort } = variables;
  if (apiPort === registerPort) {
    throw new Error('IMPRIMATUR_API_PORT and IMPRIMATUR_REGISTER_PORT must differ');
  }
  const databases = databasesOf(variables);
  return {
    data: resolve(checkout, variables.IMPRIMATUR_DATA),
    host,
    apiPort,
    registerPort,
    publicUrl: variables.IMPRIMATUR_PUBLIC_URL ?? urlOf(host, registerPort),
    installation: variables.IMPRIMATUR_INSTALLATION,
    level: variables.IMPRIMATUR_LEVEL,
    policies: resolve(checkout, variables.IMPRIMATUR_POLICIES),
    leaseSeconds: variables.IMPRIMATUR_LEASE_SECONDS,
    databases,
    founding: foundingOf(variables, databases, checkout),
    redisUrl: variables.REDIS_URL,
  };
}

function databasesOf({ DATABASE_URL: main, REGISTER_DATABASE_URL: register }: Variables): Databases {
  if (main === undefined && register === undefined) return { kind: 'embedded' };
  if (main === undefined || register === undefined) {
    const missing = main === undefined ? 'DATABASE_URL' : 'REGISTER_DATABASE_URL';
    throw new Error(`${missing} is missing: DATABASE_URL and REGISTER_DATABASE_URL are set together, or neither`);
  }
  const [one, other] = [new URL(main), new URL(register)];
  if (one.host === other.host && one.pathname === other.pathname) {
    throw new Error(
      'DATABASE_URL and REGISTER_DATABASE_URL name the same database: the public side needs one of its own',
    );
  }
  return { kind: 'given', main, register };
}

function foundingOf(
  { IMPRIMATUR_DEMO: demo, IMPRIMATUR_OFFICERS_FILE: file }: Variables,
  databases: Databases,
  checkout: string,
): Founding {
  if (demo === '1' && file !== undefined) {
    throw new Error(
      'IMPRIMATUR_DEMO=1 brings officers of its own: leave IMPRIMATUR_OFFICERS_FILE unset, or set IMPRIMATUR_DEMO=0',
    );
  }
  if (file !== undefined) return { kind: 'given', officersFile: resolve(checkout, file) };
  if (demo === '1') return { kind: 'demo' };
  if (databases.kind === 'embedded') return { kind: demo === '0' ? 'own' : 'demo' };
  return { kind: 'given', officersFile: undefined };
}

/** How a browser on this machine reaches a port. */
export function urlOf(host: string, atPort: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${String(atPort)}`;
}
