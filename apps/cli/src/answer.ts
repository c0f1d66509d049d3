import { isNativeError } from 'node:util/types';
import { z } from 'zod';
import { ApiProblem } from '#client';
import type { CliIo } from './cli-io';
import { neutral } from './neutral';

/** The exit code of a command: yes, no, could not tell. */
export type Answer = 0 | 1 | 2;

/** The answer is no. Its message says why, in one line. */
export class No extends Error {}

/** There is no answer: something is missing, unreadable or not reachable. */
export class CannotTell extends Error {}

/** Runs a command's work, notes its answer, and tells what went wrong in a line: never a stack trace. */
export function answering<Args extends unknown[]>(
  io: CliIo,
  work: (...args: Args) => Promise<Answer> | Answer,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    try {
      io.exit(await work(...args));
    } catch (error) {
      const { answer, lines } = tell(error);
      for (const line of lines) io.err(line);
      io.exit(answer);
    }
  };
}

/** What is printed of an error, and which answer it is. */
export function tell(error: unknown): { answer: Answer; lines: string[] } {
  if (error instanceof ApiProblem) return tellProblem(error);
  return { answer: error instanceof No ? 1 : 2, lines: [`error: ${messageOf(error)}`] };
}

/** A refusal says every reason that the server gave, each in a line of its own. */
function tellProblem({ problem }: ApiProblem): { answer: Answer; lines: string[] } {
  const unsure = problem.status >= 500 || problem.status === 429 || problem.status === 401;
  const head = `${unsure ? 'error' : 'refused'}: ${problem.detail ?? problem.title} (${problem.code})`;
  const reasons = (problem.reasons ?? []).map(({ rule, need, have }) => `  ${rule}: needs ${need}; there is ${have}`);
  return { answer: unsure ? 2 : 1, lines: [head, ...reasons].map(neutral) };
}

const MOST_ISSUES = 5;

/** What went wrong in a line, with the file or the address where there is one. */
export function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) return neutral(issuesOf(error));
  if (!isNativeError(error)) return 'something unexpected';
  return neutral((fileFault(error) ?? connectionFault(error) ?? error.message).replaceAll(/\s*\n\s*/g, ' '));
}

/** The faults of a value that does not have its form, each with its place. */
export function issuesOf({ issues }: z.ZodError): string {
  const told = issues.slice(0, MOST_ISSUES).map(({ path, message }) => {
    const place = path.map(String).join('.');
    return place === '' ? message : `${place}: ${message}`;
  });
  const more = issues.length - told.length;
  return more > 0 ? `${told.join('; ')}; and ${String(more)} more` : told.join('; ');
}

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read or written',
  EPERM: 'it may not be read or written',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EEXIST: 'it exists already and is not overwritten',
  ENOSPC: 'no space is left',
  ELOOP: 'its links go round in a circle',
};

function fileFault(error: NodeJS.ErrnoException): string | undefined {
  const fault = error.code === undefined ? undefined : FILE_FAULTS[error.code];
  return fault === undefined || error.path === undefined ? undefined : `${error.path}: ${fault}`;
}

/** `fetch` says only that it failed; its cause says why. */
function connectionFault(error: Error): string | undefined {
  if (error.message !== 'fetch failed') return undefined;
  const { code, message } = (error.cause ?? {}) as { code?: string; message?: string };
  const why = message === undefined || message === '' ? code : message;
  return `the server cannot be reached: ${why ?? 'no reason given'}`;
}
