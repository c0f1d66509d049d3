import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What goes out: bytes under a type, and how long they stay what they are. */
export interface Answer {
  readonly type: string;
  readonly bytes: Buffer;
  /** What is named by what it holds, or can never become other, lasts for ever. */
  readonly lasts: 'for-ever' | 'a-moment';
  /** Hexadecimal; worked out when it is not known. */
  readonly sha256?: string;
  /** Headers of this answer alone. */
  readonly headers?: Readonly<Record<string, string>>;
}

const CACHING = { 'for-ever': 'public, max-age=31536000, immutable', 'a-moment': 'public, max-age=30' } as const;

/** Sends bytes under their hash: a reader who has them already is told so. */
export function answer(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  const { type, bytes, lasts, headers = {} } = answer;
  const etag = `"${answer.sha256 ?? createHash('sha256').update(bytes).digest('hex')}"`;
  reply.header('etag', etag).header('cache-control', CACHING[lasts]).headers(headers);
  if (isKnown(etag, request.headers['if-none-match'])) return reply.code(304).send();
  return reply.code(200).header('content-type', type).send(bytes);
}

/** Sends one of our own pages. */
export const answerPage = (request: FastifyRequest, reply: FastifyReply, html: string): FastifyReply =>
  answer(request, reply, { type: HTML, bytes: Buffer.from(html), lasts: 'a-moment' });

export const HTML = 'text/html; charset=utf-8';

/** Whether a reader names the tag (RFC 9110, 13.1.2: compared weakly). */
function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  const named = (ifNoneMatch ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  return named.includes(etag) || named.includes('*');
}

/** A page that says the same to everybody, made once. */
export interface FixedPage {
  readonly status: 404 | 405 | 500;
  readonly bytes: Buffer;
}

/** Sends a fixed page: status, headers and body never depend on what was asked for. */
export const answerFixed = (reply: FastifyReply, { status, bytes }: FixedPage): FastifyReply =>
  reply.code(status).header('content-type', HTML).header('cache-control', 'no-store').send(bytes);
