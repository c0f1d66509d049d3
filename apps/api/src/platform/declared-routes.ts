import { PATH_METADATA } from '@nestjs/common/constants.js';
import { type INestApplication } from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { ROUTE_PERMISSION } from './permission';

/**
 * Refuses to start when a route does not declare its permission.
 *
 * INVARIANT (fail_closed): an undeclared route means no.
 */
export function requireDeclaredPermissions(app: INestApplication): void {
  const reflector = app.get(Reflector);
  const undeclared: string[] = [];
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype !== 'function') continue;
      for (const [name, handler] of handlersOf(metatype)) {
        if (reflector.getAllAndOverride(ROUTE_PERMISSION, [handler, metatype]) === undefined) {
          undeclared.push(`${metatype.name}.${name}`);
        }
      }
    }
  }
  if (undeclared.length > 0) {
    throw new Error(`these routes declare no permission: ${undeclared.join(', ')}; add @Permission(...)`);
  }
}

function handlersOf(controller: { prototype: object }): [string, () => unknown][] {
  return Object.getOwnPropertyNames(controller.prototype).flatMap((name): [string, () => unknown][] => {
    const value: unknown = Object.getOwnPropertyDescriptor(controller.prototype, name)?.value;
    return typeof value === 'function' && Reflect.hasMetadata(PATH_METADATA, value) && name !== 'constructor'
      ? [[name, value as () => unknown]]
      : [];
  });
}
