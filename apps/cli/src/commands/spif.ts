import type { Command } from 'commander';
import { type SecurityPolicy, type TagSet, parseSpif } from '#marking';
import { answering } from '../answer';
import type { CliIo } from '../cli-io';
import { groupOf, withExamples } from '../command-group';
import { inWords, json } from './marking-input';

interface CheckOptions {
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `spif check`, `spif show`: security policy files. */
export function registerSpif(program: Command, io: CliIo): void {
  const group = groupOf(program, 'spif', 'security policies (Open XML SPIF 2.1)');
  withExamples(
    group
      .command('check')
      .description(
        'check policy files: schema, consistency and references, each fault with its line; 0 sound, 1 faulty',
      )
      .argument('<file...>', 'SPIF files')
      .option('--strict', 'count what is only bent as a fault')
      .option('--json', 'print JSON'),
    'spif check policies/nato.spif.xml',
    'spif check nato.xml acme.xml --json',
  ).action(answering(io, (files: string[], options: CheckOptions) => check(io, files, options)));
  withExamples(
    group
      .command('show')
      .description('print a policy: its levels in order, its tag sets and their values, its equivalences')
      .argument('<file>', 'a SPIF file')
      .option('--json', 'print the whole model as JSON'),
    'spif show policies/nato.spif.xml',
  ).action(answering(io, (file: string, options: CheckOptions) => show(io, file, options)));
}

function check(io: CliIo, files: readonly string[], options: CheckOptions): 0 | 1 {
  const found = files.map((file) => {
    const read = parseSpif(io.readFile(file));
    const [faults, warnings] = read.ok ? [[], read.warnings] : [read.faults, []];
    return { file, sound: read.ok && !(options.strict === true && warnings.length > 0), faults, warnings };
  });
  if (options.json === true) io.out(json(found));
  else
    for (const { file, sound, faults, warnings } of found) {
      for (const each of faults) io.out(`${file}: fault: ${inWords(each)}`);
      for (const each of warnings) io.out(`${file}: note: ${inWords(each)}`);
      io.out(`${file}: ${sound ? 'sound' : 'faulty'}`);
    }
  return found.every(({ sound }) => sound) ? 0 : 1;
}

function show(io: CliIo, file: string, options: CheckOptions): 0 | 1 {
  const read = parseSpif(io.readFile(file));
  if (!read.ok) {
    for (const each of read.faults) io.err(`${file}: fault: ${inWords(each)}`);
    return 1;
  }
  io.out(options.json === true ? json(read.policy) : described(read.policy));
  return 0;
}

function described(policy: SecurityPolicy): string {
  const { file } = policy;
  const levels = [...policy.classifications].sort((a, b) => b.hierarchy - a.hierarchy);
  return [
    `${policy.name} (${policy.id})`,
    ...(file === undefined
      ? []
      : [`  version ${file.version}, made ${file.created} by ${file.originator}, SPIF ${file.schemaVersion}`]),
    'levels, the highest first:',
    ...levels.map(
      ({ name, colour, obsolete, markings }) =>
        `  ${name}${colour === undefined ? '' : ` (${colour})`}${obsolete ? ' [obsolete]' : ''}: ${markings.map(({ phrase, language }) => `${phrase}${language === undefined ? '' : ` [${language}]`}`).join(', ')}`,
    ),
    ...policy.tagSets.flatMap(tagSetLines),
    ...(policy.equivalentPolicies ?? []).map(({ name, id }) => `equivalent policy: ${name} (${id})`),
    '',
  ].join('\n');
}

function tagSetLines({ name, type, least, most, values }: TagSet): string[] {
  const limits = [...(least > 0 ? [`at least ${least}`] : []), ...(most === undefined ? [] : [`at most ${most}`])];
  return [
    `${name}, ${type}${limits.length === 0 ? '' : ` (${limits.join(', ')})`}:`,
    ...values.map((value) => {
      const notes = [
        ...(value.obsolete ? ['obsolete'] : []),
        ...(value.userInput === undefined ? [] : [`a ${value.userInput.kind} of the user`]),
        ...(value.excludedClasses.length === 0 ? [] : [`not on ${value.excludedClasses.join(', ')}`]),
        ...(value.requiredClass === undefined ? [] : [`only on ${value.requiredClass}`]),
        ...(value.notBefore === undefined ? [] : [`not before ${value.notBefore}`]),
        ...(value.notAfter === undefined ? [] : [`not after ${value.notAfter}`]),
      ];
      return `  ${value.name}${notes.length === 0 ? '' : ` [${notes.join('; ')}]`}`;
    }),
  ];
}
