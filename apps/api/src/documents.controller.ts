import { Body, Controller, Get, Header, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Actor } from '#access';
import {
  type DocumentListView,
  type DocumentView,
  type DocumentsQuery,
  ProblemError,
  documentListSchema,
  documentSchema,
  documentsQuerySchema,
  idSchema,
  importedSchema,
  problemSchema,
} from '#contracts';
import type { Entrance } from '#database';
import { ImportDocument, type Imported, ListDocuments, ReadDocument } from '#records';
import { CurrentActor, CurrentEntrance } from './platform/actor';
import { namesTag } from './platform/entity-tag';
import { Permission } from './platform/permission';

const versionQuerySchema = z.strictObject({ version: z.coerce.number().int().min(1).optional() });

/** Documents: each reader gets their cut. */
@ApiTags('documents')
@Controller('documents')
export class DocumentsController {
  constructor(
    private readonly lists: ListDocuments,
    private readonly reads: ReadDocument,
    private readonly imports: ImportDocument,
  ) {}

  @Get()
  @Permission({ scope: 'documents:read' })
  @ApiResponse({
    status: 200,
    description: 'The documents you may know of, newest first',
    standardSchema: documentListSchema,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: documentsQuerySchema }) query: DocumentsQuery,
  ): Promise<DocumentListView> {
    return this.lists.run(actor, query);
  }

  @Get(':id')
  @Permission({ scope: 'documents:read', entersWithItsWork: true })
  @Header('vary', 'Authorization, Cookie')
  @ApiResponse({ status: 200, description: 'Your cut', standardSchema: documentSchema })
  @ApiResponse({ status: 404, description: 'Nothing that you may know of', standardSchema: problemSchema })
  async read(
    @CurrentEntrance() entrance: Entrance<Actor>,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: versionQuerySchema }) query: z.output<typeof versionQuerySchema>,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DocumentView | undefined> {
    const { view, etag } = await this.reads.run(entrance, id, query.version);
    void reply.header('etag', etag);
    if (!namesTag(known, etag)) return view;
    void reply.status(304);
    return undefined;
  }

  @Post()
  @Permission({ scope: 'documents:write' })
  @ApiConsumes('text/markdown', 'text/plain')
  @ApiBody({ schema: { type: 'string' }, description: 'Portion-marked text, UTF-8' })
  @ApiResponse({ status: 201, description: 'Taken in', standardSchema: importedSchema })
  @ApiResponse({
    status: 422,
    description: 'Refused as a whole, with line and reason of every fault',
    standardSchema: problemSchema,
  })
  async import(
    @CurrentActor() actor: Actor,
    @Headers('content-type') type: string | undefined,
    @Body() body: unknown,
  ): Promise<Imported> {
    return this.imports.run(actor, textOf(body, type));
  }

  @Post(':id/versions')
  @Permission({ scope: 'documents:write' })
  @ApiConsumes('text/markdown', 'text/plain')
  @ApiBody({ schema: { type: 'string' }, description: 'Portion-marked text, UTF-8' })
  @ApiResponse({ status: 201, description: 'Taken in as the next version', standardSchema: importedSchema })
  async version(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Headers('content-type') type: string | undefined,
    @Body() body: unknown,
  ): Promise<Imported> {
    return this.imports.version(actor, id, textOf(body, type));
  }
}

/** The bytes of a body of text. Other types are parsed into bytes as well, for attachments: a document is none of them. */
function textOf(body: unknown, type = ''): Buffer {
  if (Buffer.isBuffer(body) && /^text\/(markdown|plain)\s*(;|$)/i.test(type)) return body;
  throw new ProblemError('unsupported-media-type', { detail: 'send text/markdown or text/plain' });
}
