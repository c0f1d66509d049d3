// `npm run demo`: plays a whole release against the house that runs, or against one that it starts for the purpose.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOrExit, root } from './build.mjs';

buildOrExit();
const require = createRequire(import.meta.url);
const { USAGE, playDemo, readPlayOptions } = require('../dist/demo/play.js');
const { SETTING_NAMES, readSettings, urlOf } = require('../dist/tools/start/settings.js');

/** The house that `npm start` runs here with the same settings, if it runs and the demo world lives in it. */
async function runningHouse() {
  const { data, host, apiPort, publicUrl } = readSettings(process.env, root);
  const house = { api: urlOf(host, apiPort), register: publicUrl, world: join(data, 'world') };
  if (!existsSync(join(house.world, 'world.json'))) return undefined;
  const answers = await fetch(`${house.api}/api/health`).then(
    ({ ok }) => ok,
    () => false,
  );
  return answers ? house : undefined;
}

/** A house of its own in a temporary folder, on free ports, with the databases that come along. Can be stopped from the first moment. */
async function startHouse() {
  const data = mkdtempSync(join(tmpdir(), 'imprimatur-demo-'));
  const [apiPort, registerPort] = await freePorts(2);
  const own = {
    IMPRIMATUR_DATA: data,
    IMPRIMATUR_API_PORT: String(apiPort),
    IMPRIMATUR_REGISTER_PORT: String(registerPort),
    IMPRIMATUR_DEMO: '1',
  };
  // What is empty counts as not set, also where .env says something.
  const unset = Object.fromEntries(SETTING_NAMES.map((name) => [name, '']));
  const child = spawn(process.execPath, [join(root, 'dist/tools/start/main.js')], {
    cwd: root,
    // With npm's variable set it watches who started it, and ends when this process is gone (start/launcher.ts).
    env: { npm_lifecycle_event: 'demo', ...process.env, ...unset, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((settled) => child.once('close', settled));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  const at = (port) => urlOf('127.0.0.1', port);
  const house = { api: at(apiPort), register: at(registerPort), world: join(data, 'world') };
  return { house, stop, ready: readiness(child, ended) };
}

/** Answers when the supervisor says that it is ready; throws what it said when it ends before. */
function readiness(child, ended) {
  return new Promise((ready, failed) => {
    let said = '';
    const hear = (chunk) => {
      said += chunk;
      if (said.includes('\nReady.')) ready();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', failed);
    ended.then(() => failed(new Error(`the house did not start: ${said.trim().split('\n').at(-1) ?? ''}`)));
  });
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

async function main() {
  const options = readPlayOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  const { api, register, world } = options.named;
  const named = [api, register, world].filter((each) => each !== undefined).length;
  if (named > 0 && named < 3) throw new Error('--api, --register and --world are given together, or none of them');
  const running = named === 3 ? options.named : await runningHouse();
  if (running !== undefined) return playDemo(running, options);
  process.stderr.write('No demo world runs here: starting a house for it …\n');
  const { house, stop, ready } = await startHouse();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => void stop().then(() => process.exit(130)));
  }
  try {
    await ready;
    return await playDemo(house, options);
  } finally {
    await stop();
    process.stderr.write('The house that was started for it is stopped and gone.\n');
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`imprimatur: ${String(error.message).replaceAll(/\s*\n\s*/g, ' ')}\n`);
    process.exit(1);
  },
);
