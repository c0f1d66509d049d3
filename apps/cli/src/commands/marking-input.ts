import { join } from 'node:path';
import type { Command } from 'commander';
import {
  type Clearance,
  type FromJson,
  type LabelRecord,
  PolicySet,
  type SecurityPolicy,
  clearanceFromJson,
  inPolicySpelling,
  labelFromJson,
  parseMark,
  parseSpif,
  readClearance,
  readLabel,
  recordFromJson,
} from '#marking';
import { CannotTell } from '../answer';
import type { CliIo } from '../cli-io';
import { collected } from '../command-group';

export interface PolicyOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
}

/** The options that every command about marks has. */
export const underPolicies = (command: Command): Command =>
  command
    .option('--policy <spif>', 'a security policy; may be given again (default: the policies shipped)', collected)
    .option('--json', 'print JSON');

const SHIPPED = ['nato.spif.xml', 'public.spif.xml'];

/** The policies given, with the one for what everyone may read; or those that the product ships. */
export function policiesOf(io: CliIo, { policy = [] }: PolicyOptions): PolicySet {
  const given = policy.map((path) => policyIn(io, path));
  const shipped = SHIPPED.map((name) => shippedPolicy(io, name)).filter(
    ({ name }) => policy.length === 0 || name === 'PUBLIC',
  );
  const names = new Set(given.map(({ name }) => name));
  return PolicySet.of([...given, ...shipped.filter(({ name }) => !names.has(name))]);
}

function policyIn(io: CliIo, path: string): SecurityPolicy {
  const read = parseSpif(io.readFile(path));
  if (read.ok) return read.policy;
  const [first] = read.faults;
  throw new CannotTell(
    `${path} is no usable policy (imprimatur spif check ${path}): ${first === undefined ? '' : `line ${first.line ?? '?'}, ${first.place}: ${first.fault}`}`,
  );
}

/** Shipped policies lie at the root of the product, for the sources and for what is built from them. */
function shippedPolicy(io: CliIo, name: string): SecurityPolicy {
  const roots = ['../../../..', '../../../../..'].map((up) => join(__dirname, up, 'policies', name));
  for (const path of roots) {
    try {
      io.readFile(path);
    } catch {
      continue;
    }
    return policyIn(io, path);
  }
  throw new CannotTell(`the shipped policy ${name} is not found; give --policy`);
}

const isFile = (text: string): boolean => /\.(xml|json|label)$/i.test(text) || /^\.{0,2}\//.test(text);

/** What a file or a mark says, and what is wrong with its structure. */
export type GivenLabel =
  | { readonly ok: true; readonly record: LabelRecord; readonly fromMark: boolean; readonly warnings: string[] }
  | { readonly ok: false; readonly faults: string[]; readonly meant?: string };

/** A label given as a file (XML, or JSON of a label or a record) or as a mark: `label.xml`, `"(NS REL UKR)"`. */
export function givenLabel(io: CliIo, policies: PolicySet, text: string, lenient = true): GivenLabel {
  if (!isFile(text)) {
    const read = parseMark(policies, text, { use: 'existing' });
    if (!read.ok)
      return { ok: false, faults: [read.fault], ...(read.meant === undefined ? {} : { meant: read.meant }) };
    return { ok: true, record: { kind: 'originator', label: read.label, created: '' }, fromMark: true, warnings: [] };
  }
  const bytes = io.readFile(text);
  if (!looksLikeJson(bytes)) {
    const read = readLabel(policies, bytes, { lenient });
    return read.ok
      ? { ok: true, record: read.record, fromMark: false, warnings: read.warnings.map(inWords) }
      : { ok: false, faults: read.faults.map(inWords) };
  }
  return labelInJson(policies, bytes);
}

function labelInJson(policies: PolicySet, bytes: Buffer): GivenLabel {
  const json = jsonIn(bytes);
  const whole = typeof json === 'object' && json !== null && 'label' in json;
  const read: FromJson<LabelRecord> = whole ? recordFromJson(json) : recordOf(labelFromJson(json));
  if (!read.ok) return { ok: false, faults: read.faults.map(inWords) };
  const record = { ...read.value, label: inPolicySpelling(policies, read.value.label) };
  return { ok: true, record, fromMark: !whole, warnings: [] };
}

const recordOf = (read: ReturnType<typeof labelFromJson>): FromJson<LabelRecord> =>
  read.ok ? { ok: true, value: { kind: 'originator', label: read.value, created: '' } } : read;

/** The label, or an error that says why there is none. */
export function labelOrThrow(io: CliIo, policies: PolicySet, text: string): LabelRecord {
  const given = givenLabel(io, policies, text);
  if (!given.ok)
    throw new CannotTell(
      `${text}: ${given.faults.join('; ')}${given.meant === undefined ? '' : `; perhaps ${given.meant}`}`,
    );
  if (policies.get(given.record.label.policy) === undefined)
    throw new CannotTell(`${text}: the policy ${given.record.label.policy} is not known; give it with --policy`);
  for (const each of given.warnings) io.err(`note: ${text}: ${each}`);
  return given.record;
}

/** A clearance in a file, XML or JSON. */
export function clearanceIn(io: CliIo, policies: PolicySet, path: string): Clearance {
  const bytes = io.readFile(path);
  if (looksLikeJson(bytes)) {
    const read = clearanceFromJson(jsonIn(bytes));
    if (read.ok) return inPolicySpelling(policies, read.value);
    throw new CannotTell(`${path}: ${read.faults.map(inWords).join('; ')}`);
  }
  const read = readClearance(policies, bytes);
  if (!read.ok) throw new CannotTell(`${path}: ${read.faults.map(inWords).join('; ')}`);
  return read.clearance;
}

const looksLikeJson = (bytes: Buffer): boolean => /^\s*[{[]/.test(bytes.subarray(0, 200).toString('latin1'));

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new CannotTell('the file is not JSON in UTF-8');
  }
}

/** A fault with its place, and its line where the file still tells it. */
export const inWords = ({ place, fault, line }: { place: string; fault: string; line?: number }): string =>
  `${line === undefined ? '' : `line ${line}: `}${place}: ${fault}`;

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
