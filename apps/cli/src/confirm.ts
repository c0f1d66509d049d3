import { CannotTell, No } from './answer';
import type { Terminal } from './terminal';

/** Asks whether to sign what was just shown. Throws unless the answer is yes; without somebody to ask, only `--yes` is one. */
export const confirmSigning = (terminal: Terminal, yes: boolean | undefined): Promise<void> =>
  confirm(terminal, yes, {
    question: 'Sign this? [y/N] ',
    nobody: 'nothing was signed: nobody can be asked here; read what is signed and give --yes',
    no: 'nothing was signed',
  });

/** The same of a read-in that was just shown. */
export const confirmAcknowledging = (terminal: Terminal, yes: boolean | undefined): Promise<void> =>
  confirm(terminal, yes, {
    question: 'Do you acknowledge this? [y/N] ',
    nobody: 'nothing was acknowledged: nobody can be asked here; read what is read in and give --yes',
    no: 'nothing was acknowledged',
  });

async function confirm(
  terminal: Terminal,
  yes: boolean | undefined,
  { question, nobody, no }: { readonly question: string; readonly nobody: string; readonly no: string },
): Promise<void> {
  if (yes === true) return;
  if (!terminal.keyboard || !terminal.screen) throw new CannotTell(nobody);
  const answer = await terminal.ask(question);
  if (!/^\s*(y|yes)\s*$/i.test(answer)) throw new No(no);
}
