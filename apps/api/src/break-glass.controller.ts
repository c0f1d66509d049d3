import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Actor } from '#access';
import { BreakGlass, EndBreakGlass, ListBreakGlass, ReviewBreakGlass } from '#admission';
import {
  type AccessRequestQuery,
  type OpenBreakGlassCommand,
  type ReviewBreakGlassCommand,
  accessRequestQuerySchema,
  breakGlassListSchema,
  idSchema,
  openBreakGlassSchema,
  openedBreakGlassSchema,
  problemSchema,
  reviewBreakGlassSchema,
} from '#contracts';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** Emergencies: need-to-know is lifted for a few hours, everybody who must know of it does, and somebody else reviews it. */
@ApiTags('access')
@Controller('break-glass')
export class BreakGlassController {
  constructor(
    private readonly opening: BreakGlass,
    private readonly opened: ListBreakGlass,
    private readonly reviewing: ReviewBreakGlass,
    private readonly ending: EndBreakGlass,
  ) {}

  @Post()
  @Permission({ scope: 'access:write' })
  @ApiResponse({ status: 201, description: 'Lifted, recorded and alerted', standardSchema: openedBreakGlassSchema })
  @ApiResponse({ status: 422, description: 'Refused, with every reason', standardSchema: problemSchema })
  async open(
    @CurrentActor() actor: Actor,
    @Body({ schema: openBreakGlassSchema }) command: OpenBreakGlassCommand,
  ): Promise<z.output<typeof openedBreakGlassSchema>> {
    return this.opening.run(actor, command);
  }

  @Get()
  @Permission({ scope: 'access:read' })
  @ApiResponse({
    status: 200,
    description: 'Your own; to a security officer, all. Newest first',
    standardSchema: breakGlassListSchema,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: accessRequestQuerySchema }) query: AccessRequestQuery,
  ): Promise<z.output<typeof breakGlassListSchema>> {
    return this.opened.run(actor, query);
  }

  @Post(':id/review')
  @HttpCode(204)
  @Permission({ scope: 'access:write' })
  async review(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reviewBreakGlassSchema }) command: ReviewBreakGlassCommand,
  ): Promise<void> {
    await this.reviewing.run(actor, id, command);
  }

  @Post(':id/end')
  @HttpCode(204)
  @Permission({ scope: 'access:write' })
  async end(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    await this.ending.run(actor, id);
  }
}
