import type { Command } from 'commander';
import { CannotTell } from './answer';
import type { CliIo } from './cli-io';
import { readBytes } from './files';
import type { Terminal } from './terminal';

export interface ReasonOptions {
  readonly reason?: string;
  readonly reasonFile?: string;
}

/** A reason stands under the mark of its case; the arguments of a command are seen by everybody on the machine. */
export const withReason = (command: Command): Command =>
  command
    .option('--reason <text>', 'why, in words that everybody on this machine may see')
    .option('--reason-file <file>', 'why, from a file that you alone may read; - reads what is piped in');

export async function reasonOf(
  io: CliIo,
  terminal: Terminal,
  { reason, reasonFile }: ReasonOptions,
): Promise<string | undefined> {
  if (reason !== undefined && reasonFile !== undefined) throw new CannotTell('give either --reason or --reason-file');
  const text = reasonFile === undefined ? reason : (await readBytes(io, terminal, reasonFile)).toString('utf8');
  const said = text?.trim();
  return said === '' ? undefined : said;
}
