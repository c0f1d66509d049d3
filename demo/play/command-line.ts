import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { same } from './deviation';
import type { Play } from './play';
import { PUBLIC, type Published } from './publishing';

/** The compiled command line, when the demo itself runs compiled. */
const COMMAND = join(__dirname, '../../apps/cli/src/main.js');

/** The same check as a stranger would make it: `imprimatur verify certificate`, with files alone. */
export async function verifiedByCommand(
  { story, cast }: Pick<Play, 'story' | 'cast'>,
  given: { readonly certificate: string; readonly tampered: string; readonly files: Published['files'] },
): Promise<void> {
  if (!existsSync(COMMAND)) return;
  const folder = mkdtempSync(join(tmpdir(), 'imprimatur-demo-'));
  try {
    await story.step(
      PUBLIC,
      'checks both once more with imprimatur verify certificate',
      async () => {
        const verify = async (certificate: string): Promise<number | null> => {
          writeFileSync(join(folder, 'certificate.json'), certificate);
          const files = given.files.flatMap(({ name, bytes }) => {
            writeFileSync(join(folder, name), bytes);
            return ['--file', join(folder, name)];
          });
          return exitCodeOf([
            'verify',
            'certificate',
            join(folder, 'certificate.json'),
            '--officers',
            cast.world.officersFile,
            ...files,
          ]);
        };
        same('the exit codes', [0, 1], [await verify(given.certificate), await verify(given.tampered)]);
      },
      () => '0 for the one that was published, 1 for the one with another letter',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function exitCodeOf(words: readonly string[]): Promise<number | null> {
  return new Promise((answer, reject) => {
    const child = spawn(process.execPath, [COMMAND, ...words], { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', answer);
  });
}
