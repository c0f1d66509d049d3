// `npm run bench -- ROOM [--json]`: compiles what is missing, the bench included, and runs it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildOrExit, root } from './build.mjs';

buildOrExit();
const run = (command, args) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};
run(process.execPath, [
  join(root, 'node_modules/@swc/cli/bin/swc.js'),
  ...['test/bench', 'test/support', '--out-dir', 'dist', '--copy-files', '--extensions', '.ts', '--quiet'],
]);
run(process.execPath, [join(root, 'dist/test/bench/main.js'), ...process.argv.slice(2)]);
