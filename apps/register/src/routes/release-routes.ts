import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ReleaseKey } from '#register';
import { sha256Hex } from '#signing';
import { answer, answerFixed, answerPage } from '../answers';
import { certificateView } from '../certificate-view';
import { entryView, releaseView } from '../release-view';
import type { Site } from '../site';

export const RELEASES_A_PAGE = 25;

/** How old the checks may be that the page of a certificate shows. */
const CHECKED_WITHIN_MS = 60_000;

const idSchema = z.string().regex(/^r-[0-9a-f]{20}$/);
const nameSchema = z.string().regex(/^[a-z][a-z0-9.-]{0,79}$/);

/** A page of the list begins before a release: its moment and its id, both public. */
const pageSchema = z.object({
  before: z
    .string()
    .max(60)
    .transform((text): ReleaseKey => {
      const [at = '', id = ''] = text.split('_');
      return { at, id };
    })
    .pipe(z.strictObject({ at: z.iso.datetime(), id: idSchema }))
    .optional(),
});

const pageHref = ({ at, id }: ReleaseKey): string => `/?before=${at}_${id}`;

/** The list, a release, its files and its certificate. */
export function releaseRoutes(app: FastifyInstance, { releases, pages, notFound, parts }: Site): void {
  app.get('/', async (request, reply) => {
    const query = pageSchema.safeParse(request.query);
    if (!query.success) return answerFixed(reply, notFound);
    const { before } = query.data;
    const page = await releases.page(before, RELEASES_A_PAGE);
    if (before !== undefined && page.releases.length === 0 && page.next === undefined)
      return answerFixed(reply, notFound);
    const html = pages.render('list', {
      entries: page.releases.map(entryView),
      older: page.next === undefined ? null : pageHref(page.next),
      isNewest: before === undefined,
    });
    return answerPage(request, reply, html);
  });

  app.get<{ Params: { id: string } }>('/releases/:id', async (request, reply) => {
    const id = idSchema.safeParse(request.params.id);
    const release = id.success ? await releases.byId(id.data) : undefined;
    if (release === undefined) return answerFixed(reply, notFound);
    return answerPage(request, reply, pages.render('release', releaseView(release)));
  });

  app.get<{ Params: { id: string } }>('/releases/:id/certificate', async (request, reply) => {
    const id = idSchema.safeParse(request.params.id);
    const release = id.success ? await releases.byId(id.data, CHECKED_WITHIN_MS) : undefined;
    if (release === undefined) return answerFixed(reply, notFound);
    return answerPage(request, reply, pages.render('certificate', certificateView(release, parts.publicUrl)));
  });

  app.get<{ Params: { id: string } }>('/releases/:id/certificate.json', async (request, reply) => {
    const id = idSchema.safeParse(request.params.id);
    const release = id.success ? await releases.byId(id.data) : undefined;
    if (release === undefined) return answerFixed(reply, notFound);
    return answer(request, reply, {
      type: 'application/json',
      bytes: Buffer.from(release.certificateText),
      lasts: 'for-ever',
      sha256: sha256Hex(release.certificateText),
      headers: { 'content-disposition': `attachment; filename="${release.id}-certificate.json"` },
    });
  });

  app.get<{ Params: { id: string; name: string } }>('/releases/:id/files/:name', async (request, reply) => {
    const [id, name] = [idSchema.safeParse(request.params.id), nameSchema.safeParse(request.params.name)];
    const file = id.success && name.success ? await releases.file(id.data, name.data) : undefined;
    if (file === undefined || id.data === undefined) return answerFixed(reply, notFound);
    const { type, disposition, policy } = servingOf(file.mediaType);
    return answer(request, reply, {
      type,
      bytes: file.bytes,
      lasts: 'for-ever',
      sha256: file.sha256,
      headers: {
        'content-disposition': `${disposition}; filename="${id.data}-${file.name}"`,
        'content-security-policy': policy,
      },
    });
  });
}

interface Serving {
  readonly type: string;
  readonly disposition: 'inline' | 'attachment';
  readonly policy: string;
}

const ALONE = "base-uri 'none';form-action 'none';frame-ancestors 'none'";
/** A rendition is a document of its own: it brings its style along and may do nothing. */
const SANDBOX = `default-src 'none';style-src 'unsafe-inline';${ALONE};sandbox`;
/** Browsers show PDF in a viewer of theirs, which takes the policy for its own: it needs an object, and dies in a sandbox. */
const PDF_VIEWER = `default-src 'none';object-src 'self';style-src 'unsafe-inline';${ALONE}`;

/** Pages and PDF are shown; what programs read is saved. A type that is not known here is bytes. */
function servingOf(mediaType: string): Serving {
  switch (mediaType) {
    case 'text/html; charset=utf-8':
      return { type: mediaType, disposition: 'inline', policy: SANDBOX };
    case 'application/pdf':
      return { type: mediaType, disposition: 'inline', policy: PDF_VIEWER };
    case 'text/csv':
    case 'application/json':
      return { type: mediaType, disposition: 'attachment', policy: SANDBOX };
    default:
      return { type: 'application/octet-stream', disposition: 'attachment', policy: SANDBOX };
  }
}
