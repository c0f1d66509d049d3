import { CannotTell } from './answer';
import type { Terminal } from './terminal';

/** Words to look for: named, typed or piped in, so that they need not be seen by everybody on the machine. */
export async function wordsOf(terminal: Terminal, words: readonly string[]): Promise<string> {
  const given = terminal.keyboard
    ? () => terminal.ask('Words: ')
    : async () => (await terminal.input()).toString('utf8');
  const text = (words.length > 0 ? words.join(' ') : await given()).trim();
  if (text === '') throw new CannotTell('name the words to look for, type them, or pipe them in');
  return text;
}
