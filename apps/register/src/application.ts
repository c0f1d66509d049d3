import fastify, { type FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { randomUUID } from 'node:crypto';
import { PublishedLog, Releases } from '#register';
import { digestOf } from '#signing';
import { type FixedPage, answerFixed } from './answers';
import { readAssets } from './assets';
import { Pages } from './pages';
import { logRoutes } from './routes/log-routes';
import { releaseRoutes } from './routes/release-routes';
import { siteRoutes } from './routes/site-routes';
import type { RegisterParts, Site } from './site';

/**
 * The public site over its parts, not listening yet.
 *
 * INVARIANT (nothing_early): whatever is not there has one answer, the same in status, headers and body, for a release
 * before its hour, for one that does not verify, and for an address that nobody ever gave out.
 */
export async function createRegister(parts: RegisterParts): Promise<FastifyInstance> {
  const { transactions, trust, onFault } = parts;
  if (
    digestOf(JSON.parse(parts.officersFile)) !== digestOf(trust.officers) ||
    trust.officers.installation !== parts.installation
  )
    throw new Error('the officers’ file to be published is not the one that is believed');
  const publicUrl = new URL(parts.publicUrl).origin;
  const assets = readAssets();
  const pages = new Pages({
    installation: parts.installation,
    styles: assets.styles.path,
    seal: assets.seal.path,
  });
  const fixed = (status: FixedPage['status'], page: 'not-found' | 'read-only' | 'fault'): FixedPage => ({
    status,
    bytes: Buffer.from(pages.render(page, {})),
  });
  const site: Site = {
    releases: new Releases(transactions, trust, onFault),
    log: new PublishedLog(transactions, trust, onFault),
    pages,
    notFound: fixed(404, 'not-found'),
    parts: { ...parts, publicUrl },
  };
  const app = newServer();
  protect(app, publicUrl);
  refuseToWrite(app, fixed(405, 'read-only'));
  answerTheRest(app, site, fixed(500, 'fault'));
  releaseRoutes(app, site);
  logRoutes(app, site);
  siteRoutes(app, site, assets);
  await app.ready();
  return app;
}

/** Every address of the site is made of these. What is not, is led to an address where nothing is: one answer for all. */
const ADDRESS = /^\/[A-Za-z0-9._/-]{0,200}(\?.*)?$/s;

const newServer = (): FastifyInstance =>
  fastify({
    logger: false,
    trustProxy: false,
    genReqId: () => randomUUID(),
    bodyLimit: 1_024,
    requestTimeout: 10_000,
    routerOptions: { maxParamLength: 256 },
    rewriteUrl: ({ url = '' }) => (ADDRESS.test(url) ? url : '/nothing'),
  });

/** Headers that stand on every answer. Nothing runs, nothing is framed, nothing comes from elsewhere; everybody may read. */
function protect(app: FastifyInstance, publicUrl: string): void {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: publicUrl.startsWith('https:') ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
  app.addHook('onRequest', (request, reply, done) => {
    headers(request.raw, reply.raw, (error) => {
      done(error as Error | undefined);
    });
  });
  app.addHook('onRequest', async (_request, reply) => {
    // All of it is public and the same for everybody: whoever verifies elsewhere, in a browser too, may fetch it.
    reply.header('access-control-allow-origin', '*');
  });
}

/** The site only answers. Any other method has one answer, whatever the address. */
function refuseToWrite(app: FastifyInstance, page: FixedPage): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    return answerFixed(reply.header('allow', 'GET, HEAD'), page);
  });
}

function answerTheRest(app: FastifyInstance, { notFound, parts }: Site, fault: FixedPage): void {
  app.setNotFoundHandler((_request, reply) => answerFixed(reply, notFound));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    // What Fastify itself refuses is the asker's fault, and to them nothing is there.
    if (error.statusCode !== undefined && error.statusCode < 500) return answerFixed(reply, notFound);
    parts.onFault(request.id, [`${error.name}: ${error.message}`]);
    return answerFixed(reply, fault);
  });
}
