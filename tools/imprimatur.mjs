// `npm run imprimatur -- ARGUMENTS`: the command line, built first when a source changed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildOrExit, root } from './build.mjs';

buildOrExit();
const child = spawn(process.execPath, [join(root, 'dist/apps/cli/src/main.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// The terminal tells both; who ends is the child, and this process with the child's own ending.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => {
  process.stderr.write(`imprimatur: ${error.message}\n`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
