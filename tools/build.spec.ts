import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfNeeded } from './build.mjs';

const CHECKOUT = join(__dirname, '..');

/** A small checkout: one room, the real compiler, the real settings. */
function aCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'imprimatur-build-'));
  mkdirSync(join(folder, 'libs'));
  writeFileSync(join(folder, 'libs/one.ts'), 'export const one: number = 1;\n');
  writeFileSync(join(folder, 'libs/one.spec.ts'), '// EXERCISE\n');
  const build = 'swc libs --out-dir dist --copy-files --extensions .ts --quiet';
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { build } }));
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  cpSync(join(CHECKOUT, '.swcrc'), join(folder, '.swcrc'));
  symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

describe('building when needed', () => {
  let folder: string;
  beforeEach(() => {
    folder = aCheckout();
    buildIfNeeded({ folder });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const built = (): boolean => buildIfNeeded({ folder });

  it('compiles once, and not again while nothing changes', () => {
    expect(existsSync(join(folder, 'dist/libs/one.js'))).toBe(true);
    expect(built()).toBe(false);
  });

  it.each([
    ['a source was written anew', 'libs/one.ts'],
    ['the installed packages changed', 'package-lock.json'],
    ['the compiler’s settings changed', '.swcrc'],
  ])('builds when %s', (_reason, file) => {
    utimesSync(join(folder, file), new Date(), new Date(Date.now() + 5_000));
    expect(built()).toBe(true);
    expect(built()).toBe(false);
  });

  it('builds when a source is older than the one that was compiled: another branch may bring it', () => {
    utimesSync(join(folder, 'libs/one.ts'), new Date(), new Date('2020-01-01T00:00:00Z'));
    expect(built()).toBe(true);
  });

  it('does not build for a test', () => {
    utimesSync(join(folder, 'libs/one.spec.ts'), new Date(), new Date(Date.now() + 5_000));
    expect(built()).toBe(false);
  });

  it('leaves nothing of a source that is gone', () => {
    writeFileSync(join(folder, 'libs/two.ts'), 'export const two = 2;\n');
    expect(built()).toBe(true);
    expect(existsSync(join(folder, 'dist/libs/two.js'))).toBe(true);
    rmSync(join(folder, 'libs/two.ts'));
    expect(built()).toBe(true);
    expect(existsSync(join(folder, 'dist/libs/two.js'))).toBe(false);
    expect(existsSync(join(folder, 'dist/libs/one.js'))).toBe(true);
  });

  it('says in one line what does not compile, and keeps the build that was there', () => {
    writeFileSync(join(folder, 'libs/one.ts'), 'export const one: = ;\n');
    expect(built).toThrow(/^the build failed \(.+\): npm run build shows all of it$/);
    expect(existsSync(join(folder, 'dist/libs/one.js'))).toBe(true);
    expect(built).toThrow('the build failed');
  });

  it('says that the packages are not installed', () => {
    rmSync(join(folder, 'node_modules'));
    expect(built).toThrow('the packages are not installed: run npm ci first');
  });
});
