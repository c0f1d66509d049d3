import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ApiClient } from '#client';
import type { SignedStatement } from '#signing';
import { type Answer, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { countArgument, groupOf, withExamples } from '../command-group';
import { neutral } from '../neutral';
import { instrumentIn, readStatements } from '../statements';
import type { Terminal } from '../terminal';

interface SubmitOptions extends ApiOptions {
  readonly wait: number;
}

const POLL_MS = 250;

/** `instrument submit`: hands signed instruments to the registrar through the api, and waits for the registrar's word. */
export function registerInstrumentSubmit(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(program, 'instrument', 'statements of authority: persons, keys, seats, clearances, procedures');
  withExamples(
    speakingToApi(
      group
        .command('submit')
        .description('hand signed instruments in: 0 the registrar took them, 1 one was refused, 2 no word came')
        .argument('<file>', 'a signed instrument, or a list of them')
        .option('--wait <seconds>', "how long to wait for the registrar's word", countArgument, 30),
    ),
    'instrument submit holder.json',
  ).action(
    answering(io, (file: string, options: SubmitOptions) => {
      const { statements } = readStatements(io, file);
      for (const statement of statements) instrumentIn(file, statement);
      return asClient(options, terminal, (client) => submitAll(client, io, statements, options.wait));
    }),
  );
}

/** Hands them in and prints the registrar's word: one after the other, in the order of the file, a person before their key. */
export async function submitAll(
  client: ApiClient,
  io: CliIo,
  statements: readonly SignedStatement[],
  seconds: number,
): Promise<Answer> {
  let answer: Answer = 0;
  for (const statement of statements) {
    const id = await client.submitInstrument(statement);
    const { state, fault } = await settled(client, id, Date.now() + seconds * 1000);
    io.out(`${id}  ${state}${fault === null ? '' : `: ${neutral(fault)}`}`);
    if (state === 'refused') answer = 1;
    if (state === 'pending') return 2;
  }
  return answer;
}

async function settled(
  client: ApiClient,
  id: string,
  until: number,
): Promise<Awaited<ReturnType<ApiClient['instrumentState']>>> {
  for (;;) {
    const state = await client.instrumentState(id);
    if (state.state !== 'pending' || Date.now() >= until) return state;
    await pause(POLL_MS);
  }
}
