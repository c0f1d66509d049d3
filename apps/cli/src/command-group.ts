import { type Command, InvalidArgumentError } from 'commander';
import { idSchema, momentSchema } from '#contracts';

/** The command that holds others: `verify certificate` and `verify event` are two of one group, whoever adds them. */
export function groupOf(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}

/** Examples under the help of a command. */
export const withExamples = (command: Command, ...examples: string[]): Command =>
  command.addHelpText('after', ['', 'Example:', ...examples.map((example) => `  $ imprimatur ${example}`)].join('\n'));

/** Takes an id alone: what is put into the address of a request must not name another. */
export function idArgument(text: string): string {
  if (!idSchema.safeParse(text).success) throw new InvalidArgumentError('It is not an id (a UUID).');
  return text;
}

export function momentArgument(text: string): string {
  if (!momentSchema.safeParse(text).success)
    throw new InvalidArgumentError('It is not a moment in UTC, such as 2026-06-05T15:00:00Z.');
  return text;
}

export function countArgument(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('It is not a whole number from 1 on.');
  return count;
}

/** For an option that may be given several times. */
export const collected = (text: string, before: readonly string[] = []): string[] => [...before, text];
