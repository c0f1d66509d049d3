import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the data of others lies, if it is there: vectors, policies and schemas that are no part of this repository. */
const SHARED = process.env['IMPRIMATUR_SHARED_DATA'] ?? resolve(__dirname, '../../../shared/data');

/**
 * Registers tests that need a file or folder of the shared data. Where it is absent they are skipped, show as skipped, and the
 * run says once what was skipped and why: nobody shall believe that something was tested which was not.
 */
export function describeWithVectors(name: string, path: string, tests: (found: string) => void): void {
  const found = join(SHARED, path);
  if (existsSync(found)) {
    describe(name, () => {
      tests(found);
    });
    return;
  }
  process.stderr.write(
    `skipped: ${name}: ${found} is absent; IMPRIMATUR_SHARED_DATA names the folder of shared data\n`,
  );
  // Jest wants a test in every block, and a skipped one is what a reader of the report should see.
  describe.skip(name, () => {
    it(`needs ${path} of the shared data`, () => undefined);
  });
}

/** Every JSON file of a folder and its folders, by its path within, as text: numbers may be too large for JSON.parse. */
export function jsonFilesIn(folder: string): { readonly name: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}
