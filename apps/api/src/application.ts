import fastifyCookie from '@fastify/cookie';
import { ConsoleLogger, StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import helmet from 'helmet';
import { randomUUID } from 'node:crypto';
import { attachmentMediaTypeSchema } from '#contracts';
import { LARGEST_ATTACHMENT } from '#records';
import { ApiModule, type ApiParts } from './api.module';
import { describeApi } from './openapi';
import { requireDeclaredPermissions } from './platform/declared-routes';
import { refuseOtherMethods } from './platform/other-methods';
import { ProblemFilter } from './platform/problem.filter';
import { answerUnreadable } from './platform/unreadable-requests';

/** The largest body that is read, in bytes. An imported document may be this large. */
export const BODY_LIMIT = 4 * 1024 * 1024;

/**
 * What is longer is refused before it is read, in bytes: search words are few, and a set of rules that does not fit into an instrument
 * can never be signed.
 */
const BODY_LIMITS: Readonly<Record<string, number>> = {
  '/api/search': 16 * 1024,
  '/api/cases/search': 16 * 1024,
  '/api/rules/check': 256 * 1024,
  '/api/rules/preview': 256 * 1024,
};

const SAFE_HEADERS = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
    },
  },
});

/** The HTTP application over its parts, ready to listen or to be asked with `inject`. */
export async function createApi(parts: ApiParts): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: false,
    // A request id of our own: one from outside could carry words into the record.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: 1_000 },
    // Fastify answers an address that cannot be decoded by itself, past every hook: it is led to where nothing is.
    rewriteUrl: ({ url = '' }) => (isDecodable(url) ? url : '/nothing'),
    clientErrorHandler: answerUnreadable,
  });
  const logger = new ConsoleLogger({ json: true, logLevels: ['warn', 'error', 'fatal'] });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.over(parts), adapter, {
    logger,
    abortOnError: false,
  });
  await app.register(fastifyCookie);
  const fastify = adapter.getInstance();
  // Before anything else: they stand on refusals as well.
  fastify.addHook('onRequest', (request, reply, done) => {
    SAFE_HEADERS(request.raw, reply.raw, (error) => {
      done(error as Error | undefined);
    });
  });
  refuseOtherMethods(fastify);
  fastify.addHook('onRoute', (route) => {
    const limit = BODY_LIMITS[route.url];
    if (limit !== undefined) route.bodyLimit = limit;
  });
  for (const type of attachmentMediaTypeSchema.options) {
    const bodyLimit = Math.max(BODY_LIMIT, LARGEST_ATTACHMENT);
    fastify.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit }, (_request, body, done) => {
      done(null, body);
    });
  }
  fastify.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  app.setGlobalPrefix('api');
  app.useGlobalPipes(new StandardSchemaValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  requireDeclaredPermissions(app);
  describeApi(app);
  await app.init();
  // Nest reads forms unasked. A page elsewhere can send one; nothing here takes one.
  fastify.removeContentTypeParser('application/x-www-form-urlencoded');
  await fastify.ready();
  return app;
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}
