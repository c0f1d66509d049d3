import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { PROBLEMS, type Problem } from '#contracts';

/**
 * Answers what never became a request, because Node could not read it: an address or headers without end, or no HTTP at all. As
 * everything else it is problem+json; the connection ends with it.
 */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'too-large' : 'bad-request';
  const { status, title } = PROBLEMS[code];
  const requestId = randomUUID();
  const problem: Problem = { type: `urn:imprimatur:problem:${code}`, title, status, code, requestId };
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${String(status)} ${status === 413 ? 'Content Too Large' : 'Bad Request'}`,
    'content-type: application/problem+json',
    `content-length: ${String(Buffer.byteLength(body))}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
