import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whoRuns } from '../process-identity';
import { takeLock } from './lock';

describe('the lock of a data folder', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imprimatur-lock-'));
    file = join(folder, 'lock');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is held by one, until it is released', () => {
    const held = takeLock(file);
    if ('heldBy' in held) throw new Error('nobody holds it yet');
    expect(takeLock(file)).toEqual({ heldBy: process.pid });
    held.release();
    expect(existsSync(file)).toBe(false);
    expect(takeLock(file)).not.toHaveProperty('heldBy');
  });

  it.each([
    ['a process that has ended', () => ({ pid: spawnSync(process.execPath, ['-e', '']).pid, began: '1' })],
    ['another process with the number of one that has ended', () => ({ pid: process.pid, began: 'before' })],
    ['nobody that can be read', () => 'nonsense'],
  ])('is taken from %s', (_who, holder) => {
    writeFileSync(file, JSON.stringify(holder()));
    expect(takeLock(file)).not.toHaveProperty('heldBy');
    expect(takeLock(file)).toEqual({ heldBy: process.pid });
  });

  it('is not taken from a process that runs', () => {
    writeFileSync(file, JSON.stringify(whoRuns(process.ppid)));
    expect(takeLock(file)).toEqual({ heldBy: process.ppid });
  });

  it('leaves nothing beside it', () => {
    writeFileSync(file, 'nonsense');
    takeLock(file);
    takeLock(file);
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('is not taken away by a late release of one who lost it', () => {
    const held = takeLock(file);
    if ('heldBy' in held) throw new Error('nobody holds it yet');
    writeFileSync(file, JSON.stringify(whoRuns(process.ppid)));
    held.release();
    expect(existsSync(file)).toBe(true);
  });
});
