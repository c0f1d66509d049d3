import type { Command } from 'commander';
import { ApiClient } from '#client';
import { CannotTell } from './answer';
import type { Terminal } from './terminal';

/** How a command reaches the api, and as whom. */
export interface ApiOptions {
  readonly api?: string;
  readonly user?: string;
  readonly stepUp?: boolean;
}

const DEFAULT_API = 'http://127.0.0.1:3000';
const THIS_MACHINE = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The options of every command that speaks to the api. */
export const speakingToApi = (command: Command): Command =>
  command
    .option('--api <url>', `the api (IMPRIMATUR_API, else ${DEFAULT_API})`)
    .option('--user <name>', 'sign in with a password, typed or piped in (else IMPRIMATUR_TOKEN, IMPRIMATUR_SESSION)')
    .option('--step-up', 'with --user: give a code of your second factor as well, typed or piped in as a second line');

/** Does the work as whoever is signed in. A session that was opened for this command ends with it. */
export async function asClient<Result>(
  options: ApiOptions,
  terminal: Terminal,
  work: (client: ApiClient) => Promise<Result>,
): Promise<Result> {
  const base = addressOf(options, terminal);
  if (options.user === undefined) return work(new ApiClient(base, credentialOf(terminal)));
  const { password, code } = await credentialsOf(terminal, options.stepUp === true);
  const client = await new ApiClient(base).signIn(options.user, password);
  try {
    if (code !== undefined) await client.stepUp(code);
    return await work(client);
  } finally {
    // The work is done or has failed with an error of its own; a session that stays open ends by itself.
    await client.signOut().catch(() => undefined);
  }
}

/** The address of the api. A password or a session goes in clear text to this machine alone. */
export function addressOf({ api }: ApiOptions, { environment }: Terminal): string {
  const text = api ?? setIn(environment, 'IMPRIMATUR_API') ?? DEFAULT_API;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new CannotTell(`${text} is not the address of an api`);
  if (url.protocol === 'http:' && !THIS_MACHINE.test(url.hostname))
    throw new CannotTell(`${url.host} is another machine: use https, or nothing secret could be sent to it`);
  return text;
}

function credentialOf({ environment }: Terminal): string {
  const credential = setIn(environment, 'IMPRIMATUR_TOKEN') ?? setIn(environment, 'IMPRIMATUR_SESSION');
  if (credential === undefined)
    throw new CannotTell(
      'nobody is signed in: set IMPRIMATUR_SESSION (see imprimatur login) or IMPRIMATUR_TOKEN, or give --user',
    );
  return credential;
}

/** Password and code: two questions to somebody at a keyboard, two lines of what is piped in. */
export async function credentialsOf(
  terminal: Terminal,
  stepsUp: boolean,
): Promise<{ readonly password: string; readonly code: string | undefined }> {
  if (!stepsUp) return { password: await passwordOf(terminal), code: undefined };
  if (terminal.keyboard) return { password: await passwordOf(terminal), code: await codeOf(terminal) };
  const [password = '', code = ''] = (await terminal.input()).toString('utf8').split(/\r?\n/);
  return { password, code: requireCode(code) };
}

/** A code of a second factor, typed or piped in as one line. */
export async function codeOf(terminal: Terminal): Promise<string> {
  const text = terminal.keyboard ? await terminal.askSecret('Code: ') : (await terminal.input()).toString('utf8');
  return requireCode(text.split(/\r?\n/)[0] ?? '');
}

function requireCode(text: string): string {
  const code = text.trim();
  if (!/^\d{6}$/.test(code)) throw new CannotTell('a code has six digits: type it, or pipe it in');
  return code;
}

/** A password, typed without being shown or piped in as one line. Never an argument: arguments are seen by everybody on the machine. */
export async function passwordOf(terminal: Terminal, question = 'Password: '): Promise<string> {
  const text = terminal.keyboard ? await terminal.askSecret(question) : (await terminal.input()).toString('utf8');
  const password = text.split(/\r?\n/)[0] ?? '';
  if (password === '') throw new CannotTell('no password was given: type it, or pipe it in');
  return password;
}

/** What a variable says; one that is empty says nothing. */
export const setIn = (environment: Terminal['environment'], name: string): string | undefined =>
  environment[name] === '' ? undefined : environment[name];
