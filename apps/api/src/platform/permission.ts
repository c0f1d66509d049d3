import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { SCOPES } from '#contracts';

/** What a token may be limited to. A signed-in session has every scope. */
export type Scope = (typeof SCOPES)[number];

/**
 * `public`: open to anyone. Otherwise a session or a token with the scope; the instance is decided by the use case.
 * `entersWithItsWork`: the use case takes an entrance and asks who it is together with its first question, so that one packet serves both.
 */
export type RoutePermission = 'public' | { readonly scope: Scope; readonly entersWithItsWork?: true };

export const ROUTE_PERMISSION = 'imprimatur:route-permission';

/** Declares who may reach a route. INVARIANT (fail_closed): the process does not start with a route that declares nothing. */
export const Permission = (permission: RoutePermission): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(ROUTE_PERMISSION, permission),
    ...(permission === 'public' ? [] : [ApiSecurity('session-cookie'), ApiSecurity('api-token', [permission.scope])]),
  );
