import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noteKeyOf, noteVerifierKey } from '#ledger';
import { TrustAnchor } from '#people';
import { generateKey } from '#signing';
import { verifyInstruments } from '#workflow';
import { type NewInstallation, introduction, prepareWorld } from './create-world';
import { MINISTERS, readWorldPlan } from './read-world';
import { loadWorld, readInstruments, readKey } from './world-folder';

const logKey = (name: string): string => noteVerifierKey(noteKeyOf(`exercise/${name}`, new Uint8Array(32).fill(7)));

const anInstallation = async (): Promise<NewInstallation> => ({
  name: 'exercise',
  guardKey: (await generateKey()).publicJwk,
  ledgerKey: logKey('ledger'),
  publicLogKey: logKey('public-log'),
});

describe('a prepared world', () => {
  let parent: string;
  let folder: string;
  let installation: NewInstallation;

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'imprimatur-world-'));
    folder = join(parent, 'world');
    installation = await anInstallation();
    await prepareWorld(folder, installation);
  });
  afterAll(() => {
    rmSync(parent, { recursive: true });
  });

  it('has instruments that all stand, and that seat every minister', async () => {
    const world = loadWorld(folder)!;
    const { officers } = TrustAnchor.fromFile(world.officersFile, 'exercise');
    const { authority, refused } = await verifyInstruments(readInstruments(world), officers);
    const now = new Date().toISOString();
    expect(refused).toEqual([]);
    expect(authority.people(now)).toHaveLength(world.people.length);
    expect(authority.procedure('public-release', 1, now)).toEqual(readWorldPlan().procedure);
    for (const { id } of readWorldPlan().nations) expect(authority.holderOf(MINISTERS, id, now)).toBeDefined();
    expect(authority.delegationsOf(MINISTERS, 'ISL', now)).toHaveLength(1);
    expect(authority.guardKey(world.guardKid, now)).toBeDefined();
  });

  it('is found again, not made again', async () => {
    const before = readFileSync(join(folder, 'world.json'), 'utf8');
    const again = await prepareWorld(folder, installation);
    expect(again).toEqual(loadWorld(folder));
    expect(readFileSync(join(folder, 'world.json'), 'utf8')).toBe(before);
  });

  it('refuses to serve an installation with other keys', async () => {
    await expect(prepareWorld(folder, await anInstallation())).rejects.toThrow('was made for other keys');
    await expect(prepareWorld(folder, { ...installation, ledgerKey: logKey('other') })).rejects.toThrow('other keys');
    await expect(prepareWorld(folder, { ...installation, name: 'another' })).rejects.toThrow('another');
  });

  it('clears away what an interrupted attempt left behind', async () => {
    const draft = join(parent, 'second.draft-0123');
    mkdirSync(draft);
    writeFileSync(join(draft, 'world.json'), '{');
    await prepareWorld(join(parent, 'second'), installation);
    expect(readdirSync(parent).sort()).toEqual(['second', 'world']);
  });

  it('shows its keys and passwords to nobody but its owner', () => {
    const modes = (path: string): string[] => {
      const { mode } = statSync(path);
      const own = `${path.slice(folder.length)} ${(mode & 0o777).toString(8)}`;
      return statSync(path).isDirectory()
        ? [own, ...readdirSync(path).flatMap((name) => modes(join(path, name)))]
        : [own];
    };
    const all = modes(folder);
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter((each) => !/ (700|600)$/.test(each))).toEqual([]);
  });

  it('gives everybody a password of their own, and a key to those who decide', () => {
    const { people } = loadWorld(folder)!;
    expect(new Set(people.map(({ password }) => password)).size).toBe(people.length);
    expect(people.filter(({ password }) => password.length < 20)).toEqual([]);
    const minister = people.find(({ identity }) => identity === 'minister-of-defence.deu')!;
    expect(readKey(minister.keyFile!)).toHaveProperty('d');
    expect(people.find(({ identity }) => identity === 'press-officer')).not.toHaveProperty('keyFile');
  });

  it('introduces a few people with their passwords, and tells where the others are', () => {
    const world = loadWorld(folder)!;
    const text = introduction(world, { api: 'http://127.0.0.1:3000', register: 'http://127.0.0.1:3080' });
    const shown = world.people.filter(({ password }) => text.includes(password));
    expect(shown.map(({ identity }) => identity)).toContain('planner.act');
    expect(shown).toHaveLength(6);
    expect(text).toContain(join(folder, 'passwords.txt'));
  });
});
