import { Body, Controller, Get, Headers, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '#access';
import { ProblemError, attachedSchema, attachmentMediaTypeSchema, idSchema, problemSchema } from '#contracts';
import { AttachFile, ReadAttachment, mediaTypeOf } from '#records';
import { CurrentActor } from './platform/actor';
import { namesTag } from './platform/entity-tag';
import { Permission } from './platform/permission';

const TYPES = attachmentMediaTypeSchema.options;

/** Files that belong to a document. Each stands under a mark of its own, its name included. */
@ApiTags('documents')
@Controller('documents/:id/attachments')
export class AttachmentsController {
  constructor(
    private readonly attaching: AttachFile,
    private readonly reads: ReadAttachment,
  ) {}

  /** Name and mark are words under a label, so they are headers: addresses are written into the logs of servers on the way. */
  @Post()
  @Permission({ scope: 'documents:write' })
  @ApiConsumes(...TYPES)
  @ApiBody({ schema: { type: 'string', format: 'binary' }, description: 'The bytes of the file' })
  @ApiHeader({ name: 'imprimatur-name', required: true, description: 'The name of the file, UTF-8, percent-encoded' })
  @ApiHeader({
    name: 'imprimatur-mark',
    required: true,
    description: 'The mark under which it stands, as (NS) or NATO SECRET, percent-encoded where it is not ASCII',
  })
  @ApiResponse({ status: 201, description: 'Attached', standardSchema: attachedSchema })
  @ApiResponse({ status: 422, description: 'Refused, with every reason', standardSchema: problemSchema })
  async attach(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Headers() headers: Readonly<Record<string, string | undefined>>,
    @Body() body: unknown,
  ): Promise<{ id: string; sha256: string }> {
    const mediaType = mediaTypeOf(headers['content-type']);
    if (mediaType === undefined || !Buffer.isBuffer(body))
      throw new ProblemError('unsupported-media-type', { detail: `send one of ${TYPES.join(', ')}` });
    const [name, mark] = [decoded(headers, 'imprimatur-name'), decoded(headers, 'imprimatur-mark')];
    return this.attaching.run(actor, id, { name, mark, mediaType, bytes: body });
  }

  @Get(':attachment')
  @Permission({ scope: 'documents:read' })
  @ApiProduces(...TYPES)
  @ApiResponse({
    status: 200,
    description: 'The bytes of the file',
    schema: { type: 'string', format: 'binary' },
  })
  @ApiResponse({ status: 404, description: 'Nothing that you may know of', standardSchema: problemSchema })
  async read(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Param('attachment', { schema: idSchema }) attachment: string,
    @Headers('if-none-match') known: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { name, mediaType, bytes, sha256 } = await this.reads.run(actor, id, attachment);
    const etag = `"${sha256}"`;
    void reply.header('etag', etag).header('vary', 'Authorization, Cookie');
    if (namesTag(known, etag)) {
      await reply.status(304).send();
      return;
    }
    await reply
      .header('content-type', mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType)
      .header('content-disposition', asAttachment(name))
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', "default-src 'none'; sandbox")
      .send(bytes);
  }
}

/** A header as it was meant: percent-encoded UTF-8. */
function decoded(headers: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = headers[name];
  if (value === undefined) throw new ProblemError('bad-request', { detail: `the header ${name} is missing` });
  try {
    return decodeURIComponent(value);
  } catch {
    throw new ProblemError('bad-request', { detail: `the header ${name} is not percent-encoded UTF-8` });
  }
}

/** To be kept, never shown by a browser; the name in ASCII, and as it is (RFC 6266, RFC 8187). */
function asAttachment(name: string): string {
  const plain = name.replace(/[^ !#-[\]-~]/gu, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
