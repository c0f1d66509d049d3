import type { Command } from 'commander';
import { ApiClient } from '#client';
import { issueTokenSchema, SCOPES } from '#contracts';
import { type Answer, CannotTell, answering, issuesOf } from '../answer';
import {
  type ApiOptions,
  addressOf,
  asClient,
  codeOf,
  credentialsOf,
  passwordOf,
  setIn,
  speakingToApi,
} from '../api-access';
import type { CliIo } from '../cli-io';
import { countArgument, groupOf, withExamples } from '../command-group';
import { neutral } from '../neutral';
import type { Terminal } from '../terminal';

interface TokenOptions extends ApiOptions {
  readonly name: string;
  readonly scopes: string;
  readonly days: number;
  readonly json?: boolean;
}

interface LoginOptions extends ApiOptions {
  readonly user: string;
  readonly json?: boolean;
}

/** `login`, `step-up`, `code`, `logout`, `me`, `token new`: who one is. The secrets that are printed here are what was asked for. */
export function registerSession(program: Command, io: CliIo, terminal: Terminal): void {
  registerLogin(program, io, terminal);
  withExamples(
    program
      .command('logout')
      .description('end the session of IMPRIMATUR_SESSION')
      .option('--api <url>', 'the api (IMPRIMATUR_API)'),
    'logout',
  ).action(
    answering(io, async (options: Pick<ApiOptions, 'api'>): Promise<Answer> => {
      const session = setIn(terminal.environment, 'IMPRIMATUR_SESSION');
      if (session === undefined) throw new CannotTell('IMPRIMATUR_SESSION is not set: there is no session to end');
      await new ApiClient(addressOf(options, terminal), session).signOut();
      io.out('the session has ended');
      return 0;
    }),
  );
  withExamples(
    speakingToApi(program.command('me').description('who you are, and what you hold at this moment')).option(
      '--json',
      'print it as JSON',
    ),
    'me',
  ).action(
    answering(io, async (options: ApiOptions & { json?: boolean }): Promise<Answer> => {
      const me = await asClient(options, terminal, (client) => client.me());
      if (options.json === true) io.out(JSON.stringify(me, null, 2));
      else {
        const cleared = me.clearances.map(({ policy, classifications }) => `${policy} ${classifications.join(', ')}`);
        io.out(
          [
            `person      ${me.person}`,
            `identity    ${me.identity}`,
            `office      ${me.office}`,
            `nation      ${me.nation ?? 'none'}`,
            `roles       ${me.roles.join(', ') || 'none'}`,
            ...cleared.map((each) => `cleared     ${each}`),
            `may know    ${me.needToKnow.join(', ')}`,
            ...me.unacknowledged.map((each) => `read in     ${each} opens once you acknowledge its read-in`),
            `signed in   until ${me.expiresAt}`,
            me.steppedUpUntil === null
              ? 'second      no code was given: nothing is shown that asks for one, such as what is top secret'
              : `second      a code was given; it holds until ${me.steppedUpUntil}`,
          ]
            .map(neutral)
            .join('\n'),
        );
      }
      return 0;
    }),
  );
  registerStepUp(program, io, terminal);
  withExamples(
    program
      .command('code')
      .description('print the code of this moment for the secret of a second factor, typed or piped in (base32)'),
    'code',
  ).action(
    answering(io, async (): Promise<Answer> => {
      const { oneTimeCode } = await import('#people');
      const secret = await passwordOf(terminal, 'Secret: ');
      if (!/^[A-Z2-7]{32,}$/.test(secret))
        throw new CannotTell('a secret is base32: capital letters and the digits 2 to 7');
      io.out(oneTimeCode(secret, new Date()));
      return 0;
    }),
  );
  registerToken(program, io, terminal);
}

function registerStepUp(program: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    program
      .command('step-up')
      .description('give a code of your second factor, typed or piped in, in the session of IMPRIMATUR_SESSION')
      .option('--api <url>', 'the api (IMPRIMATUR_API)'),
    'step-up',
  ).action(
    answering(io, async (options: Pick<ApiOptions, 'api'>): Promise<Answer> => {
      const session = setIn(terminal.environment, 'IMPRIMATUR_SESSION');
      if (session === undefined) throw new CannotTell('IMPRIMATUR_SESSION is not set: there is no session to step up');
      const { steppedUpUntil } = await new ApiClient(addressOf(options, terminal), session).stepUp(
        await codeOf(terminal),
      );
      io.out(neutral(`stepped up until ${steppedUpUntil ?? 'now'}`));
      return 0;
    }),
  );
}

function registerLogin(program: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    program
      .command('login')
      .description('sign in with a password, typed or piped in, and print the secret of the session')
      .requiredOption('--user <name>', 'your username')
      .option('--step-up', 'give a code of your second factor as well, typed or piped in as a second line')
      .option('--api <url>', 'the api (IMPRIMATUR_API)')
      .option('--json', 'print the session and whose it is as JSON'),
    'export IMPRIMATUR_SESSION=$(imprimatur login --user minister.deu --step-up)',
  ).action(
    answering(io, async (options: LoginOptions): Promise<Answer> => {
      const base = addressOf(options, terminal);
      const { password, code } = await credentialsOf(terminal, options.stepUp === true);
      const client = await new ApiClient(base).signIn(options.user, password);
      if (code !== undefined) await client.stepUp(code);
      if (client.credential === undefined) throw new CannotTell('the server gave no session');
      if (options.json === true) io.out(JSON.stringify({ session: client.credential, me: await client.me() }, null, 2));
      else io.out(neutral(client.credential));
      return 0;
    }),
  );
}

function registerToken(program: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(
      groupOf(program, 'token', 'bearer tokens for programs')
        .command('new')
        .description('make a token of your own; it is printed once and never again')
        .requiredOption('--name <name>', 'what it is for, as a code: letters, digits, dots, hyphens and underscores')
        .requiredOption('--scopes <list>', `what it may do, separated by commas: ${SCOPES.join(', ')}`)
        .requiredOption('--days <n>', 'after how many days it expires, 366 at most', countArgument)
        .option('--json', 'print its id and the token as JSON'),
    ),
    'token new --name mirror --scopes audit:read --days 30 --user auditor',
  ).action(
    answering(io, async ({ name, scopes, days, ...options }: TokenOptions): Promise<Answer> => {
      const wanted = { name, scopes: scopes.split(',').map((scope) => scope.trim()), expiresInDays: days };
      const parsed = issueTokenSchema.safeParse(wanted);
      if (!parsed.success) throw new CannotTell(issuesOf(parsed.error));
      const issued = await asClient(options, terminal, (client) => client.issueToken(parsed.data));
      io.out(options.json === true ? JSON.stringify(issued, null, 2) : neutral(issued.token));
      return 0;
    }),
  );
}
