import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { ApiClient } from '#client';
import type { AccessRequestView, MarkedWordsInput } from '#contracts';
import { type SignedStatement, addSignature, thumbprint } from '#signing';
import { listInWords, requestInWords } from '../access-words';
import { type Answer, CannotTell, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { countArgument, groupOf, idArgument, momentArgument, withExamples } from '../command-group';
import { confirmAcknowledging, confirmSigning } from '../confirm';
import { jsonBytes } from '../files';
import { instrumentInWords } from '../instrument-words';
import { readPrivateKey } from '../keys';
import { newInstrument } from '../new-instrument';
import { type PageOptions, printPage, withPage } from '../pages';
import { type ReasonOptions, reasonOf, withReason } from '../reason';
import { instrumentIn } from '../statements';
import type { Terminal } from '../terminal';
import { submitAll } from './instrument-submit';

export interface WordsOptions extends ReasonOptions {
  readonly mark: string;
}

/** Words are marked by who writes them. */
export const withMarkedWords = (command: Command): Command =>
  withReason(command).requiredOption('--mark <mark>', 'the mark of these words, such as NR: no higher than your own');

export async function markedWords(io: CliIo, terminal: Terminal, options: WordsOptions): Promise<MarkedWordsInput> {
  const text = await reasonOf(io, terminal, options);
  if (text === undefined) throw new CannotTell('words are missing: give --reason or --reason-file');
  return { text, mark: options.mark };
}

/** `access`: named lists, asking to be let in, letting in, refusing, acknowledging what is read in. */
export function registerAccess(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(program, 'access', 'named access lists: ask to be let in, let in, acknowledge what is read in');
  registerReading(group, io, terminal);
  registerAsking(group, io, terminal);
  registerApproving(group, io, terminal);
}

interface ListOptions extends ApiOptions {
  readonly after?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

function registerReading(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(group.command('lists').description('the lists that you may know of, and where you stand'))
      .option('--after <name>', 'begin after this list')
      .option('--limit <n>', 'how many at most, up to 200', countArgument)
      .option('--json', 'print it as JSON'),
    'access lists',
  ).action(
    answering(io, async ({ after, limit, json, ...options }: ListOptions): Promise<Answer> => {
      const query = { ...(after === undefined ? {} : { after }), ...(limit === undefined ? {} : { limit }) };
      const page = await asClient(options, terminal, (client) => client.accessLists(query));
      if (json === true) io.out(JSON.stringify(page, null, 2));
      else io.out(page.items.map((list) => listInWords(list).join('\n')).join('\n\n'));
      if (json !== true && page.next !== null) io.err(`there is more: --after ${page.next}`);
      return 0;
    }),
  );
  withExamples(
    withPage(
      speakingToApi(
        group
          .command('requests')
          .description('your requests, and those that wait for you as an approver, newest first'),
      ),
    ),
    'access requests --json',
  ).action(
    answering(io, async ({ cursor, limit, json, ...options }: ApiOptions & PageOptions): Promise<Answer> => {
      const query = { ...(cursor === undefined ? {} : { cursor }), ...(limit === undefined ? {} : { limit }) };
      const page = await asClient(options, terminal, (client) => client.accessRequests(query));
      return printPage(io, page, (request) => requestInWords(request).join('\n'), json);
    }),
  );
}

function registerAsking(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    withMarkedWords(
      speakingToApi(group.command('request').description('ask to be let into a list; prints the id of the request'))
        .argument('<list>', 'the name of the list')
        .requiredOption('--until <moment>', 'until when you need it', momentArgument),
    ),
    'access request KESTREL --until 2026-07-01T00:00:00Z --mark NR --reason-file purpose.txt',
  ).action(
    answering(io, async (list: string, options: ApiOptions & WordsOptions & { until: string }): Promise<Answer> => {
      const purpose = await markedWords(io, terminal, options);
      io.out(
        await asClient(options, terminal, (client) => client.requestAccess({ list, purpose, until: options.until })),
      );
      return 0;
    }),
  );
  withExamples(
    speakingToApi(group.command('withdraw').description('take a request of your own back')).argument(
      '<request>',
      'its id',
      idArgument,
    ),
    'access withdraw 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10',
  ).action(
    answering(io, async (id: string, options: ApiOptions): Promise<Answer> => {
      await asClient(options, terminal, (client) => client.withdrawAccessRequest(id));
      io.out('withdrawn');
      return 0;
    }),
  );
  withExamples(
    speakingToApi(
      group.command('acknowledge').description('acknowledge what is read in on a list that you are on; shows it first'),
    )
      .argument('<list>', 'the name of the list')
      .option('--yes', 'acknowledge without being asked'),
    'access acknowledge KESTREL',
  ).action(
    answering(io, (list: string, options: ApiOptions & { yes?: boolean }) =>
      asClient(options, terminal, (client) => acknowledge(client, { io, terminal }, list, options.yes)),
    ),
  );
}

