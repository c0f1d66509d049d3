import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPolicies } from './read-policies';

const SHIPPED = join(__dirname, '../../../policies');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imprimatur-policies-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const withShipped = (name: string, as = name): void => {
  copyFileSync(join(SHIPPED, name), join(folder, as));
};

describe('the policies of a folder', () => {
  it('that ships are NATO and PUBLIC', () => {
    expect(
      readPolicies(SHIPPED)
        .all()
        .map((policy) => policy.name)
        .sort(),
    ).toEqual(['NATO', 'PUBLIC']);
  });

  it('are every file that says it is one, and no other', () => {
    withShipped('nato.spif.xml');
    withShipped('public.spif.xml', 'public.xml');
    writeFileSync(join(folder, 'README'), 'EXERCISE');
    expect(
      readPolicies(folder)
        .all()
        .map((policy) => policy.name),
    ).toEqual(['NATO']);
  });

  it('fail_closed: one that is faulty stops the process, with file and fault', () => {
    withShipped('nato.spif.xml');
    writeFileSync(join(folder, 'broken.spif.xml'), '<SPIF>');
    expect(() => readPolicies(folder)).toThrow(join(folder, 'broken.spif.xml'));
  });

  it('fail_closed: two of one name, none at all and no folder stop the process', () => {
    expect(() => readPolicies(folder)).toThrow('holds no security policy');
    withShipped('nato.spif.xml');
    withShipped('nato.spif.xml', 'again.spif.xml');
    expect(() => readPolicies(folder)).toThrow('two security policies carry one name');
    expect(() => readPolicies(join(folder, 'nowhere'))).toThrow('ENOENT');
  });
});
