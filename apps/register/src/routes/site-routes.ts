import type { FastifyInstance } from 'fastify';
import { answer, answerFixed, answerPage } from '../answers';
import type { Asset } from '../assets';
import { checkingView } from '../checking-view';
import { atomFeed } from '../feed';
import type { Site } from '../site';

const RELEASES_IN_FEED = 30;

/** The feed, how to check, the officers' file, health, and the site's own files. */
export function siteRoutes(
  app: FastifyInstance,
  site: Site,
  assets: { readonly styles: Asset; readonly seal: Asset },
): void {
  const { releases, pages, notFound, parts } = site;
  const { trust, officersFile, publicUrl } = parts;
  const checking = pages.render('checking', checkingView(trust, officersFile, publicUrl));

  app.get('/feed.atom', async (request, reply) => {
    const page = await releases.page(undefined, RELEASES_IN_FEED);
    return answer(request, reply, {
      type: 'application/atom+xml; charset=utf-8',
      bytes: Buffer.from(atomFeed(page.releases, parts)),
      lasts: 'a-moment',
    });
  });

  app.get('/checking', async (request, reply) => answerPage(request, reply, checking));

  app.get('/officers.json', async (request, reply) =>
    answer(request, reply, { type: 'application/json', bytes: Buffer.from(officersFile), lasts: 'a-moment' }),
  );

  app.get('/health', async (_request, reply) => {
    await parts.transactions.asDuty((tx) => tx.rows('SELECT 1'));
    return reply.header('cache-control', 'no-store').send({ status: 'ok' });
  });

  app.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
    const asset = Object.values(assets).find(({ name }) => name === request.params.name);
    if (asset === undefined) return answerFixed(reply, notFound);
    const { type, bytes, sha256 } = asset;
    return answer(request, reply, { type, bytes, sha256, lasts: 'for-ever' });
  });
}
