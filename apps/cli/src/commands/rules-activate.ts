import type { Command } from 'commander';
import { checkRules } from '#access';
import { type SignedStatement, addSignature, thumbprint } from '#signing';
import { officersNeeded } from '#workflow';
import { type Answer, CannotTell, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { countArgument, withExamples } from '../command-group';
import { confirmSigning } from '../confirm';
import { jsonBytes, jsonOf } from '../files';
import { instrumentInWords } from '../instrument-words';
import { readPrivateKey } from '../keys';
import { newInstrument } from '../new-instrument';
import { instrumentIn, readStatements } from '../statements';
import type { Terminal } from '../terminal';
import { kidsClaimed } from './instrument';
import { submitAll } from './instrument-submit';

interface ActivateOptions extends ApiOptions {
  readonly key: string;
  readonly installation?: string;
  readonly out?: string;
  readonly yes?: boolean;
  readonly wait: number;
}

/**
 * `rules activate`: the first officer makes the instrument from a file of rules and signs it; the second gives the instrument, reads
 * what the first has signed, signs it as well, and hands it in.
 */
export function registerRulesActivate(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(
      group
        .command('activate')
        .description(
          'sign rules as an officer; with the second signature they are handed in: 0 signed or in force, 1 refused',
        )
        .argument('<file>', 'the rules as JSON, or the instrument that the other officer has signed')
        .requiredOption('--key <file>', 'your private key; it never leaves this process')
        .option('--installation <name>', 'with rules: the installation that they are for')
        .option('--out <file>', 'where the instrument goes (else beside the rules, as FILE.instrument.json)')
        .option('--yes', 'sign without being asked')
        .option('--wait <seconds>', "how long to wait for the registrar's word", countArgument, 30),
    ),
    'rules activate rules.json --installation nato-hq --key one.key.json',
    'rules activate rules.json.instrument.json --key two.key.json',
  ).action(answering(io, (file: string, options: ActivateOptions) => activate(io, terminal, file, options)));
}

async function activate(io: CliIo, terminal: Terminal, file: string, options: ActivateOptions): Promise<Answer> {
  const { statement, out } = statementIn(io, file, options);
  const instrument = instrumentIn(file, statement);
  if (instrument.kind !== 'access-rules')
    throw new CannotTell(`${file}: it is a ${instrument.kind}, and puts no rules into force`);
  requireSound(file, instrument.body.rules);
  const key = readPrivateKey(io, options.key);
  const kid = thumbprint(key);
  io.out(instrumentInWords(instrument).join('\n'));
  if (kidsClaimed(statement).includes(kid)) throw new CannotTell(`${file}: this key has signed it already`);
  io.out(`\nyou sign with  ${kid}`);
  await confirmSigning(terminal, options.yes);
  const signed = await addSignature('instrument', statement, key);
  io.writeFile(out, jsonBytes(signed));
  const missing = officersNeeded('access-rules') - signed.signatures.length;
  if (missing <= 0) return asClient(options, terminal, (client) => submitAll(client, io, [signed], options.wait));
  io.out(`signed: ${out} needs the signature of another officer`);
  return 0;
}

/** The instrument of a file, or a new one from the rules of a file, and where it goes when it is signed. */
function statementIn(
  io: CliIo,
  file: string,
  { installation, out }: ActivateOptions,
): { statement: SignedStatement; out: string } {
  const bytes = io.readFile(file);
  const json = jsonOf(bytes);
  if (!json.ok) throw new CannotTell(`${file}: ${json.fault}`);
  const value = json.value as { readonly payload?: unknown; readonly version?: unknown } | null;
  if (value?.payload !== undefined) {
    const [statement, ...others] = readStatements(io, file).statements;
    if (statement === undefined || others.length > 0) throw new CannotTell(`${file}: it is not one instrument`);
    return { statement, out: out ?? file };
  }
  if (installation === undefined) throw new CannotTell('rules are for an installation: name it with --installation');
  requireSound(file, value);
  const body = Buffer.from(JSON.stringify({ version: value?.version, rules: value }));
  const statement = newInstrument('access-rules', { installation, bytes: body, from: file, now: new Date() });
  return { statement, out: out ?? `${file}.instrument.json` };
}

/** Nobody signs rules that the registrar would refuse. */
function requireSound(file: string, rules: unknown): void {
  const { faults } = checkRules(rules, []);
  const [first] = faults;
  if (first !== undefined) throw new CannotTell(`${file}: ${first.place}: ${first.fault}`);
}
