import type { Command } from 'commander';
import { parse } from 'yaml';
import { checkRules } from '#access';
import type { CheckedRulesView, PreviewedRulesView } from '#contracts';
import { type Answer, CannotTell, answering, messageOf } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { groupOf, withExamples } from '../command-group';
import { jsonOf } from '../files';
import { neutral } from '../neutral';
import type { Terminal } from '../terminal';
import { registerRulesActivate } from './rules-activate';

interface JsonOption {
  readonly json?: boolean;
}

/** `rules`: the attribute rules as data: what is in force, whether a file is sound, whom it would change, and how it comes into force. */
export function registerRules(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(
    program,
    'rules',
    'the attribute rules: in force, checked, previewed, activated by two officers',
  );
  registerShow(group, io, terminal);
  registerCheck(group, io);
  registerPreview(group, io, terminal);
  registerRulesActivate(group, io, terminal);
}

function registerShow(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(group.command('show').description('the rules in force, as JSON')),
    'rules show > rules.json',
  ).action(
    answering(io, async (options: ApiOptions): Promise<Answer> => {
      const { version, since, rules } = await asClient(options, terminal, (client) => client.rules());
      io.err(neutral(`${version}, in force ${since === null ? 'as shipped' : `since ${since}`}`));
      io.out(JSON.stringify(rules, null, 2));
      return 0;
    }),
  );
}

function registerCheck(group: Command, io: CliIo): void {
  withExamples(
    group
      .command('check')
      .description('check rules by their schema and against worlds, offline: 0 they are sound and give every verdict')
      .argument('<file>', 'the rules, as JSON')
      .option('--worlds <files...>', 'people, things and expected verdicts, as YAML')
      .option('--json', 'print it as JSON'),
    'rules check rules.json --worlds worlds/offices.yaml worlds/documents.yaml',
  ).action(
    answering(io, (file: string, { worlds = [], json }: JsonOption & { worlds?: readonly string[] }): Answer => {
      const checked = checkRules(
        jsonIn(io, file),
        worlds.map((world) => yamlIn(io, world)),
      );
      const named = (name: string): string => {
        const place = /^world (\d+)$/.exec(name)?.[1];
        return place === undefined ? file : (worlds[Number(place) - 1] ?? name);
      };
      if (json === true) io.out(JSON.stringify(checked, null, 2));
      else for (const line of checkedInWords({ ...checked, version: checked.version ?? null }, named)) io.out(line);
      return checked.ok ? 0 : 1;
    }),
  );
}

type Checked = Pick<CheckedRulesView, 'ok' | 'version' | 'verdicts'> & {
  readonly faults: readonly CheckedRulesView['faults'][number][];
  readonly untried: readonly string[];
  readonly differences: readonly {
    readonly world: string;
    readonly person: string;
    readonly action: string;
    readonly thing: string;
    readonly expected: readonly string[];
    readonly found: readonly string[];
    readonly by: string;
  }[];
};

function checkedInWords(
  { ok, version, verdicts, faults, differences, untried }: Checked,
  named: (file: string) => string,
): string[] {
  const reasons = (said: readonly string[]): string => (said.length === 0 ? 'yes' : `no: ${said.join(', ')}`);
  return [
    ...faults.map(({ file, place, fault }) => neutral(`${named(file)}: ${place}: ${fault}`)),
    ...differences.map(({ world, person, action, thing, expected, found, by }) =>
      neutral(
        `${world}: ${person}, ${action} ${thing}: expected ${reasons(expected)}; found ${reasons(found)} (${by})`,
      ),
    ),
    ...(untried.length === 0 ? [] : [neutral(`no verdict tries ${untried.join(', ')}`)]),
    neutral(`${ok ? 'sound' : 'NOT SOUND'}: ${version ?? 'no rules'}, ${String(verdicts)} verdicts`),
  ];
}

function registerPreview(group: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(
      group
        .command('preview')
        .description('who would gain and who would lose in the live population, for security officers')
        .argument('<file>', 'the rules, as JSON')
        .option('--json', 'print it as JSON'),
    ),
    'rules preview rules.json',
  ).action(
    answering(io, async (file: string, options: ApiOptions & JsonOption): Promise<Answer> => {
      const rules = jsonIn(io, file);
      const view = await asClient(options, terminal, (client) => client.previewRules(rules));
      io.out(options.json === true ? JSON.stringify(view, null, 2) : previewInWords(view).join('\n'));
      return 0;
    }),
  );
}

function previewInWords({ version, inForce, population, steppedUp, notSteppedUp }: PreviewedRulesView): string[] {
  const { people, documents, documentsTried, cases, casesTried } = population;
  return [
    neutral(
      `${version} instead of ${inForce}, tried on ${String(people)} people, ${String(documentsTried)} of ${String(documents)} documents, ${String(casesTried)} of ${String(cases)} cases`,
    ),
    'in sessions that are stepped up',
    ...linesInWords(steppedUp),
    'in sessions that are not stepped up',
    ...linesInWords(notSteppedUp),
  ];
}

type Line = PreviewedRulesView['steppedUp'][number];

const linesInWords = (lines: readonly Line[]): string[] =>
  lines.length === 0
    ? ['  nothing changes']
    : lines.flatMap(({ action, subject, gain, lose }) => [
        ...sideInWords(`${action} ${subject}: gain`, gain),
        ...sideInWords(`${action} ${subject}: lose`, lose),
      ]);

const sideInWords = (name: string, { people, things, decisions, examples }: Line['gain']): string[] =>
  decisions === 0
    ? []
    : [
        `  ${name}  ${String(people)} people, ${String(things)} things, ${String(decisions)} decisions`,
        ...examples.map(({ person, office, thing, before, after }) =>
          neutral(`    ${person}  ${office}${thing === null ? '' : `  ${thing}`}  ${before} -> ${after}`),
        ),
      ];

function jsonIn(io: CliIo, file: string): unknown {
  const json = jsonOf(io.readFile(file));
  if (!json.ok) throw new CannotTell(`${file}: ${json.fault}`);
  return json.value;
}

function yamlIn(io: CliIo, file: string): unknown {
  try {
    return parse(io.readFile(file).toString('utf8')) as unknown;
  } catch (error) {
    throw new CannotTell(`${file}: ${messageOf(error)}`, { cause: error });
  }
}
