import { Controller, Get, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#access';
import { type TargetListView, type TargetsQuery, targetListSchema, targetsQuerySchema } from '#contracts';
import { ListTargets } from '#records';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** Targets across documents: nation, area, quantities and due year, as far as the reader may see them. */
@ApiTags('targets')
@Controller('targets')
export class TargetsController {
  constructor(private readonly lists: ListTargets) {}

  @Get()
  @Permission({ scope: 'documents:read' })
  @ApiResponse({ status: 200, description: 'Those of the newest documents first', standardSchema: targetListSchema })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: targetsQuerySchema }) query: TargetsQuery,
  ): Promise<TargetListView> {
    return this.lists.run(actor, query);
  }
}
