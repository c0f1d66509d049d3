import { Command, CommanderError } from 'commander';
import { tell } from './answer';
import type { CliIo } from './cli-io';
import { registerAccess } from './commands/access';
import { registerAttachment } from './commands/attachment';
import { registerBind } from './commands/bind';
import { registerBreakGlass } from './commands/break-glass';
import { registerCase } from './commands/case';
import { registerDocument } from './commands/document';
import { registerEvents } from './commands/events';
import { registerExamine } from './commands/examine';
import { registerExplain } from './commands/explain';
import { registerImport } from './commands/import';
import { registerInstrument } from './commands/instrument';
import { registerInstrumentSubmit } from './commands/instrument-submit';
import { registerKey } from './commands/key';
import { registerLabel } from './commands/label';
import { registerMigrate } from './commands/migrate';
import { registerOfficers } from './commands/officers';
import { registerPeople } from './commands/people';
import { registerSearch } from './commands/search';
import { registerRules } from './commands/rules';
import { registerSession } from './commands/session';
import { registerSign } from './commands/sign';
import { registerSpif } from './commands/spif';
import { registerVerify } from './commands/verify';
import { registerVerifyBinding } from './commands/verify-binding';
import { neutral } from './neutral';
import type { Terminal } from './terminal';

/** A group of commands: adds itself to the program. */
export type CommandGroup = (program: Command, io: CliIo, terminal: Terminal) => void;

const GROUPS: readonly CommandGroup[] = [
  registerSession,
  registerDocument,
  registerSearch,
  registerAttachment,
  registerImport,
  registerCase,
  registerSign,
  registerAccess,
  registerBreakGlass,
  registerEvents,
  registerExplain,
  registerExamine,
  registerRules,
  registerVerify,
  registerKey,
  registerOfficers,
  registerInstrument,
  registerInstrumentSubmit,
  registerPeople,
  registerMigrate,
  registerSpif,
  registerLabel,
  registerBind,
  registerVerifyBinding,
];

/** The command line, whole. */
export function imprimatur(io: CliIo, terminal: Terminal): Command {
  const program = new Command('imprimatur')
    .description('portion-marked documents, signed releases, and their proofs')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        io.out(text);
      },
      writeErr: (text) => {
        io.err(text);
      },
      outputError: (text, write) => {
        write(`${neutral(text.trim().replaceAll(/\s*\n\s*/g, ' '))}\n`);
      },
    })
    .addHelpText('after', '\nExit codes: 0 yes, 1 no, 2 could not tell.');
  for (const register of GROUPS) register(program, io, terminal);
  return program;
}

/** Does what the arguments say. What cannot be understood is told in a line, with the exit code 2. */
export async function run(args: readonly string[], io: CliIo, terminal: Terminal): Promise<void> {
  try {
    await imprimatur(io, terminal).parseAsync([...args], { from: 'user' });
  } catch (error) {
    // Help that was asked for is an answer; help because no command was named is none.
    if (error instanceof CommanderError) io.exit(error.exitCode === 0 ? 0 : 2);
    else {
      for (const line of tell(error).lines) io.err(line);
      io.exit(2);
    }
  }
}
