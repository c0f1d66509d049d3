import type { Command } from 'commander';
import type { Answer } from './answer';
import type { CliIo } from './cli-io';
import { countArgument } from './command-group';
import { neutral } from './neutral';

export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** The options of a command that prints a list page by page. */
export const withPage = (command: Command): Command =>
  command
    .option('--limit <n>', 'how many at most, up to 200', countArgument)
    .option('--cursor <cursor>', 'where the next page begins, as the page before said')
    .option('--json', 'print it as JSON');

/** The part of a command's options that says which page. */
export const pageOf = ({ cursor, limit }: PageOptions) => ({
  ...(cursor === undefined ? {} : { cursor }),
  ...(limit === undefined ? {} : { limit }),
});

/** Prints a page, a line each, and how to ask for the next one. */
export function printPage<Item>(
  io: CliIo,
  page: { readonly items: readonly Item[]; readonly next: string | null; readonly count?: number | undefined },
  lineOf: (item: Item) => string,
  json: boolean | undefined,
): Answer {
  if (json === true) io.out(JSON.stringify(page, null, 2));
  else {
    for (const item of page.items) io.out(lineOf(item));
    if (page.count !== undefined) io.err(`in all: ${String(page.count)}`);
    if (page.next !== null) io.err(`there is more: --cursor ${neutral(page.next)}`);
  }
  return 0;
}
