import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEMS, type Problem, type ProblemCode, ProblemError, type Reason } from '#contracts';
import { DatabaseUnavailable, ForeignCursor, NotCommitted } from '#database';

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'bad-request',
  401: 'not-signed-in',
  403: 'not-permitted',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  413: 'too-large',
  415: 'unsupported-media-type',
  422: 'refused',
  429: 'too-many-requests',
  503: 'unavailable',
};

/** Prints every error as problem+json (RFC 9457), in one place. What is unexpected says nothing of itself outside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('api');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = this.problemOf(error, request.id);
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json')
      .header('cache-control', 'no-store')
      .send(problem);
  }

  /** The problem of any error. */
  problemOf(error: unknown, requestId: string): Problem {
    if (error instanceof ProblemError) {
      if (error.code === 'record-unavailable') this.log(requestId, error.cause);
      return problem(error.code, requestId, error.extra);
    }
    // INVARIANT (no_silent_read): a record that was not committed was not written.
    if (error instanceof NotCommitted) {
      this.log(requestId, error.cause);
      return problem('record-unavailable', requestId);
    }
    if (error instanceof DatabaseUnavailable) {
      this.log(requestId, error.cause);
      return problem('unavailable', requestId);
    }
    if (error instanceof ForeignCursor) return problem('bad-request', requestId, { detail: error.message });
    if (error instanceof HttpException) {
      return problem(BY_STATUS[error.getStatus()] ?? 'internal-error', requestId, validationOf(error));
    }
    const status = (error as { statusCode?: unknown }).statusCode;
    if (typeof status === 'number' && status >= 400 && status < 500) {
      return problem(BY_STATUS[status] ?? 'bad-request', requestId);
    }
    this.log(requestId, error);
    return problem('internal-error', requestId);
  }

  private log(requestId: string, error: unknown): void {
    this.logger.error(`${requestId} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

function problem(code: ProblemCode, requestId: string, extra: ProblemError['extra'] = {}): Problem {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:imprimatur:problem:${code}`,
    title,
    status,
    code,
    requestId,
    ...(extra.detail === undefined ? {} : { detail: extra.detail }),
    ...(extra.reasons === undefined ? {} : { reasons: [...extra.reasons] }),
    ...(extra.faults === undefined ? {} : { faults: extra.faults }),
  };
}

/** The validation pipe's messages as reasons; they repeat names of fields, never what was sent. */
function validationOf(error: HttpException): ProblemError['extra'] {
  if (error.getStatus() !== 400) return {};
  const body = error.getResponse();
  const messages = typeof body === 'object' && 'message' in body ? body.message : undefined;
  const list = Array.isArray(messages) ? messages : [messages];
  const reasons = list
    .filter((message): message is string => typeof message === 'string')
    .map((message): Reason => ({ code: 'invalid-field', rule: 'schema', need: message, have: 'something else' }));
  return reasons.length === 0 ? {} : { reasons };
}
