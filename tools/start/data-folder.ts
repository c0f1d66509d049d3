import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { readJson, writeJson, writeWhole } from './lasting-file';
import { type Held, takeLock } from './lock';
import type { Settings } from './settings';

/** The places in a data folder. */
export class DataFolder {
  constructor(readonly path: string) {}

  readonly postgres = this.at('postgres');
  readonly secrets = this.at('secrets.json');
  readonly publicKeys = this.at('public-keys.json');
  readonly processes = this.at('processes.json');
  readonly officers = this.at('officers');
  /** How `imprimatur people` reaches the database as the registrar. */
  readonly registrarAccess = this.at('registrar.env');
  readonly world = this.at('world');
  readonly worldLives = this.at('world.complete');
  readonly lock = this.at('supervisor.lock');
  readonly stopping = this.at('supervisor.stopping');
  readonly nature = this.at('installation.json');

  key(name: string): string {
    return this.at('keys', `${name}.json`);
  }

  log(name: string): string {
    return this.at('logs', `${name}.log`);
  }

  private at(...names: string[]): string {
    return join(this.path, ...names);
  }
}

const STOPS_WITHIN_MS = 45_000;

/** What a data folder holds, once and for all: another start may not make something else of it. */
const natureSchema = z.strictObject({
  installation: z.string(),
  databases: z.enum(['embedded', 'given']),
  founding: z.enum(['demo', 'own', 'given']),
});

type Nature = z.output<typeof natureSchema>;

/**
 * Makes or enters the data folder and locks it against a second supervisor. Throws one line when it cannot be written to,
 * when another supervisor holds it, or when it holds an installation of another name or kind.
 */
export async function enterDataFolder(settings: Settings): Promise<{ folder: DataFolder; leave: () => void }> {
  const folder = new DataFolder(settings.data);
  makeWritable(folder);
  const lock = await lockOf(folder);
  const leave = (): void => {
    lock.release();
    rmSync(folder.stopping, { force: true });
  };
  try {
    requireNature(folder, settings, readNature(folder));
    return { folder, leave };
  } catch (error) {
    leave();
    throw error;
  }
}

/** Lets the next start wait for the end of this one. */
export function noteStopping(folder: DataFolder): void {
  writeWhole(folder.stopping, '');
}

/** The lock. One who stops already is waited for; one who runs is not. */
async function lockOf(folder: DataFolder): Promise<Held> {
  const until = Date.now() + STOPS_WITHIN_MS;
  for (;;) {
    const lock = takeLock(folder.lock);
    if (!('heldBy' in lock)) {
      rmSync(folder.stopping, { force: true });
      return lock;
    }
    if (Date.now() > until || !existsSync(folder.stopping)) {
      throw new Error(
        `another npm start (process ${String(lock.heldBy)}) runs on ${folder.path}: stop it, or set IMPRIMATUR_DATA to another folder`,
      );
    }
    await pause(100);
  }
}

/** Whether an earlier start has settled what the folder holds. */
export const isSettled = (folder: DataFolder): boolean => existsSync(folder.nature);

/** Settles for good what the folder holds. Called when its keys and officers are made. */
export function settleNature(folder: DataFolder, settings: Settings): void {
  if (readNature(folder) === undefined) writeJson(folder.nature, natureOf(settings));
}

function makeWritable(folder: DataFolder): void {
  try {
    mkdirSync(folder.path, { recursive: true, mode: 0o700 });
    // As root the database runs under another account, which passes through to its own folder and sees nothing else.
    const asRoot = process.getuid?.() === 0;
    if (!asRoot || statSync(folder.path).uid === 0) chmodSync(folder.path, asRoot ? 0o711 : 0o700);
    for (const name of ['keys', 'logs']) mkdirSync(join(folder.path, name), { recursive: true, mode: 0o700 });
    const trial = join(folder.path, `.trial-${String(process.pid)}`);
    writeFileSync(trial, '');
    rmSync(trial);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(
      `cannot write to the data folder ${folder.path} (${code}): make it writable, or set IMPRIMATUR_DATA to another folder`,
      { cause: error },
    );
  }
}

const natureOf = ({ installation, databases, founding }: Settings): Nature => ({
  installation,
  databases: databases.kind,
  founding: founding.kind,
});

function readNature(folder: DataFolder): Nature | undefined {
  const found = readJson(folder.nature);
  return found === undefined ? undefined : natureSchema.parse(found);
}

function requireNature(folder: DataFolder, settings: Settings, found: Nature | undefined): void {
  const wanted = natureOf(settings);
  if (found === undefined || isDeepStrictEqual(found, wanted)) return;
  const [what, variables] =
    found.installation !== wanted.installation
      ? [`the installation ${found.installation}`, 'IMPRIMATUR_INSTALLATION']
      : found.databases !== wanted.databases
        ? [`an installation with ${found.databases} databases`, 'DATABASE_URL and REGISTER_DATABASE_URL']
        : [`an installation with ${FOUNDED[found.founding]}`, 'IMPRIMATUR_DEMO and IMPRIMATUR_OFFICERS_FILE'];
  throw new Error(`${folder.path} holds ${what}: set ${variables} as before, or IMPRIMATUR_DATA to another folder`);
}

const FOUNDED = { demo: 'the demo world', own: 'officers of its own', given: 'an officers file' } as const;
