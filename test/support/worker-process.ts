import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { House } from './house';

export interface WorkerOptions {
  readonly leaseSeconds: number;
  readonly redisUrl?: string | undefined;
}

/** The worker as it runs in life: a process of its own, with the relay's database role. */
export class WorkerProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly said: string[],
  ) {}

  /** Starts it and waits until it says that it is ready. */
  static async start(house: House, { leaseSeconds, redisUrl }: WorkerOptions): Promise<WorkerProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'imprimatur-worker-'));
    const officersFile = join(folder, 'officers.json');
    writeFileSync(officersFile, JSON.stringify(house.authority.officers));
    const child = fork(resolve(__dirname, 'run-source.cjs'), ['apps/worker/src/main.ts'], {
      execArgv: ['--conditions=imprimatur'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        IMPRIMATUR_DATABASE_URL: house.databases.main('relay'),
        IMPRIMATUR_OFFICERS_FILE: officersFile,
        IMPRIMATUR_INSTALLATION: house.authority.installation,
        IMPRIMATUR_LEASE_SECONDS: String(leaseSeconds),
        ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      },
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const worker = new WorkerProcess(child, folder, said);
    await new Promise<void>((ready, failed) => {
      child.once('message', () => {
        ready();
      });
      child.once('exit', (code) => {
        failed(new Error(`the worker ended with ${String(code)}: ${said.join('')}`));
      });
    });
    return worker;
  }

  /** Everything that it printed. */
  get log(): string {
    return this.said.join('');
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Ends it in order; answers its exit code. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null)
      await new Promise<void>((ended) => {
        child.once('exit', () => {
          ended();
        });
        child.kill(signal);
      });
    rmSync(this.folder, { recursive: true, force: true });
    return child.exitCode;
  }
}
