import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliIo, LARGEST_FILE, readUpTo } from '../../apps/cli/src/cli-io';
import { run } from '../../apps/cli/src/program';
import type { Terminal } from '../../apps/cli/src/terminal';

/** What a command said and answered. */
export interface Said {
  readonly out: string;
  readonly err: string;
  readonly code: 0 | 1 | 2 | undefined;
}

export interface Sitting {
  readonly environment?: Readonly<Record<string, string>>;
  /** What somebody types, answer by answer; without it nobody sits there. */
  readonly typed?: readonly string[];
  /** What is piped in. */
  readonly piped?: string;
}

/** Runs the command line in a folder of its own, as somebody who sits in front of it or as a script. */
export class TestConsole {
  readonly folder = mkdtempSync(join(tmpdir(), 'imprimatur-cli-'));

  async run(args: readonly string[], sitting: Sitting = {}): Promise<Said> {
    const [out, err]: [string[], string[]] = [[], []];
    let code: Said['code'];
    const io: CliIo = {
      out: (text) => out.push(text.endsWith('\n') ? text : `${text}\n`),
      err: (text) => err.push(text.endsWith('\n') ? text : `${text}\n`),
      readFile: (path) => readUpTo(path, LARGEST_FILE),
      writeFile: (path, bytes) => {
        writeFileSync(path, bytes);
      },
      exit: (noted) => {
        code = noted;
      },
    };
    await run(args, io, terminalOf(sitting));
    return { out: out.join(''), err: err.join(''), code };
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file of the folder: bytes and texts as they are, anything else as JSON. Answers its path. */
  file(name: string, content: unknown): string {
    const path = this.path(name);
    const plain = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(path, plain ? content : JSON.stringify(content), { mode: 0o600 });
    return path;
  }

  json(name: string): unknown {
    return JSON.parse(readFileSync(this.path(name), 'utf8'));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function terminalOf({ environment = {}, typed, piped = '' }: Sitting): Terminal {
  const answers = [...(typed ?? [])];
  const next = async (question: string): Promise<string> => {
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`nobody answers: ${question}`);
    return answer;
  };
  return {
    environment,
    keyboard: typed !== undefined,
    screen: typed !== undefined,
    ask: next,
    askSecret: next,
    input: async () => Buffer.from(piped),
  };
}
