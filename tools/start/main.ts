import { join } from 'node:path';
import { parseMark } from '#marking';
import { readPolicies } from '#process';
import { type DataFolder, enterDataFolder, isSettled, noteStopping, settleNature } from './data-folder';
import { type OpenDatabases, bringUpToDate, openDatabases } from './databases';
import { demoWorld } from './demo-world';
import { type Foundation, type Urls, givenOfficers, ownOfficers } from './foundation';
import { Household } from './household';
import { whenNpmIsGone } from './launcher';
import { noteProcesses, outliveLeftOver } from './left-over';
import { requireFreePorts } from './ports';
import { asRole, processPlans } from './process-plans';
import { requireRedis } from './redis';
import { type PublicKeys, databaseSecrets, processKeys } from './secrets';
import { type Settings, readSettings, urlOf } from './settings';

/** The checkout, seen from `dist/tools/start`, and what was compiled from it. */
const CHECKOUT = join(__dirname, '../../..');
const COMPILED = join(CHECKOUT, 'dist');

/** Undone in reverse order when everything stops, whatever was reached. */
type Undo = (() => Promise<void> | void)[];

/** The end that somebody asked for. */
class Asked extends Error {}

const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Brings the house up: answers when it is ready. Every step leaves in `undo` how it is taken back. */
async function bringUp(settings: Settings, stop: AbortController, undo: Undo): Promise<void> {
  requireLevel(settings);
  const { folder, leave } = await enterDataFolder(settings);
  undo.push(leave);
  stop.signal.addEventListener('abort', () => {
    noteStopping(folder);
  });
  await outliveLeftOver(folder);
  await requireFreePorts(settings);
  await requireRedis(settings.redisUrl);
  const secrets = await databaseSecrets(folder);
  const keys = await processKeys(folder, settings.installation);
  stop.signal.throwIfAborted();
  if (!isSettled(folder)) tell(`First start: making what belongs into ${folder.path} …`);
  const [databases, foundation] = await bothOf(
    openDatabases(settings, folder, secrets, tell),
    foundationOf(settings, folder, keys),
    undo,
  );
  void databases.embedded?.ended.then(() => {
    stop.abort(new Error(`PostgreSQL ended unexpectedly; see ${databases.embedded?.home ?? ''}/postgres.log`));
  });
  settleNature(folder, settings);
  await unlessStopped(stop.signal, () => bringUpToDate(databases, settings, secrets));
  await unlessStopped(stop.signal, () => foundation.admit(asRole(databases.databaseUrl, 'registrar', secrets)));
  const household = new Household({
    cwd: CHECKOUT,
    logOf: (name) => folder.log(name),
    tell,
    noteRunning: (running) => {
      noteProcesses(folder, running);
    },
    onFailure: (error) => {
      stop.abort(error);
    },
  });
  undo.push(() => household.stop());
  const { officersFile } = foundation;
  const plans = processPlans({ settings, folder, secrets, ...databases, officersFile }, COMPILED);
  await unlessStopped(stop.signal, () => household.start(plans));
  const urls = { api: urlOf(settings.host, settings.apiPort), register: settings.publicUrl };
  await unlessStopped(stop.signal, () => foundation.furnish(urls));
  greet(urls, folder, foundation);
}

/** The databases open while the foundation is laid. When one fails the other is still taken back. */
async function bothOf(
  opening: Promise<OpenDatabases>,
  laying: Promise<Foundation>,
  undo: Undo,
): Promise<[OpenDatabases, Foundation]> {
  const [opened, laid] = await Promise.allSettled([opening, laying]);
  const embedded = opened.status === 'fulfilled' ? opened.value.embedded : undefined;
  if (embedded !== undefined) undo.push(() => embedded.stop());
  return [await opening, laid.status === 'fulfilled' ? laid.value : await laying];
}

/** Does the work, and does not wait for it once somebody stops everything: what it works on is taken away from under it. */
async function unlessStopped(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  signal.throwIfAborted();
  const working = work();
  await Promise.race([working, stopped(signal)]);
  signal.throwIfAborted();
}

const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise((settled) => {
    if (signal.aborted) settled();
    signal.addEventListener('abort', () => {
      settled();
    });
  });

function greet(urls: Urls, folder: DataFolder, foundation: Foundation): void {
  tell(`\nApi              ${urls.api}/api  (description: ${urls.api}/api/docs)`);
  tell(`Register         ${urls.register}`);
  tell(`Data and logs    ${folder.path}`);
  tell(foundation.introduction(urls));
  tell('\nReady. Ctrl-C stops everything.');
}

async function foundationOf(settings: Settings, folder: DataFolder, keys: PublicKeys): Promise<Foundation> {
  const { founding } = settings;
  if (founding.kind === 'given') return givenOfficers(founding.officersFile, settings, folder, keys);
  return founding.kind === 'own' ? ownOfficers(settings, folder, keys) : demoWorld(settings, folder, keys);
}

function requireLevel({ level, policies }: Settings): void {
  let set;
  try {
    set = readPolicies(policies);
  } catch (error) {
    throw new Error(`IMPRIMATUR_POLICIES: ${(error as Error).message}`, { cause: error });
  }
  const parsed = parseMark(set, level);
  if (!parsed.ok) throw new Error(`IMPRIMATUR_LEVEL: ${parsed.fault}`);
}

async function main(): Promise<number> {
  const stop = new AbortController();
  const undo: Undo = [];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) tell('Stopping already …');
      stop.abort(new Asked(signal));
    });
  }
  whenNpmIsGone(() => {
    stop.abort(new Asked('npm is gone'));
  });
  process.on('uncaughtException', (error) => {
    stop.abort(error);
  });
  let fault: unknown;
  try {
    await bringUp(readSettings(process.env, CHECKOUT), stop, undo);
    await stopped(stop.signal);
    stop.signal.throwIfAborted();
  } catch (error) {
    fault = stop.signal.aborted ? stop.signal.reason : error;
  }
  stop.abort(fault);
  if (fault instanceof Asked) tell('\nStopping …');
  else process.stderr.write(`imprimatur: ${oneLine(fault)}\n`);
  let clean = fault instanceof Asked;
  for (const step of undo.reverse()) {
    try {
      await step();
    } catch (error) {
      clean = false;
      process.stderr.write(`imprimatur: ${oneLine(error)}\n`);
    }
  }
  if (clean) tell('Stopped.');
  return clean ? 0 : 1;
}

const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');

void main().then((code) => process.exit(code));
