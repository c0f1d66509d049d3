import { type Command, Option } from 'commander';
import type { ReadableView, ReadersView, WhatIfView } from '#contracts';
import { checkInLine, replayInWords } from '../decision-words';
import { type Answer, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { collected, groupOf, idArgument, momentArgument, withExamples } from '../command-group';
import { neutral } from '../neutral';
import { type PageOptions, pageOf, printPage, withPage } from '../pages';
import type { Terminal } from '../terminal';

interface SupposedOptions extends ApiOptions {
  readonly at?: string;
  readonly plain?: true;
}

interface WhatIfOptions extends SupposedOptions {
  readonly portion?: string;
  readonly mark?: string;
  readonly needToKnow?: readonly string[];
  readonly json?: boolean;
}

/** `examine`: the rights of others, for security officers in a session of their own: labels and rights, never text. */
export function registerExamine(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(
    program,
    'examine',
    'the rights of others, for security officers; every question is on the record',
  );
  registerWho(group, io, terminal);
  registerWhat(group, io, terminal);
  registerWhatIf(group, io, terminal);
  registerReplay(group, io, terminal);
}

const supposing = (command: Command): Command =>
  command
    .option('--at <moment>', 'as of a moment that has passed', momentArgument)
    .option('--plain', 'in sessions that are not stepped up');

const supposed = ({ at, plain }: SupposedOptions) => ({
  ...(at === undefined ? {} : { at }),
  steppedUp: plain !== true,
});

function registerWho(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    withPage(
      supposing(
        speakingToApi(
          group
            .command('who-can-read')
            .description('who can read a document, how much of it, and what keeps the others out'),
        ),
      ),
    )
      .argument('<document>', 'its id', idArgument)
      .addOption(new Option('--verdict <verdict>', 'those alone who may, or may not').choices(['permit', 'deny'])),
    'examine who-can-read 8a4c2f6e-1b0d-4a43-9c39-5a2f1e0c7b66 --verdict permit',
  ).action(
    answering(
      io,
      async (id: string, options: SupposedOptions & PageOptions & { verdict?: 'permit' | 'deny' }): Promise<Answer> => {
        const { verdict } = options;
        const asked = { ...pageOf(options), ...supposed(options), ...(verdict === undefined ? {} : { verdict }) };
        const view = await asClient(options, terminal, (client) => client.whoCanRead(id, asked));
        if (options.json !== true) io.out(readersInWords(view).join('\n'));
        return printPage(io, view, readerInLine(view.portions.length), options.json);
      },
    ),
  );
}

const readersInWords = ({ mark, needToKnow, readers, people, portions, at, rulesVersion }: ReadersView): string[] => [
  neutral(
    `${mark} for ${needToKnow.join(' or ')}: ${String(readers)} of ${String(people)} may read it, at ${at}, by the rules ${rulesVersion}`,
  ),
  ...portions.map((portion) =>
    neutral(
      `${String(portion.n)}. ${portion.mark} ${portion.kind} for ${portion.needToKnow.join(' or ')}: ${String(portion.readers)}`,
    ),
  ),
];

const readerInLine =
  (of: number) =>
  ({ person, office, nation, effect, rule, failed, portions }: ReadersView['items'][number]): string =>
    neutral(
      `${effect.padEnd(6)}  ${person}  ${office}${nation === null ? '' : ` (${nation})`}  ${
        effect === 'permit'
          ? `${String(portions)} of ${String(of)} portions, by ${rule}`
          : failed.map((check) => check.rule).join(', ')
      }`,
    );

function registerWhat(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    withPage(
      supposing(speakingToApi(group.command('what-can-read').description('what somebody can read, newest first'))),
    )
      .argument('<person>', 'their id', idArgument)
      .option('--count', 'say how much there is in all'),
    'examine what-can-read 0b8f7a54-6d0e-4b52-9d3a-3f6f6f0f7e11 --count',
  ).action(
    answering(io, async (id: string, options: SupposedOptions & PageOptions & { count?: true }): Promise<Answer> => {
      const { count } = options;
      const asked = { ...pageOf(options), ...supposed(options), ...(count === undefined ? {} : { count }) };
      const view = await asClient(options, terminal, (client) => client.whatCanRead(id, asked));
      if (view.counts !== undefined && options.json !== true)
        io.err(`in all: ${String(view.counts.documents)} documents, ${String(view.counts.portions)} portions`);
      return printPage(io, view, readableInLine, options.json);
    }),
  );
}

const readableInLine = ({
  document,
  mark,
  needToKnow,
  createdAt,
  of,
  portions,
}: ReadableView['items'][number]): string =>
  neutral(
    `${document}  ${createdAt}  ${mark} for ${needToKnow.join(' or ')}  ${String(portions.length)} of ${String(of)} portions`,
  );

function registerWhatIf(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(
      group
        .command('what-if')
        .description('who would gain and who would lose under another label; nothing is changed by it')
        .argument('<document>', 'its id', idArgument)
        .option('--portion <id>', 'a portion of it', idArgument)
        .option('--mark <mark>', 'the label that is supposed, as a mark')
        .option('--need-to-know <token>', 'whom it is meant for: may be given several times', collected)
        .option('--plain', 'in sessions that are not stepped up')
        .option('--json', 'print it as JSON'),
    ),
    "examine what-if 8a4c2f6e-1b0d-4a43-9c39-5a2f1e0c7b66 --portion 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10 --mark '(NS)'",
  ).action(
    answering(io, async (document: string, options: WhatIfOptions): Promise<Answer> => {
      const { portion, mark, needToKnow } = options;
      const command = {
        document,
        steppedUp: options.plain !== true,
        ...(portion === undefined ? {} : { portion }),
        ...(mark === undefined ? {} : { mark }),
        ...(needToKnow === undefined ? {} : { needToKnow: [...needToKnow] }),
      };
      const view = await asClient(options, terminal, (client) => client.whatIf(command));
      io.out(options.json === true ? JSON.stringify(view, null, 2) : whatIfInWords(view).join('\n'));
      return 0;
    }),
  );
}

function whatIfInWords({ before, after, gain, lose }: WhatIfView): string[] {
  const side = (name: string, { people, examples }: WhatIfView['gain']): string[] => [
    `${name}  ${String(people)}`,
    ...examples.flatMap(({ person, office, failed }) => [
      neutral(`  ${person}  ${office}`),
      ...failed.map((check) => `    ${checkInLine(check)}`),
    ]),
  ];
  return [
    neutral(`as it is    ${before.mark} for ${before.needToKnow.join(' or ')}: ${String(before.readers)} readers`),
    neutral(`supposed    ${after.mark} for ${after.needToKnow.join(' or ')}: ${String(after.readers)} readers`),
    ...side('gain', gain),
    ...side('lose', lose),
  ];
}

function registerReplay(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(
      group
        .command('replay')
        .description(
          'make a recorded decision again: 0 it agrees with the record, 1 it does not, 2 nothing vouches for its inputs',
        )
        .argument('<event>', 'the id of the record', idArgument)
        .option('--json', 'print it as JSON'),
    ),
    'examine replay 01890a5d-ac96-774b-bcce-b302099a8057',
  ).action(
    answering(io, async (event: string, options: ApiOptions & { json?: boolean }): Promise<Answer> => {
      const view = await asClient(options, terminal, (client) => client.replay(event));
      io.out(options.json === true ? JSON.stringify(view, null, 2) : replayInWords(view).join('\n'));
      if (view.replayed === null) return 2;
      return view.replayed.agrees ? 0 : 1;
    }),
  );
}
