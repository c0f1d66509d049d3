import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CannotTell } from './answer';

/** Who sits in front of the command, and what they have set. Tests give one of their own. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether somebody can type. */
  readonly keyboard: boolean;
  /** Whether somebody sees what is printed. */
  readonly screen: boolean;
  /** The line that is typed as an answer. */
  ask(question: string): Promise<string>;
  /** The same, without showing what is typed. */
  askSecret(question: string): Promise<string>;
  /** Everything that is piped in. */
  input(): Promise<Buffer>;
}

const LARGEST_INPUT = 64 * 1024 * 1024;

/** The terminal of the process. Questions go to standard error, so that standard output stays an answer. */
export const processTerminal: Terminal = {
  environment: process.env,
  get keyboard() {
    return process.stdin.isTTY;
  },
  get screen() {
    return process.stdout.isTTY;
  },
  ask: (question) => askOn(process.stderr, question),
  askSecret: async (question) => {
    process.stderr.write(question);
    const answer = await askOn(new Silence(), '');
    process.stderr.write('\n');
    return answer;
  },
  input: async () => {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of process.stdin as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > LARGEST_INPUT) throw new CannotTell('what is piped in is too large');
      parts.push(part);
    }
    return Buffer.concat(parts);
  },
};

/** Takes what readline echoes and shows nothing of it. */
class Silence extends Writable {
  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
}

function askOn(output: NodeJS.WritableStream, question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  return new Promise((resolve, reject) => {
    let answered = false;
    // Ctrl-C and Ctrl-D are an answer too: no.
    reader.on('SIGINT', () => {
      reader.close();
    });
    reader.on('close', () => {
      if (answered) return;
      process.stderr.write('\n');
      reject(new CannotTell('stopped: nothing was done'));
    });
    reader.question(question, (answer) => {
      answered = true;
      reader.close();
      resolve(answer);
    });
  });
}
