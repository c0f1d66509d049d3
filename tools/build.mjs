// Builds when, and only when, something changed since the last build. Plain JavaScript: it runs before anything is compiled.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const STAMP = '.build.json';
const TESTS = /[.](db-)?spec[.]ts$/;

/**
 * Compiles the checkout into `dist` when a source was changed, added or deleted, or the installed packages changed. The
 * script `build` of package.json says how; its output is swapped in whole, so nothing of a deleted source lingers and
 * nobody sees half a build. Throws one line that says what to do.
 *
 * @param {{ folder?: string, onBuild?: () => void }} [options] another checkout; what to call before the work begins
 * @returns {boolean} whether it built
 */
export function buildIfNeeded({ folder = root, onBuild } = {}) {
  const { script, compiler } = howToBuild(folder);
  const stamp = fingerprint(folder, script);
  if (isBuilt(folder, stamp)) return false;
  onBuild?.();
  const fresh = join(folder, '.cache', `build-${process.pid}`);
  try {
    mkdirSync(fresh, { recursive: true });
    sweep(join(folder, '.cache'));
    compile(folder, script, compiler, fresh);
    writeFileSync(join(fresh, STAMP), JSON.stringify({ stamp }));
    swapIn(folder, fresh, stamp);
  } catch (error) {
    const { code, path } = error;
    throw code === undefined
      ? error
      : new Error(`cannot write to ${path ?? folder} (${code}): make the checkout writable`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return true;
}

/** The same for a program: says so on the error output, and ends with 1 and one line when it cannot be built. */
export function buildOrExit() {
  try {
    buildIfNeeded({ onBuild: () => process.stderr.write('Building …\n') });
  } catch (error) {
    process.stderr.write(`imprimatur: ${error.message}\n`);
    process.exit(1);
  }
}

/** Where a compiled file lies, as something `import` takes. */
export const compiled = (path) => pathToFileURL(join(root, 'dist', path)).href;

function howToBuild(folder) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  // require() of ES modules came with these.
  if (major < 20 || (major === 20 && minor < 19) || (major === 22 && minor < 13))
    throw new Error(`Node ${process.versions.node} is too old: use 20.19, 22.13 or 24.11, or later in each line`);
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const script = scripts.build.split(' ');
  const compiler = join(folder, 'node_modules/@swc/cli/bin/swc.js');
  if (!existsSync(compiler)) throw new Error('the packages are not installed: run npm ci first');
  return { script, compiler };
}

function isBuilt(folder, stamp) {
  try {
    return JSON.parse(readFileSync(join(folder, 'dist', STAMP), 'utf8')).stamp === stamp;
  } catch {
    // No stamp, or one that cannot be read: not a build of ours.
    return false;
  }
}

/** Names, sizes and times of everything that goes into a build. */
function fingerprint(folder, script) {
  const hash = createHash('sha256');
  const note = (path) => {
    const { size, mtimeMs } = statSync(join(folder, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  };
  for (const file of ['.swcrc', 'package.json', 'package-lock.json']) if (existsSync(join(folder, file))) note(file);
  for (const source of sourcesOf(script)) {
    for (const path of existsSync(join(folder, source)) ? filesUnder(folder, source) : []) note(path);
  }
  return hash.digest('hex');
}

const sourcesOf = (script) =>
  script.slice(
    1,
    script.findIndex((word) => word.startsWith('-')),
  );

function filesUnder(folder, path) {
  return readdirSync(join(folder, path), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory()) return filesUnder(folder, below);
      return entry.isFile() && !TESTS.test(entry.name) ? [below] : [];
    });
}

function compile(folder, script, compiler, target) {
  const words = script.slice(1).map((word) => (word === 'dist' ? target : word));
  const { status, error, stderr, stdout } = spawnSync(process.execPath, [compiler, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return;
  const said = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim());
  const why = error?.message ?? said.find((line) => line !== '') ?? 'no reason given';
  throw new Error(`the build failed (${why}): npm run build shows all of it`);
}

/** Removes what builds left behind that were killed. */
function sweep(cache) {
  for (const name of readdirSync(cache)) {
    const pid = Number(/^(?:build|old)-(\d+)$/.exec(name)?.[1]);
    if (!(pid > 0) || pid === process.pid || runs(pid)) continue;
    try {
      rmSync(join(cache, name), { recursive: true, force: true });
    } catch {
      // The compiler of a killed build may still be writing: the next build removes it.
    }
  }
}

function runs(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Two builds at once: who comes second finds the same build in place and leaves it there. */
function swapIn(folder, fresh, stamp) {
  const [target, old] = [join(folder, 'dist'), join(folder, '.cache', `old-${process.pid}`)];
  for (let attempt = 1; !isBuilt(folder, stamp); attempt += 1) {
    try {
      if (existsSync(target)) renameSync(target, old);
      renameSync(fresh, target);
    } catch (error) {
      if (attempt === 5) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}