async function acknowledge(
  client: ApiClient,
  { io, terminal }: { readonly io: CliIo; readonly terminal: Terminal },
  name: string,
  yes: boolean | undefined,
): Promise<Answer> {
  const page = await client.accessLists({ limit: 200 });
  const named = page.items.find((each) => each.name === name) ?? (await laterList(client, name, page.next));
  if (named?.readIn == null) throw new CannotTell(`nothing is read in for you on a list called ${name}`);
  io.out(listInWords(named).join('\n'));
  await confirmAcknowledging(terminal, yes);
  await client.acknowledge(name, named.readIn.digest);
  io.out('acknowledged');
  return 0;
}

/** A list on a later page. */
async function laterList(client: ApiClient, name: string, next: string | null) {
  let after = next;
  while (after !== null) {
    const page = await client.accessLists({ limit: 200, after });
    const found = page.items.find((each) => each.name === name);
    if (found !== undefined) return found;
    after = page.next;
  }
  return undefined;
}

interface GrantOptions extends ApiOptions {
  readonly key: string;
  readonly installation: string;
  readonly until?: string;
  readonly wait: number;
  readonly out?: string;
  readonly yes?: boolean;
}

function registerApproving(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(
      group.command('grant').description('let somebody in who asks: shows the request, and signs the grant'),
    )
      .argument('<request>', 'the id of the request', idArgument)
      .requiredOption('--key <file>', 'your private key; it never leaves this process')
      .requiredOption('--installation <name>', 'the installation that it is for')
      .option('--until <moment>', 'until when; else as long as was asked for', momentArgument)
      .option('--wait <seconds>', "how long to wait for the registrar's word", countArgument, 30)
      .option('--out <file>', 'write the signed grant there and do not hand it in')
      .option('--yes', 'sign without being asked'),
    'access grant 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10 --key approver.key.json --installation nato-hq',
  ).action(
    answering(io, (id: string, options: GrantOptions) =>
      asClient(options, terminal, (client) => grant(client, { io, terminal }, id, options)),
    ),
  );
  withExamples(
    withMarkedWords(
      speakingToApi(
        group.command('refuse').description('let nobody in, with a reason that the one who asked reads'),
      ).argument('<request>', 'the id of the request', idArgument),
    ),
    'access refuse 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10 --mark NR --reason-file why.txt',
  ).action(
    answering(io, async (id: string, options: ApiOptions & WordsOptions): Promise<Answer> => {
      const reason = await markedWords(io, terminal, options);
      await asClient(options, terminal, (client) => client.refuseAccess(id, reason));
      io.out('refused');
      return 0;
    }),
  );
}

async function grant(
  client: ApiClient,
  { io, terminal }: { readonly io: CliIo; readonly terminal: Terminal },
  id: string,
  options: GrantOptions,
): Promise<Answer> {
  const key = readPrivateKey(io, options.key);
  const request = await client.accessRequest(id);
  if (!request.awaitsYou) throw new CannotTell(`the request ${id} does not wait for you: it is ${request.state}`);
  const unsigned = grantOf(request, options, new Date());
  io.out(requestInWords(request).join('\n'));
  io.out('');
  io.out(instrumentInWords(instrumentIn('the grant', unsigned)).join('\n'));
  io.out(`\nyou sign with  ${thumbprint(key)}`);
  await confirmSigning(terminal, options.yes);
  const signed = await addSignature('instrument', unsigned, key);
  if (options.out === undefined) return submitAll(client, io, [signed], options.wait);
  io.writeFile(options.out, jsonBytes(signed));
  io.out('signed, not handed in: hand it in with imprimatur instrument submit');
  return 0;
}

/** The grant that a request asks for, from now on, that nobody has signed yet. */
function grantOf(request: AccessRequestView, options: GrantOptions, now: Date): SignedStatement {
  const body = {
    grant: randomUUID(),
    list: request.list,
    person: request.requester.person,
    request: request.id,
    from: now.toISOString(),
    until: options.until ?? request.wantedUntil,
  };
  const bytes = Buffer.from(JSON.stringify(body));
  return newInstrument('access-grant', { installation: options.installation, bytes, from: 'the grant', now });
}
