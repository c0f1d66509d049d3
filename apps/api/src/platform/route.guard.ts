import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Actor } from '#access';
import { Refusals } from '#audit';
import { ProblemError, idSchema } from '#contracts';
import type { Entrance } from '#database';
import { Sessions } from '#people';
import { bearerOf } from '../strategies/api-token.strategy';
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
    private readonly sessions: Sessions,
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
    const secret = permission.entersWithItsWork === true ? soleSecret(request) : undefined;
    if (secret !== undefined) {
      request.entrance = this.guarded(request, this.sessions.entranceOf(secret, request.id), permission.scope);
      return true;
    }
    try {
      await super.canActivate(context);
      const actor = requireScope(request.user, permission.scope);
      request.entrance = this.sessions.entranceFor(actor);
      return true;
    } catch (error) {
      if (error instanceof ProblemError) await this.recordRefusal(request, error);
      throw error;
    }
  }

  /**
   * A way in at which the guard stands: who comes in has the scope, or is turned away and recorded as at the door.
   *
   * INVARIANT (fail_closed): the work knows nobody whom the guard has not let in.
   */
  private guarded(request: AuthenticatedRequest, entrance: Entrance<Actor>, scope: Scope): Entrance<Actor> {
    return {
      within: async (work) => {
        let turnedAway: ProblemError | undefined;
        const admit = async (entering: Promise<Actor>): Promise<Actor> => {
          try {
            return requireScope((request.user = await entering), scope);
          } catch (error) {
            if (error instanceof ProblemError) turnedAway = error;
            throw error;
          }
        };
        try {
          return await entrance.within((tx, entering) => work(tx, admit(entering)));
        } catch (error) {
          if (turnedAway !== undefined) await this.recordRefusal(request, turnedAway);
          throw error;
        }
      },
    };
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

function requireScope(actor: Actor | undefined, scope: Scope): Actor {
  if (actor === undefined) throw new ProblemError('not-signed-in');
  if (actor.scopes === null || actor.scopes.includes(scope)) return actor;
  throw new ProblemError('outside-scope', {
    reasons: [{ code: 'scope', rule: 'token-scope', need: scope, have: actor.scopes.join(' ') }],
  });
}

/**
 * The secret by which a request may enter with its work: a bearer's where it is the only credential, and where nothing of the address
 * can be refused, so that whoever is nobody is told that before anything else. Undefined where the strategies have to look.
 */
function soleSecret({ headers, params, query }: AuthenticatedRequest): string | undefined {
  const isPlain =
    Object.keys(query as object).length === 0 &&
    Object.values(params as object).every((value) => idSchema.safeParse(value).success);
  return isPlain && headers.cookie === undefined ? bearerOf(headers.authorization) : undefined;
}
