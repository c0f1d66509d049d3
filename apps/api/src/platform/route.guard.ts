import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Actor } from '#access';
import { Refusals } from '#audit';
import { ProblemError } from '#contracts';
import type { AuthenticatedRequest } from './actor';
import { ROUTE_PERMISSION, type RoutePermission, type Scope } from './permission';

/** The passport strategies that may authenticate a request: the session cookie, then the bearer token. */
const Authenticated = AuthGuard(['session-cookie', 'api-token']);

/**
 * Lets a request through only with the actor and the scope that its route declares.
 *
 * INVARIANT (fail_closed): no declaration, no strategy that succeeded or a missing scope means no.
 */
@Injectable()
export class RouteGuard extends Authenticated implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly refusals: Refusals,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const permission = this.reflector.getAllAndOverride<RoutePermission | undefined>(ROUTE_PERMISSION, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (permission === undefined) throw new ProblemError('not-found');
    if (permission === 'public') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    try {
      await super.canActivate(context);
      requireScope(request.user, permission.scope);
      return true;
    } catch (error) {
      if (error instanceof ProblemError) await this.recordRefusal(request, error);
      throw error;
    }
  }

  /** Who is turned away at the door is on the record too: the route that was asked, never its parameters. */
  private async recordRefusal(request: AuthenticatedRequest, { code }: ProblemError): Promise<void> {
    const details = { problem: code, route: `${request.method} ${request.routeOptions.url ?? ''}` };
    await this.refusals.record(request.user ?? { requestId: request.id }, { action: 'request.refused', details });
  }

  /** What the strategies answered. An error inside one of them is an error, never a way in. */
  override handleRequest<User = Actor>(error: unknown, user: User | false | null | undefined): User {
    if (error instanceof Error) throw error;
    if (error !== null && error !== undefined) throw new ProblemError('internal-error');
    if (user === null || user === undefined || user === false) throw new ProblemError('not-signed-in');
    return user;
  }
}

function requireScope(actor: Actor | undefined, scope: Scope): void {
  if (actor === undefined) throw new ProblemError('not-signed-in');
  if (actor.scopes === null || actor.scopes.includes(scope)) return;
  throw new ProblemError('outside-scope', {
    reasons: [{ code: 'scope', rule: 'token-scope', need: scope, have: actor.scopes.join(' ') }],
  });
}
