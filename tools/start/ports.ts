import { createServer } from 'node:net';
import type { Settings } from './settings';

/** Throws one line when something else listens where the api or the register would. */
export async function requireFreePorts({ host, apiPort, registerPort }: Settings): Promise<void> {
  await requireFree(host, apiPort, 'IMPRIMATUR_API_PORT');
  await requireFree(host, registerPort, 'IMPRIMATUR_REGISTER_PORT');
}

async function requireFree(host: string, port: number, variable: string): Promise<void> {
  const server = createServer();
  const code = await new Promise<string | undefined>((answer) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      answer(error.code ?? error.message);
    });
    server.listen(port, host, () => {
      server.close(() => {
        answer(undefined);
      });
    });
  });
  if (code === undefined) return;
  throw new Error(
    code === 'EADDRINUSE'
      ? `port ${String(port)} on ${host} is busy: stop what uses it, or set ${variable} to another port`
      : code === 'EACCES'
        ? `port ${String(port)} may not be used by this account: set ${variable} to one above 1023`
        : `nothing can listen on ${host} (${code}): set IMPRIMATUR_HOST to an address of this machine`,
  );
}
