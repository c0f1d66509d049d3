import { type ChildProcess, fork } from 'node:child_process';
import { type WriteStream, createWriteStream, existsSync, renameSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type ProcessIdentity, whoRuns } from '../process-identity';
import type { ProcessPlan } from './process-plans';

/** What the household tells and asks while it runs. */
export interface HouseholdOptions {
  readonly cwd: string;
  readonly logOf: (name: string) => string;
  /** A line for the terminal. */
  readonly tell: (line: string) => void;
  /** The processes that run now, whenever that changes. */
  readonly noteRunning: (running: readonly ProcessIdentity[]) => void;
  /** It cannot go on: a process keeps dying. Called once. */
  readonly onFailure: (error: Error) => void;
}

/** This many deaths of one process within the span end everything. */
const DEATHS = 5;
const SPAN_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const READY_WITHIN_MS = 120_000;
/** A process ends by itself within nine seconds (libs/process). */
const END_WITHIN_MS = 12_000;

interface Member {
  readonly plan: ProcessPlan;
  readonly log: WriteStream;
  readonly deaths: number[];
  child?: ChildProcess;
  identity?: ProcessIdentity | undefined;
  lastError?: string;
}

/** The processes of the house, each restarted when it dies, until it dies too often. */
export class Household {
  private readonly members: Member[] = [];
  private everReady = false;
  private readonly stopping = new AbortController();

  constructor(private readonly options: HouseholdOptions) {}

  /** Starts all at once; answers when each is ready. Throws one line when one is not. */
  async start(plans: readonly ProcessPlan[]): Promise<void> {
    for (const plan of plans) {
      const file = this.options.logOf(plan.name);
      if (existsSync(file)) renameSync(file, `${file}.1`);
      this.members.push({ plan, log: createWriteStream(file, { flags: 'a', mode: 0o600 }), deaths: [] });
    }
    await Promise.all(this.members.map((member) => this.launch(member)));
    this.everReady = true;
    // One that was ready and died while others were still on their way.
    const fallen = this.members.find(({ identity }) => identity === undefined);
    if (fallen !== undefined) throw this.doesNotStart(fallen, 'it ended without a word');
  }

  /** Ends all, in order: each finishes what it is doing. Who does not end is ended. Idempotent. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.members.map(({ child }) => end(child)));
    await Promise.all(this.members.map(({ log }) => new Promise((closed) => log.end(closed))));
    this.options.noteRunning([]);
  }

  private async launch(member: Member): Promise<void> {
    const { plan, log } = member;
    const child = fork(plan.entry, [], {
      cwd: this.options.cwd,
      env: { ...plan.environment },
      execArgv: [],
      // A group of its own: Ctrl-C on the terminal must reach the supervisor alone, which ends all in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    member.child = child;
    member.identity = child.pid === undefined ? undefined : whoRuns(child.pid);
    this.noteRunning();
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      stream.pipe(log, { end: false });
      createInterface({ input: stream }).on('line', (line) => {
        this.hear(member, line);
      });
    }
    const ready = readiness(child);
    child.once('close', (code, signal) => {
      this.mourn(member, signal ?? `code ${String(code)}`);
    });
    const outcome = await ready;
    if (outcome === 'ready' || this.stopping.signal.aborted) return;
    if (outcome === 'late') child.kill('SIGKILL');
    // Before the house was ever ready nothing is worth another try: the settings or the data are wrong.
    if (!this.everReady) {
      throw this.doesNotStart(member, outcome === 'late' ? 'it was not ready in time' : 'it ended without a word');
    }
  }

  private doesNotStart({ plan, lastError }: Member, otherwise: string): Error {
    return new Error(`${plan.name} does not start (${lastError ?? otherwise}); see ${this.options.logOf(plan.name)}`);
  }

  /** Warnings and errors go to the terminal as well; everything is in the log. */
  private hear(member: Member, line: string): void {
    const told = levelOf(line);
    if (told === undefined) return;
    if (told.level === 'error') member.lastError = told.message;
    if (this.everReady && !this.stopping.signal.aborted) this.options.tell(`[${member.plan.name}] ${told.message}`);
  }

  private mourn(member: Member, how: string): void {
    member.identity = undefined;
    this.noteRunning();
    if (this.stopping.signal.aborted || !this.everReady) return;
    const now = Date.now();
    member.deaths.push(now);
    const lately = member.deaths.filter((at) => now - at < SPAN_MS).length;
    const { name } = member.plan;
    if (lately >= DEATHS) {
      this.stopping.abort();
      const why = member.lastError ?? how;
      this.options.onFailure(
        new Error(`${name} died ${String(lately)} times within a minute (${why}); see ${this.options.logOf(name)}`),
      );
      return;
    }
    const wait = FIRST_PAUSE_MS * 2 ** (lately - 1);
    this.options.tell(`[${name}] ended unexpectedly (${how}); it is started again in ${String(wait)} ms`);
    void this.again(member, wait);
  }

  private async again(member: Member, wait: number): Promise<void> {
    // An aborted pause rejects; the check after it is the answer.
    await pause(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    if (this.stopping.signal.aborted) return;
    await this.launch(member);
  }

  private noteRunning(): void {
    this.options.noteRunning(this.members.flatMap(({ identity }) => (identity === undefined ? [] : [identity])));
  }
}

/** Whether a child says that it is ready, ends before, or does neither in time. */
function readiness(child: ChildProcess): Promise<'ready' | 'ended' | 'late'> {
  return new Promise((answer) => {
    const late = setTimeout(() => {
      answer('late');
    }, READY_WITHIN_MS);
    const settle = (outcome: 'ready' | 'ended') => (): void => {
      clearTimeout(late);
      answer(outcome);
    };
    child.once('message', settle('ready'));
    // `close` follows `exit` when all that the child said was heard.
    child.once('close', settle('ended'));
    child.once('error', settle('ended'));
  });
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((settled) => child.once('exit', settled));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  await ended;
  clearTimeout(patience);
}

/** A line of a log that somebody must see: a warning or an error of our own, or the head of what Node says of a crash. */
function levelOf(line: string): { level: 'warn' | 'error'; message: string } | undefined {
  try {
    const { level, message } = JSON.parse(line) as { level?: unknown; message?: unknown };
    if (level !== 'warn' && level !== 'error' && level !== 'fatal') return undefined;
    return {
      level: level === 'warn' ? level : 'error',
      message: typeof message === 'string' ? (message.split('\n')[0] ?? '') : '',
    };
  } catch {
    return /^(\w*Error\b|FATAL\b)/.test(line) ? { level: 'error', message: line } : undefined;
  }
}
