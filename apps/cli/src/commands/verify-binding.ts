import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { portionMark, readBinding, siblingOf, verifyBinding } from '#marking';
import { CannotTell, answering } from '../answer';
import type { CliIo } from '../cli-io';
import { groupOf, withExamples } from '../command-group';
import { type PolicyOptions, inWords, json, policiesOf, underPolicies } from './marking-input';

/** `verify binding`: whether the files beside a sidecar are those that were bound, and what their labels are. */
export function registerVerifyBinding(program: Command, io: CliIo): void {
  const group = groupOf(program, 'verify', 'check a proof offline, from the file and published keys alone');
  const command = group
    .command('binding')
    .description(
      'check a sidecar (.bdo): 0 every file is the one that was bound, 1 one has changed, 2 one is missing or has no digest',
    )
    .argument('<sidecar>', 'a detached binding (STANAG 4778)');
  withExamples(underPolicies(command), 'verify binding plan.pdf.bdo').action(
    answering(io, (path: string, options: PolicyOptions) => {
      const policies = policiesOf(io, options);
      const read = readBinding(policies, io.readFile(path));
      if (!read.ok) throw new CannotTell(`${path}: ${read.faults.map(inWords).join('; ')}`);
      for (const each of read.warnings) io.err(`note: ${path}: ${inWords(each)}`);
      // Only files beside the sidecar are opened, whatever it names.
      const verified = verifyBinding(read.information, (uri, algorithm) => {
        const name = siblingOf(uri);
        return name === undefined ? undefined : digestOf(io, join(dirname(path), name), algorithm);
      });
      const marks = read.information.bindings.flatMap(({ labels, data }) =>
        data.flatMap(({ uri }) =>
          labels.map(({ kind, label }) => ({
            uri,
            kind,
            mark:
              policies.get(label.policy) === undefined
                ? `${label.policy} ${label.classification}`
                : portionMark(policies, label),
          })),
        ),
      );
      if (options.json === true) io.out(json({ ...verified, labels: marks }));
      else {
        for (const { uri, kind, mark } of marks) io.out(`${uri}: ${mark} (${kind})\n`);
        for (const { uri, outcome } of verified.files) io.out(`${uri}: ${outcome}\n`);
        io.out(
          verified.ok
            ? 'every file is the one that was bound; whether the sidecar is, digests do not tell\n'
            : 'not verified\n',
        );
      }
      return verified.ok ? 0 : verified.files.some(({ outcome }) => outcome === 'changed') ? 1 : 2;
    }),
  );
}

function digestOf(io: CliIo, path: string, algorithm: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = io.readFile(path);
  } catch {
    return undefined;
  }
  return createHash(algorithm).update(bytes).digest('base64');
}
