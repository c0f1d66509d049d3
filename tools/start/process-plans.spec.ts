import { ROLES } from '#database';
import { DataFolder } from './data-folder';
import { type House, processPlans } from './process-plans';
import type { Secrets } from './secrets';
import { readSettings } from './settings';

const OWNER = 'EXERCISE-owner-password';
const passwordOf = (role: string): string => `EXERCISE-password-of-${role}`;

const house: House = {
  settings: readSettings({ REDIS_URL: 'redis://127.0.0.1:6379' }, '/checkout'),
  folder: new DataFolder('/data'),
  secrets: {
    owner: OWNER,
    roles: Object.fromEntries(ROLES.map((role) => [role, passwordOf(role)])) as Secrets['roles'],
  },
  databaseUrl: `postgres://owner:${OWNER}@127.0.0.1:5432/main?sslmode=disable`,
  registerDatabaseUrl: `postgres://owner:${OWNER}@127.0.0.1:5432/register`,
  officersFile: '/data/officers.json',
};

const plans = processPlans(house, '/dist');
const textOf = (name: string): string => JSON.stringify(plans.find((plan) => plan.name === name)?.environment);

describe('what each process is told', () => {
  it.each([
    ['api', ['api', 'examiner'], ['/data/keys/api.json']],
    ['worker', ['relay'], []],
    ['registrar', ['registrar'], []],
    ['sealer', ['sealer'], ['/data/keys/sealer.json']],
    ['guard', ['guard'], ['/data/keys/guard.json']],
    ['register', ['register'], []],
  ])('%s: the password of its own role, its own key, and no other', (name, roles, keys) => {
    const told = textOf(name);
    expect(ROLES.filter((role) => told.includes(`${passwordOf(role)}@`))).toEqual(roles);
    expect([...told.matchAll(/\/data\/keys\/[a-z]+[.]json/g)].map(([key]) => key)).toEqual(keys);
    expect(told).not.toContain(OWNER);
  });

  it('the register alone, beside the guard, is told of the public database, and not of the restricted one', () => {
    const reaching = (database: string): string[] =>
      plans.map(({ name }) => name).filter((name) => textOf(name).includes(`5432/${database}`));
    expect(reaching('register')).toEqual(['guard', 'register']);
    expect(reaching('main')).toEqual(['api', 'worker', 'registrar', 'sealer', 'guard']);
  });

  it('only the worker is told of Redis', () => {
    expect(plans.filter(({ environment }) => 'REDIS_URL' in environment).map(({ name }) => name)).toEqual(['worker']);
  });

  it('the rest of a database’s address stays as the operator wrote it', () => {
    expect(textOf('api')).toContain(`imprimatur_api:${passwordOf('api')}@127.0.0.1:5432/main?sslmode=disable`);
  });

  it('each runs its own compiled entry', () => {
    expect(plans.map(({ entry }) => entry)).toContain('/dist/apps/sealer/src/main.js');
    expect(new Set(plans.map(({ entry }) => entry)).size).toBe(6);
  });
});
