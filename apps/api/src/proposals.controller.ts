import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Actor } from '#access';
import {
  type CaseVerb,
  capacityListSchema,
  caseVerbSchema,
  idSchema,
  previewSchema,
  proposalSchema,
  wouldRefuseSchema,
} from '#contracts';
import { PreviewCase, ReadCase } from '#release';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

const verbQuerySchema = z.strictObject({ verb: caseVerbSchema });
const fileNameSchema = z.string().regex(/^[a-z][a-z0-9.-]{0,79}$/);

/** What a case proposes: exactly what would leave, and what may be asked beforehand. */
@ApiTags('cases')
@Controller('cases/:id')
@Permission({ scope: 'cases:read' })
export class ProposalsController {
  constructor(
    private readonly reads: ReadCase,
    private readonly previews: PreviewCase,
  ) {}

  @Get('proposal')
  @ApiResponse({ status: 200, description: 'The frozen proposal', standardSchema: proposalSchema })
  async proposal(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<object> {
    const { proposal, closed } = await this.reads.proposal(actor, id);
    const { digest, outgoing, closedCommitment, frozenAt } = proposal;
    return { digest, outgoing, closedCommitment, frozenAt: frozenAt.toISOString(), closed };
  }

  @Get('capacities')
  @ApiResponse({
    status: 200,
    description: 'As what you may decide at this moment',
    standardSchema: capacityListSchema,
  })
  async capacities(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<object> {
    return { items: await this.reads.capacities(actor, id) };
  }

  @Get('preview')
  @ApiResponse({ status: 200, description: 'Exactly what the audience would get', standardSchema: previewSchema })
  async preview(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<object> {
    const { content, files } = await this.previews.run(actor, id);
    return {
      banner: 'PUBLIC',
      title: content.title,
      summary: content.summary,
      portions: content.portions.map(({ n, kind, text }) => ({ n, kind, text })),
      files: files.map(({ name, mediaType, bytes, sha256 }) => ({ name, mediaType, bytes: bytes.length, sha256 })),
    };
  }

  @Get('renditions/:name')
  @ApiProduces('text/html', 'application/pdf', 'application/json', 'text/csv')
  @ApiResponse({
    status: 200,
    description: 'One file of the preview; after the freeze, the frozen bytes',
    schema: { type: 'string', format: 'binary' },
  })
  async rendition(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Param('name', { schema: fileNameSchema }) name: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const file = await this.previews.file(actor, id, name);
    await reply
      .header('content-type', file.mediaType)
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
      .send(file.bytes);
  }

  @Get('would-refuse')
  @ApiResponse({
    status: 200,
    description: 'Whether a verb would be refused now, and every reason',
    standardSchema: wouldRefuseSchema,
  })
  async wouldRefuse(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: verbQuerySchema }) query: { verb: CaseVerb },
  ): Promise<object> {
    const reasons = await this.reads.wouldRefuse(actor, id, query.verb);
    return { verb: query.verb, refused: reasons.length > 0, reasons };
  }
}
