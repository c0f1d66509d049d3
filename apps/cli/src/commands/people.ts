import type { Command } from 'commander';
import type { Transactions } from '#database';
import { type Answer, CannotTell, No, answering } from '../answer';
import { passwordOf, setIn } from '../api-access';
import type { CliIo } from '../cli-io';
import { groupOf, idArgument, withExamples } from '../command-group';
import { readTrust } from '../keys';
import { neutral } from '../neutral';
import { readStatements } from '../statements';
import type { Terminal } from '../terminal';

const SHORTEST_PASSWORD = 12;
const LONGEST_PASSWORD = 500;

/** `people admit`, `people password`, `people second-factor`: what the registrar does by hand, with the registrar's own access to the database. */
export function registerPeople(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(program, 'people', 'the first persons of an installation, and their passwords');
  withExamples(
    group
      .command('admit')
      .description(
        'let the registrar verify signed instruments and take them in: 0 all stand, 1 one was refused. What stands already is passed over',
      )
      .argument('<file...>', 'signed instruments, or lists of them'),
    'people admit persons.json bodies.json procedure.json',
  ).action(answering(io, (files: string[]) => admit(io, terminal, files)));
  withExamples(
    group
      .command('password')
      .description('give a person a username and a password, typed or piped in')
      .argument('<username>')
      .requiredOption('--person <id>', 'the person, whom an instrument has made', idArgument),
    'people password minister.deu --person 0b8f7a54-6d0e-4b52-9d3a-3f6f6f0f7e11',
  ).action(
    answering(io, async (username: string, { person }: { person: string }): Promise<Answer> => {
      const password = await newPassword(terminal);
      const { enrolPasswordOf } = await import('#people');
      await asRegistrar(terminal, (transactions) =>
        enrolPasswordOf(transactions, { username, personId: person, password }).catch(
          refusedEnrolment(username, person),
        ),
      );
      io.out(`${neutral(username)} is set`);
      return 0;
    }),
  );
  registerSecondFactor(group, io, terminal);
}

function registerSecondFactor(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    group
      .command('second-factor')
      .description(
        'give a person a new second factor and print it, once: an authenticator app reads the address. Every session of the person ends',
      )
      .requiredOption('--person <id>', 'the person, whom an instrument has made', idArgument)
      .option('--name <name>', 'how the app shows it', 'imprimatur')
      .option('--json', 'print secret and address as JSON'),
    'people second-factor --person 0b8f7a54-6d0e-4b52-9d3a-3f6f6f0f7e11 --name minister.deu',
  ).action(
    answering(io, async (options: { person: string; name: string; json?: boolean }): Promise<Answer> => {
      const { enrolSecondFactorOf } = await import('#people');
      const { person: personId, name: label } = options;
      const factor = await asRegistrar(terminal, (transactions) =>
        enrolSecondFactorOf(transactions, { personId, label }).catch(refusedEnrolment(label, personId)),
      );
      io.out(
        options.json === true ? JSON.stringify(factor, null, 2) : `secret   ${factor.secret}\naddress  ${factor.uri}`,
      );
      return 0;
    }),
  );
}

/** What the database refuses, in words: a person whom nobody has made, a name or a person that is taken. */
const refusedEnrolment = (username: string, person: string) => (error: unknown) => {
  const { code, constraint } = (error as { driverError?: { code?: string; constraint?: string } }).driverError ?? {};
  if (code === '23503') throw new No(`no instrument has made the person ${person}`);
  if (code === '23505')
    throw new No(
      constraint === undefined
        ? `the username ${username} belongs to another person`
        : `the person ${person} has another username`,
    );
  throw error;
};

async function admit(io: CliIo, terminal: Terminal, files: readonly string[]): Promise<Answer> {
  const { environment } = terminal;
  const { officers } = readTrust(io, required(environment, 'IMPRIMATUR_OFFICERS_FILE'));
  const installation = setIn(environment, 'IMPRIMATUR_INSTALLATION') ?? officers.installation;
  if (installation !== officers.installation)
    throw new CannotTell(`the officers speak for ${officers.installation}, not for ${installation}`);
  const statements = files.flatMap((file) => readStatements(io, file).statements);
  const [{ Registrar, TrustAnchor }, { systemClock }, { readPolicies }] = await Promise.all([
    import('#people'),
    import('#database'),
    import('#process'),
  ]);
  const policies = readPolicies(setIn(environment, 'IMPRIMATUR_POLICIES') ?? 'policies');
  const refused = await asRegistrar(terminal, (transactions) =>
    new Registrar(transactions, new TrustAnchor(officers), policies, systemClock).admit(statements),
  );
  for (const { id, fault } of refused) io.err(neutral(`refused: ${id}: ${fault}`));
  io.out(`${String(statements.length - refused.length)} of ${String(statements.length)} instruments stand`);
  return refused.length === 0 ? 0 : 1;
}

/** Works with the registrar's role in the database, and closes it. */
async function asRegistrar<Result>(
  { environment }: Terminal,
  work: (transactions: Transactions) => Promise<Result>,
): Promise<Result> {
  const url = required(environment, 'IMPRIMATUR_REGISTRAR_DATABASE_URL');
  if (!URL.canParse(url)) throw new CannotTell('IMPRIMATUR_REGISTRAR_DATABASE_URL is not the address of a database');
  const { Transactions, openDataSource } = await import('#database');
  const transactions = new Transactions(await openDataSource({ url, pool: 2, applicationName: 'imprimatur people' }));
  try {
    return await work(transactions);
  } finally {
    await transactions.close();
  }
}

function required(environment: Terminal['environment'], name: string): string {
  const value = setIn(environment, name);
  if (value === undefined) throw new CannotTell(`${name} is not set`);
  return value;
}

/** A new password; somebody who types it types it twice. */
async function newPassword(terminal: Terminal): Promise<string> {
  const password = await passwordOf(terminal, 'New password: ');
  if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD)
    throw new No(`a password has ${String(SHORTEST_PASSWORD)} to ${String(LONGEST_PASSWORD)} characters`);
  if (terminal.keyboard && (await terminal.askSecret('Once more: ')) !== password)
    throw new No('the two are not the same; nothing was set');
  return password;
}
