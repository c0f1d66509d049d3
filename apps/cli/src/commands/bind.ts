import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { type LabelRecord, type PolicySet, bindingOf, sidecarName, validateRecord, writeBinding } from '#marking';
import { CannotTell, answering } from '../answer';
import type { CliIo } from '../cli-io';
import { collected, withExamples } from '../command-group';
import { type PolicyOptions, inWords, json, labelOrThrow, policiesOf, underPolicies } from './marking-input';

interface BindOptions extends PolicyOptions {
  readonly label: readonly string[];
  readonly portion?: readonly string[];
  readonly type?: string;
  readonly review?: string;
  readonly created: string;
  readonly out?: string;
}

/** `bind`: writes the sidecar of a file, with its labels and those of its portions. */
export function registerBind(program: Command, io: CliIo): void {
  const command = program
    .command('bind')
    .description('bind labels to a file: writes FILE.bdo beside it (STANAG 4778); 0 written, 1 a label is not valid')
    .argument('<file>', 'any file')
    .requiredOption('--label <label>', 'a label: a file (XML or JSON) or a mark; may be given again', collected)
    .option('--portion <fragment=label>', 'the label of a portion; may be given again', collected)
    .option('--type <media-type>', 'what kind of file it is, such as text/plain')
    .option('--review <moment>', 'when a label given as a mark is to be reviewed')
    .option('--created <moment>', 'when a label given as a mark was made', new Date().toISOString())
    .option('--out <file>', 'where the sidecar goes');
  withExamples(
    underPolicies(command),
    'bind plan.pdf --label label.xml --type application/pdf',
    'bind plan.txt --label "(CTS)" --portion "p3=(NR REL UKR)" --review 2031-06-05T00:00:00Z',
  ).action(answering(io, (file: string, options: BindOptions) => bind(io, file, options)));
}

function bind(io: CliIo, file: string, options: BindOptions): 0 | 1 {
  const policies = policiesOf(io, options);
  const value = createHash('sha384').update(io.readFile(file)).digest('base64');
  const labels = options.label.map((text) => dated(labelOrThrow(io, policies, text), options));
  const portions = (options.portion ?? []).map((text) => portionOf(io, policies, text, options));
  const faults = [...labels, ...portions.flatMap((each) => each.labels)].flatMap((record) =>
    validateRecord(policies, record, 'new', options.created),
  );
  const written =
    faults.length > 0
      ? { ok: false as const, faults }
      : writeBinding(
          policies,
          bindingOf({
            name: basename(file),
            ...(options.type === undefined ? {} : { contentType: options.type }),
            digest: { algorithm: 'sha384', value },
            labels,
            portions,
          }),
        );
  if (!written.ok) {
    for (const each of written.faults) io.err(`fault: ${inWords(each)}`);
    return 1;
  }
  const sidecar = options.out ?? join(dirname(file), sidecarName(basename(file)));
  io.writeFile(sidecar, Buffer.from(written.xml));
  io.out(options.json === true ? json({ sidecar, sha384: value }) : `${sidecar}\n`);
  return 0;
}

/** A mark says neither when the label was made nor when it is reviewed. */
const dated = (record: LabelRecord, { created, review }: BindOptions): LabelRecord =>
  record.created === '' ? { ...record, created, ...(review === undefined ? {} : { review }) } : record;

function portionOf(
  io: CliIo,
  policies: PolicySet,
  text: string,
  options: BindOptions,
): { fragment: string; labels: LabelRecord[] } {
  const at = text.indexOf('=');
  if (at < 1) throw new CannotTell(`${text} is no portion: write FRAGMENT=LABEL`);
  return { fragment: text.slice(0, at), labels: [dated(labelOrThrow(io, policies, text.slice(at + 1)), options)] };
}
