import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Actor } from '#access';
import { ProveEvent, SearchEvents } from '#audit';
import {
  type AuditQuery,
  auditListSchema,
  auditQuerySchema,
  checkpointSchema,
  consistencyQuerySchema,
  consistencySchema,
  eventProofSchema,
  idSchema,
  problemSchema,
} from '#contracts';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** The record, for auditors: who did what to which thing, and the proof that nothing is missing. */
@ApiTags('audit')
@Controller('audit')
@Permission({ scope: 'audit:read' })
@ApiResponse({ status: 403, description: 'You are no auditor', standardSchema: problemSchema })
export class AuditController {
  constructor(
    private readonly searches: SearchEvents,
    private readonly proofs: ProveEvent,
  ) {}

  @Get('events')
  @ApiResponse({ status: 200, description: 'Events, newest first', standardSchema: auditListSchema })
  async search(@CurrentActor() actor: Actor, @Query({ schema: auditQuerySchema }) query: AuditQuery): Promise<object> {
    return this.searches.run(actor, query);
  }

  @Get('events/:id/proof')
  @ApiResponse({ status: 200, description: 'A proof that verifies offline', standardSchema: eventProofSchema })
  async prove(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<object> {
    return this.proofs.run(actor, id);
  }

  @Get('checkpoint')
  @ApiResponse({ status: 200, description: 'The newest signed checkpoint', standardSchema: checkpointSchema })
  async checkpoint(@CurrentActor() actor: Actor): Promise<object> {
    const { treeSize, note } = await this.proofs.checkpoint(actor);
    return { treeSize, checkpoint: note };
  }

  @Get('consistency')
  @ApiResponse({
    status: 200,
    description: 'That the first tree is a prefix of the second',
    standardSchema: consistencySchema,
  })
  async consistency(
    @CurrentActor() actor: Actor,
    @Query({ schema: consistencyQuerySchema }) query: z.output<typeof consistencyQuerySchema>,
  ): Promise<object> {
    return { ...query, proof: await this.proofs.consistency(actor, query.first, query.second) };
  }
}
