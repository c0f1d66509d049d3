import { CannotTell, No } from './answer';
import type { Terminal } from './terminal';

/** Asks whether to sign what was just shown. Throws unless the answer is yes; without somebody to ask, only `--yes` is one. */
export async function confirmSigning(terminal: Terminal, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (!terminal.keyboard || !terminal.screen)
    throw new CannotTell('nothing was signed: nobody can be asked here; read what is signed and give --yes');
  const answer = await terminal.ask('Sign this? [y/N] ');
  if (!/^\s*(y|yes)\s*$/i.test(answer)) throw new No('nothing was signed');
}
