#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { CliIo } from './cli-io';
import { registerBind } from './commands/bind';
import { registerLabel } from './commands/label';
import { registerSpif } from './commands/spif';
import { registerVerifyBinding } from './commands/verify-binding';

const io: CliIo = {
  out: (text) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
  err: (text) => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
  readFile: (path) => readFileSync(path),
  writeFile: (path, bytes) => {
    writeFileSync(path, bytes);
  },
  exit: (code) => {
    process.exitCode = code;
  },
};
const program = new Command('imprimatur');
for (const register of [registerSpif, registerLabel, registerBind, registerVerifyBinding]) register(program, io);
program.parse();
