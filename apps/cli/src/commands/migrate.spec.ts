import { chmodSync, readFileSync, statSync } from 'node:fs';
import { ROLES } from '#database';
import { TestConsole } from '../../../../test/support/console';
import type { CliIo } from '../cli-io';
import { passwordsFor } from './migrate';

describe("the file of the processes' passwords", () => {
  let console: TestConsole;
  let told: string[];
  const io: CliIo = {
    out: (text) => told.push(text),
    err: (text) => told.push(text),
    readFile: (path) => readFileSync(path),
    writeFile: () => undefined,
    exit: () => undefined,
  };

  beforeEach(() => {
    console = new TestConsole();
    told = [];
  });

  afterEach(() => {
    console.close();
  });

  it('is made when it is missing, for its owner alone, and read afterwards', () => {
    const path = console.path('passwords.json');
    const made = passwordsFor(io, path, ROLES);
    expect(Object.keys(made)).toEqual([...ROLES]);
    expect(new Set(Object.values(made)).size).toBe(ROLES.length);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(passwordsFor(io, path, ROLES)).toEqual(made);
    for (const password of Object.values(made)) expect(told.join()).not.toContain(password);
  });

  it('gets what is missing, and keeps what is there', () => {
    const path = console.file('passwords.json', { api: 'a-password-of-the-api' });
    const made = passwordsFor(io, path, ROLES);
    expect(made.api).toBe('a-password-of-the-api');
    expect(console.json('passwords.json')).toEqual(made);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['others may read it', { api: 'a-password-of-the-api' }, 0o644, 'others may read'],
    ['it names a process that does not exist', { crown: 'a-password-of-nobody' }, 0o600, 'crown'],
    ['a password is short', { api: 'short' }, 0o600, '16 characters'],
    ['it is no JSON', '{', 0o600, 'it is not JSON'],
  ])('is not used when %s', (_what, content, mode, fault) => {
    const path = console.file('passwords.json', content);
    chmodSync(path, mode);
    const before = readFileSync(path, 'utf8');
    expect(() => passwordsFor(io, path, ROLES)).toThrow(fault);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('is not even looked at without the addresses of the databases', async () => {
    const said = await console.run(['migrate', '--passwords', console.path('passwords.json')]);
    expect([said.code, said.err]).toEqual([2, expect.stringContaining('DATABASE_URL is not set')]);
    const half = await console.run(['migrate', '--passwords', console.path('passwords.json')], {
      environment: { DATABASE_URL: 'postgres://owner@127.0.0.1/x', REGISTER_DATABASE_URL: 'not one' },
    });
    expect([half.code, half.err]).toEqual([2, expect.stringContaining('REGISTER_DATABASE_URL')]);
    expect(() => statSync(console.path('passwords.json'))).toThrow();
  });
});
