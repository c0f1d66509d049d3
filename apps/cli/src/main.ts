#!/usr/bin/env node
import { processIo } from './cli-io';
import { run } from './program';
import { processTerminal } from './terminal';

// A reader that has seen enough (`imprimatur events | head`) is no fault.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });

void run(process.argv.slice(2), processIo, processTerminal);
