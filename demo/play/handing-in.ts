import { setTimeout as pause } from 'node:timers/promises';
import type { SignedStatement } from '#signing';
import { Deviation } from './deviation';
import type { Play } from './play';

const PATIENCE_MS = 20_000;

/** Hands an instrument in and waits for what the registrar makes of it. */
export async function handedIn(
  { cast }: Play,
  statement: SignedStatement,
): Promise<{ state: string; fault: string | null }> {
  const { client } = await cast.as('registry-officer.one');
  const id = await client.submitInstrument(statement);
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const { state, fault } = await client.instrumentState(id);
    if (state !== 'pending') return { state, fault };
    if (Date.now() > until) throw new Deviation('an answer of the registrar', 'none in time');
    await pause(100);
  }
}
