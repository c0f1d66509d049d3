import type { FastifyInstance } from 'fastify';
import { ProblemError } from '#contracts';

/** An address of the api, and the methods that it answers to. */
interface KnownAddress {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/**
 * Tells a wrong method on an address that exists (405, with the right ones) from an address that does not (404). Which
 * addresses exist is no secret: the OpenAPI document lists them. Call it before the routes are made.
 */
export function refuseOtherMethods(fastify: FastifyInstance): void {
  const known = new Map<string, KnownAddress>();
  fastify.addHook('onRoute', ({ method, url }) => {
    if (url.includes('*')) return;
    const address = known.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const each of Array.isArray(method) ? method : [method]) address.methods.add(each);
    known.set(url, address);
  });
  fastify.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const path = request.url.split('?')[0] ?? '';
    const methods = [...known.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((each) => [...each.methods]);
    if (methods.length === 0) return;
    reply.header('allow', [...new Set(methods)].sort().join(', '));
    throw new ProblemError('method-not-allowed');
  });
}

const patternOf = (url: string): RegExp =>
  new RegExp(`^${url.replace(/[.]/g, '\\.').replace(/:[A-Za-z]+/g, '[^/]+')}$`);
