import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SETTING_NAMES, readSettings, urlOf } from './settings';

const MAIN = 'postgres://owner:EXERCISE@db.example:5432/main';
const REGISTER = 'postgres://owner:EXERCISE@db.example:5432/register';
const CHECKOUT = join(__dirname, '../..');

describe('the settings of npm start', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imprimatur-settings-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const read = (environment: NodeJS.ProcessEnv = {}) => readSettings(environment, folder);
  const dotenv = (text: string): void => {
    writeFileSync(join(folder, '.env'), text);
  };

  it('need nothing: our own database, the demo world, this machine alone', () => {
    expect(read()).toEqual({
      data: join(folder, '.data'),
      host: '127.0.0.1',
      apiPort: 3000,
      registerPort: 3080,
      publicUrl: 'http://127.0.0.1:3080',
      installation: 'exercise',
      level: 'COSMIC TOP SECRET',
      policies: join(folder, 'policies'),
      leaseSeconds: 30,
      databases: { kind: 'embedded' },
      founding: { kind: 'demo' },
      redisUrl: undefined,
    });
  });

  it('come from the environment first, and behind it from .env', () => {
    dotenv('# EXERCISE\nIMPRIMATUR_API_PORT=4000\nIMPRIMATUR_INSTALLATION="hq-1"\n');
    expect(read({ IMPRIMATUR_API_PORT: '5000' })).toMatchObject({ apiPort: 5000, installation: 'hq-1' });
  });

  it('take an empty value for none, so that the environment can take back what .env says', () => {
    dotenv('IMPRIMATUR_API_PORT=4000\n');
    expect(read({ IMPRIMATUR_API_PORT: '' }).apiPort).toBe(3000);
  });

  it('refuse a word in .env that is no setting', () => {
    dotenv('IMPRIMATUR_API_PROT=4000\n');
    expect(() => read()).toThrow(/^IMPRIMATUR_API_PROT in .+ is no setting: see .env.example$/);
  });

  it.each([
    [{ IMPRIMATUR_API_PORT: 'http' }, 'IMPRIMATUR_API_PORT must be a port, 1 to 65535'],
    [{ IMPRIMATUR_REGISTER_PORT: '0' }, 'IMPRIMATUR_REGISTER_PORT must be a port, 1 to 65535'],
    [{ IMPRIMATUR_REGISTER_PORT: '65536' }, 'IMPRIMATUR_REGISTER_PORT must be a port, 1 to 65535'],
    [{ IMPRIMATUR_REGISTER_PORT: '3000' }, 'IMPRIMATUR_API_PORT and IMPRIMATUR_REGISTER_PORT must differ'],
    [{ IMPRIMATUR_DEMO: 'yes' }, 'IMPRIMATUR_DEMO must be 0 or 1'],
    [{ IMPRIMATUR_LEASE_SECONDS: '0' }, 'IMPRIMATUR_LEASE_SECONDS must be 1 or more'],
    [{ IMPRIMATUR_LEASE_SECONDS: '1.5' }, 'IMPRIMATUR_LEASE_SECONDS must be whole seconds'],
    [{ IMPRIMATUR_INSTALLATION: 'two words' }, 'IMPRIMATUR_INSTALLATION must be a name'],
    [{ IMPRIMATUR_PUBLIC_URL: 'register.example' }, 'IMPRIMATUR_PUBLIC_URL must look like https://register.example'],
    [{ IMPRIMATUR_PUBLIC_URL: 'https://a.example/b' }, 'IMPRIMATUR_PUBLIC_URL has no path, query or user'],
    [{ REDIS_URL: 'http://127.0.0.1' }, 'REDIS_URL must look like redis://127.0.0.1:6379'],
    [{ DATABASE_URL: 'mysql://a/b', REGISTER_DATABASE_URL: REGISTER }, 'DATABASE_URL must look like postgres://'],
    [{ DATABASE_URL: 'postgres:///main', REGISTER_DATABASE_URL: REGISTER }, 'DATABASE_URL must look like postgres://'],
    [{ DATABASE_URL: MAIN }, 'REGISTER_DATABASE_URL is missing'],
    [{ REGISTER_DATABASE_URL: REGISTER }, 'DATABASE_URL is missing'],
    [{ DATABASE_URL: MAIN, REGISTER_DATABASE_URL: MAIN }, 'name the same database'],
    [{ IMPRIMATUR_DEMO: '1', IMPRIMATUR_OFFICERS_FILE: 'o.json' }, 'leave IMPRIMATUR_OFFICERS_FILE unset'],
  ])('refuse %j in one line', (environment, line) => {
    const reading = (): unknown => read(environment);
    expect(reading).toThrow(line);
    expect(reading).not.toThrow('\n');
  });

  it('name every variable that is wrong at once', () => {
    expect(() => read({ IMPRIMATUR_API_PORT: 'x', IMPRIMATUR_DEMO: 'x' })).toThrow(
      /IMPRIMATUR_API_PORT .+; IMPRIMATUR_DEMO /,
    );
  });

  it.each([
    [{}, { kind: 'demo' }],
    [{ IMPRIMATUR_DEMO: '0' }, { kind: 'own' }],
    [{ IMPRIMATUR_OFFICERS_FILE: '/o.json' }, { kind: 'given', officersFile: '/o.json' }],
    [
      { DATABASE_URL: MAIN, REGISTER_DATABASE_URL: REGISTER },
      { kind: 'given', officersFile: undefined },
    ],
    [{ DATABASE_URL: MAIN, REGISTER_DATABASE_URL: REGISTER, IMPRIMATUR_DEMO: '1' }, { kind: 'demo' }],
  ])(
    '%j: founded on %j; the demo world comes into no database of the operator’s by itself',
    (environment, founding) => {
      expect(read(environment).founding).toEqual(founding);
    },
  );

  it('are all listed in .env.example, each with a comment before it, and nothing else is', () => {
    const example = readFileSync(join(CHECKOUT, '.env.example'), 'utf8');
    const named = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect([...named].sort()).toEqual([...SETTING_NAMES].sort());
    for (const name of SETTING_NAMES) expect(example).toMatch(new RegExp(`^# .+\\n#?${name}=`, 'm'));
  });
});

describe('the address that is printed', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:80'],
    ['0.0.0.0', 'http://127.0.0.1:80'],
    ['::1', 'http://[::1]:80'],
  ])('for %s is %s', (host, url) => {
    expect(urlOf(host, 80)).toBe(url);
  });
});
