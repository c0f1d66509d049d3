import type { Command } from 'commander';
import { breakGlassInWords } from '../access-words';
import { type Answer, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { countArgument, groupOf, idArgument, withExamples } from '../command-group';
import { type PageOptions, printPage, withPage } from '../pages';
import type { Terminal } from '../terminal';
import { type WordsOptions, markedWords, withMarkedWords } from './access';

const ID = '5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10';

/** `break-glass`: past need-to-know in an emergency, in front of everybody who must know; and the review of it. */
export function registerBreakGlass(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(
    program,
    'break-glass',
    'read what you are cleared for and do not need to know, in an emergency',
  );
  registerOpening(group, io, terminal);
  registerReviewing(group, io, terminal);
}

function registerOpening(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    withMarkedWords(
      speakingToApi(
        group
          .command('open')
          .description(
            'lift the need-to-know of a document for you: recorded, every security officer is alerted, and somebody reviews it',
          ),
      )
        .argument('<document>', 'the id of the document', idArgument)
        .option('--hours <n>', 'for how many hours, 4 at most', countArgument, 1),
    ),
    `break-glass open ${ID} --user watch --step-up --hours 2 --mark NR --reason-file why.txt`,
  ).action(
    answering(io, async (document: string, options: ApiOptions & WordsOptions & { hours: number }): Promise<Answer> => {
      const reason = await markedWords(io, terminal, options);
      const { id, until } = await asClient(options, terminal, (client) =>
        client.breakGlass({ document, reason, hours: options.hours }),
      );
      io.out(`${id}  until ${until}; it waits for a review`);
      return 0;
    }),
  );
  withExamples(
    speakingToApi(group.command('end').description('end it before its time; the review stays open')).argument(
      '<id>',
      'the id that open has printed',
      idArgument,
    ),
    `break-glass end ${ID}`,
  ).action(
    answering(io, async (id: string, options: ApiOptions): Promise<Answer> => {
      await asClient(options, terminal, (client) => client.endBreakGlass(id));
      io.out('ended');
      return 0;
    }),
  );
}

function registerReviewing(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    withPage(
      speakingToApi(
        group.command('list').description('what you have opened; for a security officer, what anybody has'),
      ),
    ),
    'break-glass list --json',
  ).action(
    answering(io, async ({ cursor, limit, json, ...options }: ApiOptions & PageOptions): Promise<Answer> => {
      const query = { ...(cursor === undefined ? {} : { cursor }), ...(limit === undefined ? {} : { limit }) };
      const page = await asClient(options, terminal, (client) => client.brokenGlass(query));
      return printPage(io, page, (opened) => breakGlassInWords(opened).join('\n'), json);
    }),
  );
  withExamples(
    withMarkedWords(
      speakingToApi(group.command('review').description('say whether it was justified; if not, it ends at once'))
        .argument('<id>', 'the id of what was opened', idArgument)
        .option('--justified', 'it was')
        .option('--not-justified', 'it was not'),
    ),
    `break-glass review ${ID} --justified --mark NR --reason-file words.txt`,
  ).action(answering(io, (id: string, options: ReviewOptions) => review(io, terminal, id, options)));
}

interface ReviewOptions extends ApiOptions, WordsOptions {
  readonly justified?: boolean;
  readonly notJustified?: boolean;
}

async function review(io: CliIo, terminal: Terminal, id: string, options: ReviewOptions): Promise<Answer> {
  const justified = options.justified === true;
  if (justified === (options.notJustified === true)) {
    io.err('error: say either --justified or --not-justified');
    return 2;
  }
  const words = await markedWords(io, terminal, options);
  await asClient(options, terminal, (client) => client.reviewBreakGlass(id, { justified, words }));
  io.out(justified ? 'reviewed: justified' : 'reviewed: not justified, and ended');
  return 0;
}
