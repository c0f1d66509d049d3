import { connect } from 'node:net';
import type { Transactions } from '#database';
import { trustFrom } from '#register';
import { createRegister } from '../../apps/register/src/application';

/** Where a test's site says that it is reached. */
export const PUBLIC_URL = 'https://register.example';

/** A register that listens, and everything that it complained of. */
export interface TestSite {
  readonly url: string;
  readonly faults: { readonly id: string; readonly faults: readonly string[] }[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  text(path: string): Promise<string>;
  /** The answer to a request as it is written, headers and all, without its date. For requests that no client would send. */
  raw(target: string, method?: string): Promise<string>;
  close(): Promise<void>;
}

export interface SiteParts {
  readonly transactions: Transactions;
  readonly officersFile: string;
  readonly installation: string;
}

export async function openSite({ transactions, officersFile, installation }: SiteParts): Promise<TestSite> {
  const faults: TestSite['faults'] = [];
  const app = await createRegister({
    transactions,
    officersFile,
    installation,
    trust: trustFrom(officersFile, installation),
    publicUrl: PUBLIC_URL,
    onFault: (id, found) => faults.push({ id, faults: found }),
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(url + path, { headers });
  return {
    url,
    faults,
    get,
    text: async (path) => (await get(path)).text(),
    raw: (target, method = 'GET') => rawAnswer(Number(new URL(url).port), method, target),
    close: () => app.close(),
  };
}

function rawAnswer(port: number, method: string, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`${method} ${target} HTTP/1.1\r\nHost: register.example\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(
        Buffer.concat(chunks)
          .toString('latin1')
          .replace(/^Date: .*\r\n/im, ''),
      );
    });
  });
}
