import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import type { RoleName } from '#database';
import { type Answer, CannotTell, answering } from '../answer';
import { setIn } from '../api-access';
import type { CliIo } from '../cli-io';
import { withExamples } from '../command-group';
import { jsonBytes, parsedAs, replaceSecret, requireOwnEyesOnly, writeSecret } from '../files';
import type { Terminal } from '../terminal';

const passwordsSchema = z.record(z.string(), z.string().min(16, 'a password has 16 characters at least'));

/** `migrate`: brings both databases up to date, with the roles of the processes. */
export function registerMigrate(program: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    program
      .command('migrate')
      .description(
        'bring both databases up to date as their owner (DATABASE_URL, REGISTER_DATABASE_URL); may be repeated at any time',
      )
      .requiredOption('--passwords <file>', "the passwords of the processes' roles, as JSON; made when it is missing"),
    'migrate --passwords /etc/imprimatur/passwords.json',
  ).action(
    answering(io, async (options: { passwords: string }): Promise<Answer> => {
      const databaseUrl = databaseIn(terminal, 'DATABASE_URL');
      const registerDatabaseUrl = databaseIn(terminal, 'REGISTER_DATABASE_URL');
      const { ROLES, migrate } = await import('#database');
      const passwords = passwordsFor(io, options.passwords, ROLES);
      const { applied } = await migrate({
        databaseUrl,
        registerDatabaseUrl,
        passwords,
        queue: setIn(terminal.environment, 'REDIS_URL') === undefined,
      });
      io.out(applied.length === 0 ? 'nothing to do: both databases are up to date' : applied.join('\n'));
      return 0;
    }),
  );
}

/** The passwords of a file that only its owner may read. What is missing there is made and added before any role gets it. */
export function passwordsFor(io: CliIo, path: string, roles: readonly RoleName[]): Record<RoleName, string> {
  const exists = existsSync(path);
  if (exists) requireOwnEyesOnly(path);
  const known = exists ? parsedAs(path, io.readFile(path), passwordsSchema) : {};
  const strangers = Object.keys(known).filter((name) => !(roles as readonly string[]).includes(name));
  if (strangers.length > 0) throw new CannotTell(`${path}: no process is called ${strangers.join(', ')}`);
  const passwords = Object.fromEntries(
    roles.map((role) => [role, known[role] ?? randomBytes(24).toString('base64url')]),
  ) as Record<RoleName, string>;
  if (!exists) {
    writeSecret(path, jsonBytes(passwords));
    io.err(`made ${path}: the processes need these passwords; keep it to yourself`);
  } else if (roles.some((role) => known[role] === undefined)) {
    replaceSecret(path, jsonBytes(passwords));
    io.err(`added what was missing to ${path}`);
  }
  return passwords;
}

function databaseIn({ environment }: Terminal, name: string): string {
  const url = setIn(environment, name);
  if (url === undefined || !/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url))
    throw new CannotTell(`${name} is not set to the address of a database (postgres://…)`);
  return url;
}
