import { join } from 'node:path';
import { type RoleName, databaseRole } from '#database';
import type { DataFolder } from './data-folder';
import type { Secrets } from './secrets';
import type { Settings } from './settings';

/** One process of the house: what it runs, and everything that it is told. */
export interface ProcessPlan {
  readonly name: string;
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What the plans are made from. The databases' URLs name the owner; each process gets them as its own role. */
export interface House {
  readonly settings: Settings;
  readonly folder: DataFolder;
  readonly secrets: Secrets;
  readonly databaseUrl: string;
  readonly registerDatabaseUrl: string;
  readonly officersFile: string;
}

/**
 * The processes of the house. INVARIANT: each environment holds the settings of that process alone, with the password of its
 * own database role and the path of its own key file; nothing of the supervisor's environment is passed on.
 */
export function processPlans(house: House, compiled: string): ProcessPlan[] {
  const { settings, folder } = house;
  const trust = { IMPRIMATUR_INSTALLATION: settings.installation, IMPRIMATUR_OFFICERS_FILE: house.officersFile };
  const main = (role: RoleName) => ({ IMPRIMATUR_DATABASE_URL: asRole(house.databaseUrl, role, house.secrets) });
  const register = (role: RoleName) => ({
    IMPRIMATUR_REGISTER_DATABASE_URL: asRole(house.registerDatabaseUrl, role, house.secrets),
  });
  const key = (name: string) => ({ IMPRIMATUR_KEY_FILE: folder.key(name) });
  const policies = { IMPRIMATUR_POLICIES: settings.policies };
  const listens = (port: number) => ({ IMPRIMATUR_HOST: settings.host, IMPRIMATUR_PORT: String(port) });
  const environments: Record<string, Record<string, string>> = {
    api: {
      ...trust,
      ...main('api'),
      IMPRIMATUR_EXAMINER_DATABASE_URL: asRole(house.databaseUrl, 'examiner', house.secrets),
      ...key('api'),
      ...policies,
      ...listens(settings.apiPort),
      IMPRIMATUR_LEVEL: settings.level,
    },
    worker: {
      ...trust,
      ...main('relay'),
      IMPRIMATUR_LEASE_SECONDS: String(settings.leaseSeconds),
      ...(settings.redisUrl === undefined ? {} : { REDIS_URL: settings.redisUrl }),
    },
    registrar: { ...trust, ...main('registrar'), ...policies },
    sealer: { ...main('sealer'), ...key('sealer') },
    guard: { ...trust, ...main('guard'), ...register('guard'), ...key('guard') },
    register: {
      ...trust,
      ...register('register'),
      ...listens(settings.registerPort),
      IMPRIMATUR_PUBLIC_URL: settings.publicUrl,
    },
  };
  return Object.entries(environments).map(([name, environment]) => ({
    name,
    entry: join(compiled, 'apps', name, 'src/main.js'),
    environment,
  }));
}

/** A database's URL as one runtime role. */
export function asRole(url: string, role: RoleName, secrets: Secrets): string {
  const named = new URL(url);
  named.username = databaseRole(role);
  named.password = secrets.roles[role];
  return named.href;
}
