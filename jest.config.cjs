// Jest on Node 20 loads CommonJS only, so every installed ES module is rewritten by swc: the list is read
// from the installed packages, never written by hand (docs/adr/0002-build-and-tests.md).
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const modules = join(__dirname, 'node_modules');
const names = readdirSync(modules).flatMap((entry) =>
  entry.startsWith('@') ? readdirSync(join(modules, entry)).map((name) => `${entry}/${name}`) : [entry],
);

function isEsModule(name) {
  const manifest = join(modules, name, 'package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
}

const swcrc = JSON.parse(readFileSync(join(__dirname, '.swcrc'), 'utf8'));

module.exports = {
  testEnvironment: '<rootDir>/test/support/environment.cjs',
  testEnvironmentOptions: { customExportConditions: ['imprimatur', 'require', 'node', 'node-addons', 'default'] },
  coverageProvider: 'v8',
  cacheDirectory: join(__dirname, '.cache/jest'),
  roots: [
    '<rootDir>/apps',
    '<rootDir>/libs',
    '<rootDir>/migrations',
    '<rootDir>/test',
    '<rootDir>/tools',
    '<rootDir>/demo',
  ],
  testMatch: ['**/*.spec.ts', '**/*.db-spec.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  maxWorkers: 2,
  testTimeout: 30_000,
  transform: {
    '^.+\\.(ts|js|mjs)$': ['@swc/jest', { ...swcrc, swcrc: false, exclude: undefined, sourceMaps: 'inline' }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/)?(?:${names.filter(isEsModule).join('|')})/)`],
};
