import type { Command } from 'commander';
import type { ApiClient } from '#client';
import { amendCaseSchema, signedStatementSchema, submitCaseSchema } from '#contracts';
import { type Answer, CannotTell, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { groupOf, idArgument, momentArgument, withExamples } from '../command-group';
import { parsedAs, readBytes } from '../files';
import { neutral } from '../neutral';
import { type ReasonOptions, reasonOf, withReason } from '../reason';
import type { Terminal } from '../terminal';
import { registerReading } from './case-reading';

/** `case`: the verbs that move a request for release. */
export function registerCase(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(program, 'case', 'requests for release, and the verbs that move them');
  registerReading(group, io, terminal);
  registerProposing(group, io, terminal);
  registerDeciding(group, io, terminal);
  registerStopping(group, io, terminal);
}

function registerProposing(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(group.command('submit').description('ask for a release, as a file says it'))
      .argument('<file>', 'the request as JSON; - reads what is piped in')
      .option('--json', 'print its id as JSON'),
    'case submit request.json',
  ).action(
    answering(io, async (file: string, options: ApiOptions & { json?: boolean }): Promise<Answer> => {
      const command = parsedAs(file, await readBytes(io, terminal, file), submitCaseSchema);
      const id = await asClient(options, terminal, (client) => client.submitCase(command));
      io.out(options.json === true ? JSON.stringify({ id }, null, 2) : id);
      return 0;
    }),
  );
  withExamples(
    speakingToApi(group.command('amend').description('propose something else; what was signed before is void'))
      .argument('<case>', 'the id of the case', idArgument)
      .argument('<file>', 'the proposal as JSON; - reads what is piped in'),
    'case amend 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10 proposal.json',
  ).action(
    answering(io, async (id: string, file: string, options: ApiOptions): Promise<Answer> => {
      const command = parsedAs(file, await readBytes(io, terminal, file), amendCaseSchema);
      return done(
        io,
        'amended',
        asClient(options, terminal, (client) => client.amendCase(id, command)),
      );
    }),
  );
  withExamples(
    speakingToApi(
      group.command('freeze').description('freeze the proposal, and print the digest that everybody signs'),
    ).argument('<case>', 'the id of the case', idArgument),
    'case freeze 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10',
  ).action(
    answering(io, async (id: string, options: ApiOptions): Promise<Answer> => {
      io.out(neutral(await asClient(options, terminal, (client) => client.freezeCase(id))));
      return 0;
    }),
  );
}

function registerDeciding(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    withReason(
      speakingToApi(group.command('decide').description('hand in a decision that imprimatur sign --out has written'))
        .argument('<case>', 'the id of the case', idArgument)
        .argument('<file>', 'the signed decision'),
    ),
    'case decide 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10 decision.json',
  ).action(
    answering(io, async (id: string, file: string, options: ApiOptions & ReasonOptions): Promise<Answer> => {
      const statement = parsedAs(file, io.readFile(file), signedStatementSchema);
      const reason = await reasonOf(io, terminal, options);
      const command = { statement, ...(reason === undefined ? {} : { reason }) };
      const state = await asClient(options, terminal, (client) => client.decideCase(id, command));
      io.out(`handed in; the case is ${state}`);
      return 0;
    }),
  );
  withExamples(
    speakingToApi(
      group.command('schedule').description('set the hour of publication, within the window that was signed'),
    )
      .argument('<case>', 'the id of the case', idArgument)
      .requiredOption('--at <moment>', 'the hour in UTC, such as 2026-06-05T15:00:00Z', momentArgument),
    'case schedule 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10 --at 2026-06-05T15:00:00Z',
  ).action(
    answering(io, (id: string, options: ApiOptions & { at: string }) =>
      done(
        io,
        `scheduled for ${options.at}`,
        asClient(options, terminal, (client) => client.scheduleCase(id, options.at)),
      ),
    ),
  );
}

type Stop = (client: ApiClient, id: string, reason: string) => Promise<void>;

function registerStopping(group: Command, io: CliIo, terminal: Terminal): void {
  const verbs: readonly (readonly [string, string, string, Stop])[] = [
    ['return', 'send a case back for amendment', 'returned', (client, id, reason) => client.returnCase(id, reason)],
    [
      'withdraw',
      'take a case back; it stays on the record',
      'withdrawn',
      (client, id, reason) => client.withdrawCase(id, reason),
    ],
  ];
  for (const [verb, description, outcome, stop] of verbs)
    withExamples(
      withReason(
        speakingToApi(group.command(verb).description(description)).argument(
          '<case>',
          'the id of the case',
          idArgument,
        ),
      ),
      `case ${verb} 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10 --reason-file reason.txt`,
    ).action(
      answering(io, async (id: string, options: ApiOptions & ReasonOptions): Promise<Answer> => {
        const reason = await reasonOf(io, terminal, options);
        if (reason === undefined) throw new CannotTell('say why, with --reason or --reason-file');
        return done(
          io,
          outcome,
          asClient(options, terminal, (client) => stop(client, id, reason)),
        );
      }),
    );
}

async function done(io: CliIo, outcome: string, work: Promise<void>): Promise<Answer> {
  await work;
  io.out(outcome);
  return 0;
}
