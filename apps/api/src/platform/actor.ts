import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '#access';
import { ProblemError } from '#contracts';
import type { Entrance } from '#database';

/** A request after authentication: with the actor, and with the way in that a use case may take instead. */
export type AuthenticatedRequest = FastifyRequest & { user?: Actor; entrance?: Entrance<Actor> };

/** The actor of the request. A route without one is a bug, and answers no. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (user === undefined) throw new ProblemError('not-signed-in');
  return user;
});

/** The way in of whoever asks. A route without one is a bug, and answers no. */
export const CurrentEntrance = createParamDecorator((_data: unknown, context: ExecutionContext): Entrance<Actor> => {
  const { entrance } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (entrance === undefined) throw new ProblemError('not-signed-in');
  return entrance;
});
