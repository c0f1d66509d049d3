import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROLES } from '#database';
import { DataFolder } from './data-folder';
import { databaseSecrets } from './secrets';

describe('the passwords of the databases', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'imprimatur-secrets-'));
  });
  afterEach(() => {
    rmSync(path, { recursive: true, force: true });
  });

  it('are made once, one for each role', async () => {
    const made = await databaseSecrets(new DataFolder(path));
    expect(Object.keys(made.roles)).toEqual([...ROLES]);
    expect(new Set([made.owner, ...Object.values(made.roles)]).size).toBe(ROLES.length + 1);
    expect(await databaseSecrets(new DataFolder(path))).toEqual(made);
  });

  it('of an older release stay what they are, and a role that has come since gets its own, which stays too', async () => {
    const folder = new DataFolder(path);
    const { owner, roles } = await databaseSecrets(folder);
    const { examiner, ...older } = roles;
    writeFileSync(folder.secrets, JSON.stringify({ owner, roles: older }));
    const added = await databaseSecrets(folder);
    expect(added).toEqual({ owner, roles: { ...older, examiner: added.roles.examiner } });
    expect(added.roles.examiner).not.toBe(examiner);
    expect(JSON.parse(readFileSync(folder.secrets, 'utf8'))).toEqual(added);
  });

  it.each([
    ['a role that nobody knows', { owner: 'o'.repeat(20), roles: { stranger: 's'.repeat(20) } }],
    ['a password that is too short', { owner: 'o'.repeat(20), roles: { api: 'short' } }],
  ])('are refused with %s', async (_name, held) => {
    const folder = new DataFolder(path);
    writeFileSync(folder.secrets, JSON.stringify(held));
    await expect(databaseSecrets(folder)).rejects.toThrow('does not hold what it must');
  });
});
