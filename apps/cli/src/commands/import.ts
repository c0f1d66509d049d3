import type { Command } from 'commander';
import { ApiProblem } from '#client';
import type { Problem } from '#contracts';
import { type Answer, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { idArgument, withExamples } from '../command-group';
import { readBytes } from '../files';
import { neutral } from '../neutral';
import type { Terminal } from '../terminal';

interface ImportOptions extends ApiOptions {
  readonly versionOf?: string;
  readonly json?: boolean;
}

/** `import`: takes a portion-marked text in, as a whole or not at all. */
export function registerImport(program: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(
      program
        .command('import')
        .description(
          'take a portion-marked document in; when it is refused nothing is stored, and every fault is printed',
        )
        .argument('<file>', 'portion-marked Markdown or plain text; - reads what is piped in')
        .option('--version-of <document>', 'take it in as the next version of this document', idArgument)
        .option('--json', 'print the outcome as JSON'),
    ),
    'import package.md',
  ).action(
    answering(io, async (file: string, options: ImportOptions): Promise<Answer> => {
      const bytes = await readBytes(io, terminal, file);
      return asClient(options, terminal, async (client) => {
        try {
          const { versionOf } = options;
          const taken = await (versionOf === undefined
            ? client.importDocument(bytes)
            : client.importVersion(versionOf, bytes));
          if (options.json === true) io.out(JSON.stringify(taken, null, 2));
          else io.out(`${taken.id}  ${String(taken.portions)} portions`);
          return 0;
        } catch (error) {
          if (!(error instanceof ApiProblem) || error.problem.faults === undefined) throw error;
          tellFaults(io, file, error.problem, options.json === true);
          return 1;
        }
      });
    }),
  );
}

/** One line a fault, as compilers write them: editors jump to the line. */
function tellFaults(io: CliIo, file: string, problem: Problem, json: boolean): void {
  const faults = problem.faults ?? [];
  if (json) io.out(JSON.stringify({ code: problem.code, faults }, null, 2));
  else for (const { line, code, reason } of faults) io.err(neutral(`${file}:${String(line)}: ${code}: ${reason}`));
  io.err(`refused: ${neutral(problem.detail ?? problem.title)} (${problem.code})`);
}
