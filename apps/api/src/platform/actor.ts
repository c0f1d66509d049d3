import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '#access';
import { ProblemError } from '#contracts';

/** A request after authentication. */
export type AuthenticatedRequest = FastifyRequest & { user?: Actor };

/** The actor of the request. A route without one is a bug, and answers no. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (user === undefined) throw new ProblemError('not-signed-in');
  return user;
});
