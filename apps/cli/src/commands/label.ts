import { type Command, Option } from 'commander';
import {
  type Label,
  type LabelRecord,
  type MarkForm,
  type PolicySet,
  banner,
  dominates,
  explainRollUp,
  marking,
  portionMark,
  raisedBanner,
  rollUp,
  validateClearance,
  validateLabel,
  validateRecord,
} from '#marking';
import { CannotTell, answering } from '../answer';
import type { CliIo } from '../cli-io';
import { collected, groupOf, withExamples } from '../command-group';
import { registerEquivalent } from './label-equivalent';
import {
  type PolicyOptions,
  clearanceIn,
  givenLabel,
  inWords,
  json,
  labelOrThrow,
  policiesOf,
  underPolicies,
} from './marking-input';

const LABEL = 'a label: a file (XML or JSON) or a mark';

/** `label parse|mark|validate|decide|rollup|equivalent`: a marking officer's questions, one command each. */
export function registerLabel(program: Command, io: CliIo): void {
  const group = groupOf(program, 'label', 'confidentiality labels (STANAG 4774) and their marks');
  registerParse(group, io);
  registerMark(group, io);
  registerValidate(group, io);
  registerDecide(group, io);
  registerRollUp(group, io);
  registerEquivalent(group, io);
}

function registerParse(group: Command, io: CliIo): void {
  const command = group
    .command('parse')
    .description('what does this mark mean? 0 a mark, 1 none, with what was probably meant');
  withExamples(
    underPolicies(command.argument('<mark>', 'a mark as people write it')),
    'label parse "(CTS-A)"',
    'label parse "nr rel jpn ukr" --json',
  ).action(
    answering(io, (text: string, options: PolicyOptions) => {
      const policies = policiesOf(io, options);
      const given = givenLabel(io, policies, text);
      if (!given.ok) {
        if (options.json === true) io.out(json({ ok: false, fault: given.faults.join('; '), meant: given.meant }));
        else io.err(`${given.faults.join('; ')}${given.meant === undefined ? '' : `\nperhaps ${given.meant}`}`);
        return 1;
      }
      io.out(
        options.json === true ? json({ ok: true, label: given.record.label }) : meaning(policies, given.record.label),
      );
      return 0;
    }),
  );
}

/** A label in words: its three forms, and who may read it. */
function meaning(policies: PolicySet, label: Label): string {
  const { policy, classification, categories } = label;
  const asked = categories.flatMap(({ tagSet, type, values }) =>
    type === 'INFORMATIVE' ? [] : [`  ${tagSet}: ${type === 'PERMISSIVE' ? 'one of' : 'all of'} ${values.join(', ')}`],
  );
  return [
    banner(policies, label),
    `  portion  ${portionMark(policies, label)}`,
    `  French   ${banner(policies, label, 'fr')}`,
    `  in full  ${marking(policies, label, { form: 'full' })}`,
    policy === 'PUBLIC'
      ? 'everyone may read it'
      : `who may read it is cleared for ${classification} under ${policy}${asked.length === 0 ? '' : ', and holds'}`,
    ...asked,
    '',
  ].join('\n');
}

interface MarkOptions extends PolicyOptions {
  readonly label: string;
  readonly lang: string;
  readonly form: MarkForm;
}

function registerMark(group: Command, io: CliIo): void {
  const command = group
    .command('mark')
    .description('print the mark of a label')
    .requiredOption('--label <label>', LABEL);
  command.option('--lang <language>', 'en or fr, or another that the policy has', 'en');
  command.addOption(
    new Option('--form <form>', 'in which form').choices(['banner', 'portion', 'full']).default('banner'),
  );
  withExamples(
    underPolicies(command),
    'label mark --label label.xml',
    'label mark --policy P.xml --label L.xml --lang fr --form full',
  ).action(
    answering(io, (options: MarkOptions) => {
      const policies = policiesOf(io, options);
      const { label } = labelOrThrow(io, policies, options.label);
      const text = marking(policies, label, { form: options.form, language: options.lang });
      io.out(options.json === true ? json({ mark: text, form: options.form, language: options.lang }) : `${text}\n`);
      return 0;
    }),
  );
}

interface ValidateOptions extends PolicyOptions {
  readonly existing?: boolean;
  readonly at: string;
}

function registerValidate(group: Command, io: CliIo): void {
  const command = group
    .command('validate')
    .description('is this label valid, and if not, why? 0 valid, 1 not, 2 its policy is not known')
    .argument('<label>', LABEL)
    .option('--existing', 'it was put on something already: obsolete values are read')
    .option('--at <moment>', 'the moment of use, for values that have dates', new Date().toISOString());
  withExamples(
    underPolicies(command),
    'label validate label.xml',
    'label validate label.xml --policy nato.xml --existing --json',
  ).action(
    answering(io, (text: string, options: ValidateOptions) => {
      const policies = policiesOf(io, options);
      const given = givenLabel(io, policies, text, false);
      const faults = given.ok ? faultsOf(policies, given.record, { ...options, bare: given.fromMark }) : given.faults;
      const warnings = given.ok ? given.warnings : [];
      if (options.json === true) io.out(json({ valid: faults.length === 0, faults, warnings }));
      else
        io.out(
          [
            ...faults.map((each) => `fault: ${each}`),
            ...warnings.map((each) => `note: ${each}`),
            faults.length === 0 ? 'valid' : 'not valid',
            '',
          ].join('\n'),
        );
      return faults.length === 0 ? 0 : 1;
    }),
  );
}

