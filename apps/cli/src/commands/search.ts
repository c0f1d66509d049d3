import type { Command } from 'commander';
import type { FoundListView, TargetListView } from '#contracts';
import { type Answer, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { groupOf, idArgument, withExamples } from '../command-group';
import { type Narrowing, narrowed, narrowingOf, yearArgument } from '../narrowing';
import { indented, neutral } from '../neutral';
import { type PageOptions, pageOf, printPage, withPage } from '../pages';
import { wordsOf } from '../sought-words';
import type { Terminal } from '../terminal';

type NarrowedOptions = ApiOptions & PageOptions & Narrowing;
type SearchOptions = NarrowedOptions & { readonly targets?: true };
type TargetOptions = NarrowedOptions & { readonly document?: string; readonly due?: number };

/** `document search`, `target list`: across documents, as far as one may read them. */
export function registerSearch(program: Command, io: CliIo, terminal: Terminal): void {
  const documents = groupOf(program, 'document', 'documents, of which everybody gets their cut');
  withExamples(
    narrowed(
      withPage(
        speakingToApi(
          documents
            .command('search')
            .description('where words stand in what you may read; they are kept nowhere')
            .argument(
              '[words...]',
              'the words, which everybody on this machine may see; else they are typed or piped in',
            ),
        ),
      ),
    ).option('--targets', 'in targets alone'),
    `document search 'air defence -naval'`,
    'document search --nation NOR < words.txt',
  ).action(
    answering(io, async (words: readonly string[], options: SearchOptions): Promise<Answer> => {
      const asked = {
        words: await wordsOf(terminal, words),
        ...pageOf(options),
        ...narrowingOf(options),
        ...(options.targets === undefined ? {} : { kind: 'target' as const }),
      };
      const page = await asClient(options, terminal, (client) => client.search(asked));
      return printPage(io, page, foundInLines, options.json);
    }),
  );
  const targets = groupOf(program, 'target', 'targets across documents');
  withExamples(
    narrowed(
      withPage(
        speakingToApi(targets.command('list').description('the targets that you may see, those of the newest first')),
      ),
    )
      .option('--document <id>', 'in this document', idArgument)
      .option('--due <year>', 'due in this year', yearArgument),
    'target list --nation NOR --due 2031 --count',
  ).action(
    answering(io, async (options: TargetOptions): Promise<Answer> => {
      const asked = {
        ...pageOf(options),
        ...narrowingOf(options),
        ...(options.document === undefined ? {} : { document: options.document }),
        ...(options.due === undefined ? {} : { dueYear: options.due }),
      };
      const page = await asClient(options, terminal, (client) => client.targets(asked));
      return printPage(io, page, targetInLine, options.json);
    }),
  );
}

function foundInLines({ document, n, mark, originator, createdAt, excerpt }: FoundListView['items'][number]): string {
  const head = neutral(
    `${document}  ${createdAt}  ${originator}  ${n === null ? 'the whole' : `portion ${String(n)}`} ${mark}`,
  );
  return excerpt === null ? head : `${head}\n${indented(excerpt.text)}`;
}

const targetInLine = (target: TargetListView['items'][number]): string => {
  const { document, n, mark, nation, area, quantityNow, quantityRequired, unit, dueYear } = target;
  const figures = `now ${String(quantityNow)}, required ${String(quantityRequired)} ${unit} by ${String(dueYear)}`;
  return neutral(`${document} ${String(n)}  ${mark} ${nation}  ${area}: ${figures}`);
};
