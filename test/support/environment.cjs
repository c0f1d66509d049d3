// The environment of every test file: Jest's own for Node. What a worker pays anew for each file is paid once or given back;
// what a test sees is not touched. A file has its own context, and its own copy of every module, as without this.
const { AsyncLocalStorage } = require('node:async_hooks');
const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

/** What V8 made of a source, by the file's name: Jest compiles every module anew for every test file. */
const compiled = new Map();
const { compileFunction } = vm;

vm.compileFunction = (source, parameters, options) => {
  const filename = options?.filename;
  if (filename === undefined) return compileFunction(source, parameters, options);
  const known = compiled.get(filename);
  if (known !== undefined && known.source === source) {
    return compileFunction(source, parameters, { ...options, cachedData: known.data });
  }
  const made = compileFunction(source, parameters, { ...options, produceCachedData: true });
  if (made.cachedData !== undefined) compiled.set(filename, { source, data: made.cachedData });
  return made;
};

/**
 * The stores that a file has begun to use. Where Node keeps them by its hooks, each makes every later promise of the process
 * dearer until it is told to end, and Jest makes one for each file.
 */
const begun = new Set();
const { run } = AsyncLocalStorage.prototype;

AsyncLocalStorage.prototype.run = function (...given) {
  begun.add(this);
  return run.apply(this, given);
};

class WorkerEnvironment extends TestEnvironment {
  async teardown() {
    await super.teardown();
    for (const store of begun) store.disable();
    begun.clear();
  }
}

module.exports = WorkerEnvironment;
