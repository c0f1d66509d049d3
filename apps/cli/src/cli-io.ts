import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';
import { neutral } from './neutral';

/** What a command may do to the outside. Tests give one of their own. */
export interface CliIo {
  /** Answers of the command: on standard output. A newline is added where the text ends without one. */
  out(text: string): void;
  /** What went wrong, and what people are told besides: on standard error. */
  err(text: string): void;
  /** The bytes of a file. Throws, naming the file, when it cannot be read or is too large. */
  readFile(path: string): Buffer;
  writeFile(path: string, bytes: Buffer): void;
  /** Notes the exit code: 0 yes, 1 no, 2 could not tell. The process ends when nothing is left to do. */
  exit(code: 0 | 1 | 2): void;
}

/** The largest file that is read, in bytes: no certificate, document or rendition comes near it. */
export const LARGEST_FILE = 64 * 1024 * 1024;

/** The process itself. */
export const processIo: CliIo = {
  out: (text) => {
    process.stdout.write(onScreen(text, process.stdout.isTTY));
  },
  err: (text) => {
    process.stderr.write(onScreen(text, process.stderr.isTTY));
  },
  readFile: (path) => readUpTo(path, LARGEST_FILE),
  writeFile: (path, bytes) => {
    writeFileSync(path, bytes);
  },
  exit: (code) => {
    process.exitCode = code;
  },
};

/** A terminal obeys control characters, so that none reaches one, wherever a text came from. */
function onScreen(text: string, isTerminal: boolean): string {
  const lines = text.endsWith('\n') ? text : `${text}\n`;
  return isTerminal ? lines.split('\n').map(neutral).join('\n') : lines;
}

/** Reads to the end and no further than `most` bytes: a pipe or a device has no size that could be asked beforehand. */
export function readUpTo(path: string, most: number): Buffer {
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).isDirectory()) throw new Error(`${path} is a folder`);
    const parts: Buffer[] = [];
    for (let read = 0; ;) {
      const part = Buffer.alloc(1024 * 1024);
      const length = readSync(file, part);
      if (length === 0) return Buffer.concat(parts);
      read += length;
      if (read > most) throw new Error(`${path} is too large: more than ${String(most)} bytes`);
      parts.push(part.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}
