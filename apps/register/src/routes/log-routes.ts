import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  type PublicLeaves,
  type consistencySchema,
  publicConsistencyQuerySchema,
  publicLeavesQuerySchema,
} from '#contracts';
import { answer, answerFixed, answerPage } from '../answers';
import { logView } from '../log-view';
import type { Site } from '../site';

const LEAVES_AT_ONCE = 500;
const ENTRIES_A_PAGE = 50;

const pageSchema = z.object({
  before: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number)
    .optional(),
});

/** The public log: for people, and for those who keep a copy of it. */
export function logRoutes(app: FastifyInstance, { releases, log, pages, notFound, parts }: Site): void {
  app.get('/log', async (request, reply) => {
    const query = pageSchema.safeParse(request.query);
    if (!query.success) return answerFixed(reply, notFound);
    const { before } = query.data;
    const newest = await log.newest();
    const size = newest.state?.treeSize ?? 0;
    if (!newest.ok || (before !== undefined && before > size)) return answerFixed(reply, notFound);
    const end = before ?? size;
    const first = Math.max(0, end - ENTRIES_A_PAGE);
    const shown = await log.leavesFrom(first, end - first);
    if (shown === undefined) return answerFixed(reply, notFound);
    const heads = await releases.atLeaves(shown.leaves.map(({ index }) => index));
    const page = { first, isNewest: before === undefined, publicUrl: parts.publicUrl };
    return answerPage(request, reply, pages.render('log', logView(shown, heads, page)));
  });

  app.get('/log/checkpoint', async (request, reply) => {
    const { state } = await log.newest();
    if (state === undefined) return answerFixed(reply, notFound);
    return answer(request, reply, {
      type: 'text/plain; charset=utf-8',
      bytes: Buffer.from(state.note),
      lasts: 'a-moment',
    });
  });

  app.get('/log/leaves', async (request, reply) => {
    const query = publicLeavesQuerySchema.safeParse(request.query);
    const found = query.success ? await log.leavesFrom(query.data.first, LEAVES_AT_ONCE) : undefined;
    const treeSize = found?.state?.treeSize ?? 0;
    if (found === undefined || !query.success || query.data.first > treeSize) return answerFixed(reply, notFound);
    const body: PublicLeaves = { treeSize, leaves: found.leaves.map(({ index, leaf }) => ({ index, leaf })) };
    return answer(request, reply, {
      type: 'application/json',
      bytes: Buffer.from(JSON.stringify(body)),
      lasts: 'a-moment',
    });
  });

  app.get('/log/consistency', async (request, reply) => {
    const query = publicConsistencyQuerySchema.safeParse(request.query);
    const proof = query.success ? await log.consistency(query.data.first, query.data.second) : undefined;
    if (proof === undefined || !query.success) return answerFixed(reply, notFound);
    const { first, second } = query.data;
    const body: z.output<typeof consistencySchema> = { first, second, proof };
    return answer(request, reply, {
      type: 'application/json',
      bytes: Buffer.from(JSON.stringify(body)),
      // What two sizes have in common never changes again.
      lasts: 'for-ever',
    });
  });
}
