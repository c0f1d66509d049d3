import type { Command } from 'commander';
import { addSignature, thumbprint, type SignedStatement } from '#signing';
import { type Answer, CannotTell, answering } from '../answer';
import type { CliIo } from '../cli-io';
import { collected, groupOf, withExamples } from '../command-group';
import { confirmSigning } from '../confirm';
import { jsonBytes, readBytes } from '../files';
import { standingsOf } from '../instrument-standing';
import { instrumentInWords } from '../instrument-words';
import { readPrivateKey, readTrust } from '../keys';
import { INSTRUMENT_KINDS, newInstrument } from '../new-instrument';
import { instrumentIn, readStatements } from '../statements';
import type { Terminal } from '../terminal';

interface NewOptions {
  readonly installation: string;
  readonly body: string;
  readonly out?: string;
}

interface SignOptions {
  readonly key: string;
  readonly out?: string;
  readonly yes?: boolean;
}

interface ShowOptions {
  readonly officers: string;
  readonly with?: readonly string[];
  readonly json?: boolean;
}

/** `instrument new`, `sign`, `show`: statements of authority, made and judged offline. */
export function registerInstrument(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(program, 'instrument', 'statements of authority: persons, keys, seats, clearances, procedures');
  withExamples(
    group
      .command('new')
      .description('make an instrument that nobody has signed yet, with an id of its own and the present moment')
      .argument('<kind>', INSTRUMENT_KINDS.join(', '))
      .requiredOption('--installation <name>', 'the installation that it is for')
      .requiredOption('--body <file>', 'what it says, as JSON; - reads what is piped in')
      .option('--out <file>', 'where it goes (else it is printed)'),
    'instrument new holder --installation nato-hq --body minister-deu.json --out holder.json',
  ).action(
    answering(io, async (kind: string, { installation, body, out }: NewOptions): Promise<Answer> => {
      const bytes = await readBytes(io, terminal, body);
      const statement = newInstrument(kind, { installation, bytes, from: body, now: new Date() });
      if (out === undefined) io.out(JSON.stringify(statement, null, 2));
      else io.writeFile(out, jsonBytes(statement));
      return 0;
    }),
  );
  withExamples(
    group
      .command('sign')
      .description('show in words what instruments say, and add a signature to each')
      .argument('<file>', 'an instrument, or a list of them')
      .requiredOption('--key <file>', 'your private key; it never leaves this process')
      .option('--out <file>', 'where the signed instrument goes (else into the same file)')
      .option('--yes', 'sign without being asked'),
    'instrument sign holder.json --key registry-1.key.json',
  ).action(answering(io, (file: string, options: SignOptions) => signInstruments(io, terminal, file, options)));
  withExamples(
    group
      .command('show')
      .description(
        'say in words what instruments state, who signed them, and whether they stand: 0 all do, 1 one does not',
      )
      .argument('<file...>', 'instruments, or lists of them')
      .requiredOption('--officers <file>', "the officers' published keys")
      .option(
        '--with <file>',
        'other instruments that these rest on: a person for a key, a body for a holder',
        collected,
      )
      .option('--json', 'print it as JSON'),
    'instrument show holder.json --officers officers.json --with persons.json --with bodies.json',
  ).action(answering(io, (files: string[], options: ShowOptions) => showInstruments(io, files, options)));
}

async function signInstruments(io: CliIo, terminal: Terminal, file: string, options: SignOptions): Promise<Answer> {
  const key = readPrivateKey(io, options.key);
  const kid = thumbprint(key);
  const { statements, inSameForm } = readStatements(io, file);
  for (const [place, statement] of statements.entries()) {
    if (place > 0) io.out('');
    io.out(instrumentInWords(instrumentIn(file, statement)).join('\n'));
    if (kidsClaimed(statement).includes(kid)) throw new CannotTell(`${file}: this key has signed it already`);
  }
  io.out(`\nyou sign with  ${kid}`);
  await confirmSigning(terminal, options.yes);
  const signed: SignedStatement[] = [];
  for (const statement of statements) signed.push(await addSignature('instrument', statement, key));
  io.writeFile(options.out ?? file, jsonBytes(inSameForm(signed)));
  io.out(statements.length === 1 ? 'signed' : `signed, ${String(statements.length)} instruments`);
  return 0;
}

/** The keys that a statement's headers name, unverified. */
export function kidsClaimed(statement: SignedStatement): string[] {
  return statement.signatures.flatMap((signature) => {
    try {
      const header = JSON.parse(Buffer.from(signature.protected, 'base64url').toString('utf8')) as { kid?: unknown };
      return typeof header.kid === 'string' ? [header.kid] : [];
    } catch {
      // A header that cannot be read names nobody; whoever judges the instrument refuses it.
      return [];
    }
  });
}

async function showInstruments(io: CliIo, files: readonly string[], options: ShowOptions): Promise<Answer> {
  const { officers } = readTrust(io, options.officers);
  const shown = files.flatMap((file) =>
    readStatements(io, file).statements.map((statement) => ({ statement, instrument: instrumentIn(file, statement) })),
  );
  const besides = (options.with ?? []).flatMap((file) => readStatements(io, file).statements);
  const standings = await standingsOf(shown, besides, { officers, now: new Date().toISOString() });
  const answer = standings.every(({ stands }) => stands) ? 0 : 1;
  if (options.json === true) {
    const items = shown.map(({ instrument }, place) => ({ instrument, ...standings[place] }));
    io.out(JSON.stringify(items, null, 2));
    return answer;
  }
  for (const [place, { instrument }] of shown.entries()) {
    const standing = standings[place];
    if (place > 0) io.out('');
    io.out(instrumentInWords(instrument).join('\n'));
    for (const name of standing?.signedBy ?? []) io.out(`signed by     ${name}`);
    io.out(`stands        ${standing?.stands === true ? 'yes' : `no: ${standing?.why ?? 'it was not judged'}`}`);
  }
  return answer;
}
