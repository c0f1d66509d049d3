import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '#access';
import { ProblemError } from '#contracts';
import { Sessions } from '#people';
import { RequestStrategy } from './request-strategy';

export const SESSION_COOKIE = 'imprimatur_session';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** The console's cookie: a session in the database. A change that another site sent along with it is refused. */
@Injectable()
export class SessionCookieStrategy extends PassportStrategy(RequestStrategy, 'session-cookie') {
  constructor(private readonly sessions: Sessions) {
    super();
  }

  async validate(request: FastifyRequest): Promise<Actor | null> {
    const sid = request.cookies[SESSION_COOKIE];
    if (sid === undefined) return null;
    const actor = await this.sessions.enter(sid, request.id);
    if (actor?.kind !== 'session') return null;
    if (!SAFE_METHODS.includes(request.method) && fromElsewhere(request)) {
      throw new ProblemError('not-permitted', { detail: 'a change must come from the same site as the session' });
    }
    return actor;
  }
}

/** What browsers say of where a request comes from. A program that is no browser says nothing, and carries no cookie by accident. */
function fromElsewhere(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none';
  const { origin, host } = request.headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
