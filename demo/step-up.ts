import { setTimeout as pause } from 'node:timers/promises';
import { ApiProblem, type ApiClient } from '#client';
import { oneTimeCode } from '#people';

const STEP = 30_000;

/**
 * Gives a code as its holder's app would show it. A code counts once: where this one was used already, by a start or a demo just
 * before, that of the next step is given, and then there is nothing but to wait for it.
 */
export async function stepUp(client: ApiClient, secret: string): Promise<void> {
  for (const later of [0, STEP]) if (await accepted(client, oneTimeCode(secret, new Date(Date.now() + later)))) return;
  await pause(STEP + 1_000);
  await client.stepUp(oneTimeCode(secret, new Date(Date.now() + STEP)));
}

async function accepted(client: ApiClient, code: string): Promise<boolean> {
  try {
    await client.stepUp(code);
    return true;
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.code === 'wrong-code') return false;
    throw error;
  }
}
