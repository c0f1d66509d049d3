import { transformFileSync } from '@swc/core';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { settingsOf } from './run-process';

const ROOT = join(__dirname, '../../..');

/** What a process of the test does when it starts and when it closes. */
const PROGRAM = `
const { runProcess } = require('./run-process.js');
const [, , starting, closing] = process.argv;
const alive = setInterval(() => undefined, 1000);
runProcess('exercise', async () => {
  if (starting === 'fails') throw new Error('the settings are not valid: PORT is missing');
  if (starting === 'never') {
    process.send('starting');
    await new Promise(() => undefined);
  }
  if (starting === 'rejects-later') setTimeout(() => void Promise.reject(new Error('unforeseen')), 20);
  return {
    close: async () => {
      process.stdout.write('closed\\n');
      if (process.connected) process.send('closing');
      if (closing === 'slowly') await new Promise((resolve) => setTimeout(resolve, 100));
      if (closing === 'fails') throw new Error('cannot close');
      clearInterval(alive);
    },
  };
});
`;

let folder: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'imprimatur-process-'));
  const { code } = transformFileSync(join(__dirname, 'run-process.ts'), { configFile: join(ROOT, '.swcrc') });
  writeFileSync(join(folder, 'run-process.js'), code);
  writeFileSync(join(folder, 'program.js'), PROGRAM);
});

afterAll(() => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Starts the program; what it says, and how it ends. */
function start(
  starting: string,
  closing = 'well',
): { child: ChildProcess; ready: Promise<unknown>; ended: Promise<Ended> } {
  const child = fork(join(folder, 'program.js'), [starting, closing], {
    silent: true,
    execArgv: [],
    env: { PATH: process.env['PATH'], NODE_PATH: join(ROOT, 'node_modules') },
  });
  children.push(child);
  let said = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const ended = Promise.all([once(child, 'exit'), once(child.stdout!, 'end')]).then(([[code]]): Ended => ({
    code: code as number | null,
    lines: said.split('\n').filter((line) => line !== ''),
  }));
  return { child, ready: once(child, 'message').then(([message]: unknown[]) => message), ended };
}

const logged = (line: string | undefined): unknown => JSON.parse(line ?? 'null');

describe('a process of the house', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'tells that it is ready, and closes in order and once on %s',
    async (signal) => {
      const { child, ready, ended } = start('well', 'slowly');
      expect(await ready).toEqual({ ready: true });
      const closing = once(child, 'message');
      child.kill(signal);
      expect((await closing)[0]).toBe('closing');
      child.kill(signal);
      const { code, lines } = await ended;
      expect(code).toBe(0);
      expect(lines.slice(1)).toEqual(['closed']);
      expect(logged(lines[0])).toEqual({
        at: expect.any(String),
        process: 'exercise',
        level: 'info',
        message: 'ready',
      });
    },
  );

  it('closes when its supervisor is gone', async () => {
    const { child, ready, ended } = start('well');
    await ready;
    child.disconnect();
    const { code, lines } = await ended;
    expect([code, lines.at(-1)]).toEqual([0, 'closed']);
  });

  it('that cannot start says why in one line, and leaves nothing running', async () => {
    const { code, lines } = await start('fails').ended;
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(logged(lines[0])).toMatchObject({ level: 'error', message: 'the settings are not valid: PORT is missing' });
  });

  it('that is stopped while it starts ends at once, and was never ready', async () => {
    const { child, ready, ended } = start('never');
    expect(await ready).toBe('starting');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, lines: [] });
  });

  it('that cannot close says so by its exit code', async () => {
    const { child, ready, ended } = start('well', 'fails');
    await ready;
    child.kill('SIGTERM');
    expect((await ended).code).toBe(1);
  });

  it('ends on what nobody foresaw, closed in order', async () => {
    const { code, lines } = await start('rejects-later').ended;
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe('closed');
    expect(logged(lines.at(-2))).toMatchObject({ level: 'error', message: expect.stringContaining('unforeseen') });
  });
});

describe('settings', () => {
  const schema = z.object({
    PORT: z.coerce.number().int().min(1),
    DATABASE_URL: z.url(),
    MODE: z.enum(['a', 'b']).default('a'),
  });

  it('are read from the environment, and what else is there is nobody’s', () => {
    expect(settingsOf(schema, { PORT: '3000', DATABASE_URL: 'postgres://x/y', HOME: '/' })).toEqual({
      PORT: 3000,
      DATABASE_URL: 'postgres://x/y',
      MODE: 'a',
    });
  });

  it('that are wrong are told in one line, all at once, without their values', () => {
    const attempt = (): unknown => settingsOf(schema, { PORT: 'secret-port', DATABASE_URL: 'secret-url' });
    expect(attempt).toThrow(/^the settings are not valid: PORT: [^;\n]+; DATABASE_URL: [^;\n]+$/);
    expect(attempt).not.toThrow(/secret/);
  });
});
