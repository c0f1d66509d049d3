import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '#access';
import { Sessions } from '#people';
import { RequestStrategy } from './request-strategy';

/** A bearer token of an integrator, or a session's secret presented by a program (the command line). */
@Injectable()
export class ApiTokenStrategy extends PassportStrategy(RequestStrategy, 'api-token') {
  constructor(private readonly sessions: Sessions) {
    super();
  }

  async validate(request: FastifyRequest): Promise<Actor | null> {
    const token = bearerOf(request.headers.authorization);
    return token === undefined ? null : ((await this.sessions.enter(token, request.id)) ?? null);
  }
}

/** The secret of an Authorization header; undefined where it holds none. */
export const bearerOf = (authorization = ''): string | undefined =>
  /^Bearer ([A-Za-z0-9_-]{32,200})$/.exec(authorization)?.[1];
