import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Actor } from '#access';
import { AcknowledgeReadIn, ListAccessLists } from '#admission';
import {
  type AccessListQuery,
  accessListQuerySchema,
  accessListsSchema,
  acknowledgeSchema,
  listNameSchema,
} from '#contracts';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** Named access lists: who may let in, and where one stands. */
@ApiTags('access')
@Controller('access-lists')
export class AccessListsController {
  constructor(
    private readonly lists: ListAccessLists,
    private readonly acknowledging: AcknowledgeReadIn,
  ) {}

  @Get()
  @Permission({ scope: 'access:read' })
  @ApiResponse({ status: 200, description: 'Those that you may know of, by name', standardSchema: accessListsSchema })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: accessListQuerySchema }) query: AccessListQuery,
  ): Promise<z.output<typeof accessListsSchema>> {
    return this.lists.run(actor, query);
  }

  @Post(':name/acknowledgement')
  @HttpCode(204)
  @Permission({ scope: 'access:write' })
  async acknowledge(
    @CurrentActor() actor: Actor,
    @Param('name', { schema: listNameSchema }) name: string,
    @Body({ schema: acknowledgeSchema }) body: z.output<typeof acknowledgeSchema>,
  ): Promise<void> {
    await this.acknowledging.run(actor, name, body.digest);
  }
}
