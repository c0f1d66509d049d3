import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of an answer on its way: its bytes, by the path that was asked. */
export type Tampering = (path: string, body: Buffer) => Buffer;

/** A server between a client and the api that changes answers, as a captured api would. */
export class TamperingProxy {
  readonly asked: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async before(api: string, tamper: Tampering): Promise<TamperingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new TamperingProxy(server, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    server.on('request', (request, response) => {
      void forward(api, request).then(({ status, type, body }) => {
        const path = request.url ?? '';
        proxy.asked.push(`${request.method ?? ''} ${path}`);
        response.writeHead(status, { 'content-type': type }).end(tamper(path, body));
      });
    });
    return proxy;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function forward(api: string, request: IncomingMessage): Promise<{ status: number; type: string; body: Buffer }> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const { authorization, 'content-type': type } = request.headers;
  const response = await fetch(`${api}${request.url ?? ''}`, {
    method: request.method ?? 'GET',
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(type === undefined ? {} : { 'content-type': type }),
    },
    ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? 'application/octet-stream',
    body: Buffer.from(await response.arrayBuffer()),
  };
}
