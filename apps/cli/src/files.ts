import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';
import { CannotTell, issuesOf } from './answer';
import type { CliIo } from './cli-io';
import type { Terminal } from './terminal';

/** The bytes of a file, or of what is piped in where the file is called `-`. */
export const readBytes = async (io: CliIo, terminal: Terminal, path: string): Promise<Buffer> =>
  path === '-' ? terminal.input() : io.readFile(path);

/** The JSON value of bytes; the fault in words when they are none. */
export function jsonOf(bytes: Uint8Array): { ok: true; value: unknown } | { ok: false; fault: string } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, fault: error instanceof SyntaxError ? 'it is not JSON' : 'it is not UTF-8' };
  }
}

/** The value of a JSON file that has a form. Throws, naming the file and what is wrong with it. */
export function parsedAs<Schema extends z.ZodType>(path: string, bytes: Uint8Array, schema: Schema): z.output<Schema> {
  const json = jsonOf(bytes);
  if (!json.ok) throw new CannotTell(`${path}: ${json.fault}`);
  const parsed = schema.safeParse(json.value);
  if (!parsed.success) throw new CannotTell(`${path}: ${issuesOf(parsed.error)}`);
  return parsed.data;
}

export const jsonBytes = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

/** Writes a file that only its owner may read. Throws when something has that name already. */
export function writeSecret(path: string, bytes: Buffer): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Puts a secret file in the place of another, whole or not at all. */
export function replaceSecret(path: string, bytes: Buffer): void {
  const next = `${path}.new`;
  rmSync(next, { force: true });
  writeSecret(next, bytes);
  chmodSync(next, 0o600);
  renameSync(next, path);
}

/** Refuses a secret file that others on this machine may read. Windows keeps no such bits. */
export function requireOwnEyesOnly(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && process.platform !== 'win32' && (found.mode & 0o077) !== 0)
    throw new CannotTell(`${path}: others may read this secret; run chmod 600 on it`);
}