function faultsOf(
  policies: PolicySet,
  record: LabelRecord,
  options: ValidateOptions & { readonly bare: boolean },
): string[] {
  if (policies.get(record.label.policy) === undefined)
    throw new CannotTell(`the policy ${record.label.policy} is not known; give it with --policy`);
  const use = options.existing === true ? 'existing' : 'new';
  // A mark says nothing of originator and dates, so that only what it says is asked.
  const faults = options.bare
    ? validateLabel(policies, record.label, use, options.at)
    : validateRecord(policies, record, use, options.at);
  return faults.map(inWords);
}

interface DecideOptions extends PolicyOptions {
  readonly label: string;
  readonly clearance: readonly string[];
}

function registerDecide(group: Command, io: CliIo): void {
  const command = group
    .command('decide')
    .description('may the holder of these clearances read it, and why? 0 yes, 1 no')
    .requiredOption('--label <label>', LABEL)
    .requiredOption('--clearance <file>', 'a clearance (XML or JSON); may be given again', collected);
  withExamples(
    underPolicies(command),
    'label decide --label label.xml --clearance clearance.xml',
    'label decide --policy P.xml --label "(NS REL UKR)" --clearance C.xml --json',
  ).action(
    answering(io, (options: DecideOptions) => {
      const policies = policiesOf(io, options);
      const { label } = labelOrThrow(io, policies, options.label);
      const clearances = options.clearance.map((path) => clearanceIn(io, policies, path));
      for (const each of clearances.flatMap((clearance) => validateClearance(policies, clearance)))
        io.err(`note: clearance: ${inWords(each)}`);
      const { dominates: granted, checks } = dominates(clearances, label);
      if (options.json === true) io.out(json({ granted, checks }));
      else {
        io.out(`${granted ? 'granted' : 'denied'}: ${banner(policies, label)}\n`);
        for (const { rule, outcome, need, have } of checks)
          io.out(`  ${outcome ? 'ok  ' : 'FAIL'} ${rule}: needs ${need}; has ${have || 'none'}\n`);
      }
      return granted ? 0 : 1;
    }),
  );
}

interface RollUpOptions extends PolicyOptions {
  readonly into?: string;
  readonly raise?: string;
  readonly reason?: string;
}

function registerRollUp(group: Command, io: CliIo): void {
  const command = group
    .command('rollup')
    .description(
      'what is the banner of these parts? 0 it has one, 1 nobody may hold them together or they have none in common',
    )
    .argument('<label...>', 'labels: files (XML or JSON) or marks')
    .option('--into <policy>', 'map parts of other policies into this one, where they declare equivalents')
    .option('--raise <mark>', 'a banner above what the parts add up to')
    .option('--reason <text>', 'why it is raised');
  withExamples(
    underPolicies(command),
    'label rollup "(NU)" "(NR REL UKR)" "(NS)"',
    'label rollup a.xml b.xml c.xml --json',
  ).action(
    answering(io, (texts: string[], options: RollUpOptions) => {
      const policies = policiesOf(io, options);
      const parts = texts.map((text) => labelOrThrow(io, policies, text).label);
      if (options.raise !== undefined) return raise(io, policies, parts, options);
      const rolled = rollUp(policies, parts, options.into?.toUpperCase());
      const because = explainRollUp(policies, parts);
      const text = rolled.ok ? banner(policies, rolled.label) : undefined;
      if (options.json === true) io.out(json({ ...rolled, banner: text, because }));
      else if (rolled.ok)
        io.out(
          [text, `  portion  ${portionMark(policies, rolled.label)}`, ...because.map((each) => `  ${each}`), ''].join(
            '\n',
          ),
        );
      else io.err(rolled.reasons.join('\n'));
      return rolled.ok && rolled.nobody !== true ? 0 : 1;
    }),
  );
}

function raise(io: CliIo, policies: PolicySet, parts: readonly Label[], options: RollUpOptions): 0 | 1 {
  const wanted = labelOrThrow(io, policies, options.raise ?? '').label;
  const raised = raisedBanner(policies, parts, wanted, options.reason ?? '');
  if (options.json === true) io.out(json(raised));
  else if (raised.ok) io.out(`${banner(policies, raised.label)}\n`);
  else io.err(raised.reasons.join('\n'));
  return raised.ok ? 0 : 1;
}
