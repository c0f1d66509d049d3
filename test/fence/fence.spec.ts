import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ROOT = join(__dirname, '../..');
const PLANTED = join(__dirname, 'planted');
const FENCED = ['apps', 'libs', 'migrations', 'tools', 'demo'];

/** Each violation that is planted, and the rules that it must break: these and no others. */
const BROKEN: Readonly<Record<string, readonly string[]>> = {
  'deep-import': ['release-stays-in-its-room'],
  'deep-import-by-type': ['release-stays-in-its-room'],
  'wrong-room': ['register-stays-in-its-room'],
  'wrong-room-by-type': ['records-stays-in-its-room'],
  'wrong-room-when-it-runs': ['records-stays-in-its-room'],
  'wrong-room-by-export': ['contracts-stays-in-its-room'],
  'pure-room-with-orm': ['sql-in-stores-only', 'workflow-stays-in-its-room'],
  'pure-room-with-framework': ['access-stays-in-its-room'],
  'pure-room-with-files': ['marking-stays-in-its-room'],
  'pure-room-with-clock': ['ledger-stays-in-its-room'],
  'pure-room-with-another-package': ['signing-stays-in-its-room'],
  'sql-in-a-use-case': ['sql-in-stores-only'],
  'sql-by-type': ['sql-in-stores-only'],
  'sql-in-an-app': ['sql-in-stores-only'],
  cycle: ['no-circular'],
  'unknown-room': ['no-unresolved'],
  'unknown-file': ['no-unresolved'],
  'public-side-sees-documents': ['register-sees-only-the-public-side'],
  'public-side-sees-people': ['register-sees-only-the-public-side'],
  'app-through-the-window': ['apps-use-front-doors'],
  'tool-through-the-window': ['apps-use-front-doors'],
  'test-in-a-room': ['records-stays-in-its-room'],
  'room-imports-an-app': ['duties-stays-in-its-room'],
};
const UNPLANNED = 'unplanned-room';

// Each cruise reads the whole house in a process of its own; a busy machine takes its time.
jest.setTimeout(120_000);

let house: string;

/** The house in a folder of its own: the fence knows files by their place in it, and nothing is planted in the real one. */
beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'imprimatur-fence-'));
  for (const folder of [...FENCED, 'test'])
    cpSync(join(ROOT, folder), join(house, folder), { recursive: true, filter: (path) => path !== PLANTED });
  for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
    cpSync(join(ROOT, file), join(house, file));
  symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'), 'dir');
});

afterAll(() => {
  rmSync(house, { recursive: true });
});

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

interface Cruise {
  /** How many rules are broken; undefined where the fence did not start. */
  readonly errors: number | undefined;
  readonly violations: readonly Violation[];
  readonly faults: string;
}

/** What `npm run fence` finds in a house, for all of it or for some files and what these reach. */
function cruise(at: string, what: readonly string[]): Promise<Cruise> {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const options = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...what, ...options], { cwd: at });
    let [said, faults] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (faults += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const found =
        code === 0 ? (JSON.parse(said) as { summary: { error: number; violations: Violation[] } }) : undefined;
      resolve({ errors: found?.summary.error, violations: found?.summary.violations ?? [], faults });
    });
  });
}

const filesOf = (planted: string): string[] =>
  readdirSync(join(PLANTED, planted), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort();

describe('the fence', () => {
  it('lets the house pass as it stands', async () => {
    const { errors, violations, faults } = await cruise(house, FENCED);
    expect(violations.map(({ from, rule }) => `${from}: ${rule.name}`)).toEqual([]);
    expect({ errors, faults }).toEqual({ errors: 0, faults: '' });
  });

  it('stops each planted violation by its own rule', async () => {
    const planted = readdirSync(PLANTED).filter((name) => name !== UNPLANNED);
    expect(planted.sort()).toEqual(Object.keys(BROKEN).sort());
    const broken = join(house, '..', `${basename(house)}-broken`);
    cpSync(house, broken, { recursive: true, verbatimSymlinks: true });
    try {
      const files = planted.flatMap((name) => filesOf(name).map((path) => ({ name, path })));
      expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
      for (const { name, path } of files) {
        mkdirSync(join(broken, path, '..'), { recursive: true });
        cpSync(join(PLANTED, name, path), join(broken, path), { errorOnExist: true, force: false });
      }
      const { errors, violations } = await cruise(
        broken,
        files.map(({ path }) => path),
      );
      expect(errors).toBe(violations.length);
      const places = new Map(files.map(({ name, path }) => [path, name]));
      const found = new Map<string, Set<string>>();
      for (const { from, rule } of violations) {
        const name = places.get(from) ?? from;
        found.set(name, (found.get(name) ?? new Set()).add(rule.name));
      }
      expect(Object.fromEntries([...found].map(([name, rules]) => [name, [...rules].sort()]))).toEqual(BROKEN);
    } finally {
      rmSync(broken, { recursive: true });
    }
  });

  it('does not even have a plan where a room is not in it', () => {
    const path = join(house, 'libs/lounge');
    cpSync(join(PLANTED, UNPLANNED, 'libs/lounge'), path, { recursive: true });
    try {
      const plan = spawnSync(process.execPath, [join(house, '.dependency-cruiser.cjs')], {
        cwd: house,
        encoding: 'utf8',
      });
      expect(plan.status).toBeGreaterThan(0);
      expect(plan.stderr).toContain('libs/lounge is not in the house plan');
    } finally {
      rmSync(path, { recursive: true });
    }
  });
});
