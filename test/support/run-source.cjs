// Runs a TypeScript entry of this checkout in a plain Node process, compiled in memory with the settings of the build:
//   node --conditions=imprimatur test/support/run-source.cjs apps/worker/src/main.ts
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { transformSync } = require('@swc/core');

const root = join(__dirname, '../..');
const { exclude: _specs, ...settings } = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));

require.extensions['.ts'] = (module, filename) => {
  const options = { ...settings, filename, swcrc: false, sourceMaps: 'inline' };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};

require(resolve(root, process.argv[2]));
