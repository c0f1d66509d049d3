import type { Command } from 'commander';
import {
  type LabelRecord,
  NATIONS,
  type NatoLevel,
  type PolicySet,
  declaredEquivalents,
  levelOfWord,
  marking,
  nationalAlternatives,
  nationalEquivalents,
} from '#marking';
import { CannotTell, answering } from '../answer';
import type { CliIo } from '../cli-io';
import { collected, withExamples } from '../command-group';
import { type PolicyOptions, json, labelOrThrow, policiesOf, underPolicies } from './marking-input';

interface EquivalentOptions extends PolicyOptions {
  readonly nation?: readonly string[];
  readonly word?: string;
  readonly on: string;
  readonly alternatives?: boolean;
}

const LEVELS: readonly string[] = ['TOP SECRET', 'SECRET', 'CONFIDENTIAL', 'RESTRICTED'] satisfies NatoLevel[];

/** `label equivalent`: what a level is called elsewhere, and what a nation's word means, on a day. */
export function registerEquivalent(group: Command, io: CliIo): void {
  const command = group
    .command('equivalent')
    .description(
      "what is this label called elsewhere, or what does a nation's word mean? 0 there is an answer, 1 there is none",
    )
    .argument('[label]', 'a label: a file (XML or JSON) or a mark')
    .option('--nation <code>', 'a nation (ISO 3166-1, three letters); may be given again (default: all 32)', collected)
    .option('--word <word>', "a nation's own word, to be read instead of a label; needs one --nation")
    .option('--on <day>', 'the day on which it holds', new Date().toISOString().slice(0, 10))
    .option('--alternatives', 'offer whole alternative labels, where a label can have one');
  withExamples(
    underPolicies(command),
    'label equivalent "(NS)" --nation DEU --nation FRA',
    'label equivalent --nation ESP --word SECRETO',
    'label equivalent label.xml --nation DEU --alternatives --json',
  ).action(
    answering(io, (text: string | undefined, options: EquivalentOptions) => {
      if (!/^\d{4}-\d\d-\d\d/.test(options.on)) throw new CannotTell(`${options.on} is no day (YYYY-MM-DD)`);
      if (options.word !== undefined) return readWord(io, options);
      if (text === undefined) throw new CannotTell('give a label, or --nation and --word');
      const policies = policiesOf(io, options);
      const record = labelOrThrow(io, policies, text);
      return options.alternatives === true ? offer(io, record, options) : list(io, policies, record, options);
    }),
  );
}

const nationsOf = ({ nation }: EquivalentOptions): readonly string[] =>
  nation?.map((code) => code.toUpperCase()) ?? NATIONS;

function readWord(io: CliIo, options: EquivalentOptions): 0 | 1 {
  const [nation, ...more] = options.nation ?? [];
  if (nation === undefined || more.length > 0)
    throw new CannotTell('a word needs one --nation: it means nothing without it');
  const read = levelOfWord(nation.toUpperCase(), options.word ?? '', options.on);
  if (options.json === true) io.out(json(read));
  else if (read.ok) io.out(`NATO ${read.level} (${read.evidence})\n`);
  else io.err(read.fault);
  return read.ok ? 0 : 1;
}

function offer(io: CliIo, record: LabelRecord, options: EquivalentOptions): 0 | 1 {
  const offered = nationalAlternatives(record, options.on, nationsOf(options));
  if (options.json === true) io.out(json(offered));
  else
    io.out(
      [
        ...offered.map(
          (each) => `${each.nation}  ${each.ok ? each.record.label.classification : `none: ${each.fault}`}`,
        ),
        '',
      ].join('\n'),
    );
  return offered.some(({ ok }) => ok) ? 0 : 1;
}

function list(io: CliIo, policies: PolicySet, { label }: LabelRecord, options: EquivalentOptions): 0 | 1 {
  const level =
    label.policy === 'NATO' && LEVELS.includes(label.classification) ? (label.classification as NatoLevel) : undefined;
  const national = level === undefined ? [] : nationalEquivalents(level, options.on, nationsOf(options));
  const declared = declaredEquivalents(policies, label, 'encrypt');
  if (options.json === true) io.out(json({ on: options.on, national, declared }));
  else
    io.out(
      [
        ...declared.map(
          (each) => `${each.policy}  ${each.ok ? marking(policies, each.label) : `none: ${each.reasons.join('; ')}`}`,
        ),
        ...national.map(({ nation, words, why, evidence }) =>
          words.length === 0 ? `${nation}  none: ${why ?? ''}` : `${nation}  ${words.join(' / ')} (${evidence ?? ''})`,
        ),
        '',
      ].join('\n'),
    );
  return national.some(({ words }) => words.length > 0) || declared.some(({ ok }) => ok) ? 0 : 1;
}
