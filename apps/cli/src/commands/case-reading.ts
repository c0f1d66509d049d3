import type { Command } from 'commander';
import type { FoundCaseListView } from '#contracts';
import { type Answer, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import { caseInLine, caseInWords } from '../case-words';
import type { CliIo } from '../cli-io';
import { idArgument, momentArgument, withExamples } from '../command-group';
import { indented } from '../neutral';
import { type PageOptions, pageOf, printPage, withPage } from '../pages';
import { wordsOf } from '../sought-words';
import type { Terminal } from '../terminal';

interface CaseNarrowing {
  readonly state?: string;
  readonly document?: string;
  readonly requestedBy?: string;
  readonly nation?: string;
  readonly area?: string;
  readonly policy?: string;
  readonly classification?: string;
  readonly from?: string;
  readonly to?: string;
  readonly count?: true;
}

type ListOptions = ApiOptions & PageOptions & CaseNarrowing;

const narrowedCases = (command: Command): Command =>
  command
    .option('--state <state>', 'in this state, such as in-approval')
    .option('--document <id>', 'about this document', idArgument)
    .option('--requested-by <person>', 'asked for by this person', idArgument)
    .option('--nation <code>', 'with a target of this nation that you may see')
    .option('--area <area>', 'with a target in this capability area that you may see')
    .option('--policy <policy>', 'under this security policy')
    .option('--classification <name>', 'under this classification of the policy')
    .option('--from <moment>', 'from this moment on', momentArgument)
    .option('--to <moment>', 'up to this moment', momentArgument)
    .option('--count', 'say how many there are in all');

const NARROWS = [
  'state',
  'document',
  'requestedBy',
  'nation',
  'area',
  'policy',
  'classification',
  'from',
  'to',
  'count',
] as const satisfies readonly (keyof CaseNarrowing)[];

/** The part of a command's options that narrows. */
const narrowingOf = (options: CaseNarrowing): CaseNarrowing =>
  Object.fromEntries(NARROWS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));

/** `case list`, `case search`, `case show`: what there is, as far as one may know of it. */
export function registerReading(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    narrowedCases(
      withPage(speakingToApi(group.command('list').description('the cases that you may know of, newest first'))),
    ),
    'case list --state in-approval --count',
    'case list --nation NOR --area land',
  ).action(
    answering(io, async (options: ListOptions): Promise<Answer> => {
      const asked = { ...pageOf(options), ...narrowingOf(options) };
      const page = await asClient(options, terminal, (client) => client.cases(asked));
      return printPage(io, page, caseInLine, options.json);
    }),
  );
  withExamples(
    narrowedCases(
      withPage(
        speakingToApi(
          group
            .command('search')
            .description('where words stand in title and summary of cases; they are kept nowhere')
            .argument(
              '[words...]',
              'the words, which everybody on this machine may see; else they are typed or piped in',
            ),
        ),
      ),
    ),
    `case search 'air defence -naval'`,
    'case search --state in-approval < words.txt',
  ).action(
    answering(io, async (words: readonly string[], options: ListOptions): Promise<Answer> => {
      const asked = { words: await wordsOf(terminal, words), ...pageOf(options), ...narrowingOf(options) };
      const page = await asClient(options, terminal, (client) => client.searchCases(asked));
      return printPage(io, page, foundInLines, options.json);
    }),
  );
  withExamples(
    speakingToApi(group.command('show').description('where a case stands, and who is missing'))
      .argument('<case>', 'the id of the case', idArgument)
      .option('--json', 'print it as JSON'),
    'case show 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10',
  ).action(
    answering(io, async (id: string, options: ApiOptions & { json?: boolean }): Promise<Answer> => {
      const view = await asClient(options, terminal, (client) => client.case(id));
      io.out(options.json === true ? JSON.stringify(view, null, 2) : caseInWords(view).join('\n'));
      return 0;
    }),
  );
}

const foundInLines = (found: FoundCaseListView['items'][number]): string =>
  `${caseInLine(found)}\n${indented(found.excerpt.text)}`;
