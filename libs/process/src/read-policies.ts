import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PolicySet, parseSpif } from '#marking';

/** The security policies of a folder: every `*.spif.xml` in it. One that is faulty stops the process, with its place and fault. */
export function readPolicies(folder: string): PolicySet {
  const files = readdirSync(folder).filter((name) => name.endsWith('.spif.xml'));
  if (files.length === 0) throw new Error(`${folder} holds no security policy (*.spif.xml)`);
  return PolicySet.of(
    files.map((name) => {
      const parsed = parseSpif(readFileSync(join(folder, name), 'utf8'));
      if (parsed.ok) return parsed.policy;
      throw new Error(
        `${join(folder, name)}: ${parsed.faults.map(({ place, fault }) => `${place}: ${fault}`).join('; ')}`,
      );
    }),
  );
}
