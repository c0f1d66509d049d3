import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Actor } from '#access';
import { ListRequests, RequestAccess, SettleRequest } from '#admission';
import {
  type AccessRequestQuery,
  type AccessRequestView,
  type RequestAccessCommand,
  accessRequestQuerySchema,
  accessRequestSchema,
  accessRequestsSchema,
  createdRequestSchema,
  idSchema,
  problemSchema,
  refuseRequestSchema,
  requestAccessSchema,
} from '#contracts';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** Asking to be let into a list. Whoever lets somebody in signs an instrument; here is only asked, refused and withdrawn. */
@ApiTags('access')
@Controller('access-requests')
export class AccessRequestsController {
  constructor(
    private readonly asking: RequestAccess,
    private readonly requests: ListRequests,
    private readonly settling: SettleRequest,
  ) {}

  @Post()
  @Permission({ scope: 'access:write' })
  @ApiResponse({ status: 201, description: 'Its approvers are told', standardSchema: createdRequestSchema })
  @ApiResponse({ status: 422, description: 'Refused, with every reason', standardSchema: problemSchema })
  async ask(
    @CurrentActor() actor: Actor,
    @Body({ schema: requestAccessSchema }) command: RequestAccessCommand,
  ): Promise<{ id: string }> {
    return { id: await this.asking.run(actor, command) };
  }

  @Get()
  @Permission({ scope: 'access:read' })
  @ApiResponse({
    status: 200,
    description: 'Your own, and those that wait for you as an approver; newest first',
    standardSchema: accessRequestsSchema,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: accessRequestQuerySchema }) query: AccessRequestQuery,
  ): Promise<z.output<typeof accessRequestsSchema>> {
    return this.requests.run(actor, query);
  }

  @Get(':id')
  @Permission({ scope: 'access:read' })
  @ApiResponse({ status: 200, description: 'One request, and what became of it', standardSchema: accessRequestSchema })
  async one(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<AccessRequestView> {
    return this.requests.one(actor, id);
  }

  @Post(':id/refusal')
  @HttpCode(204)
  @Permission({ scope: 'access:write' })
  async refuse(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: refuseRequestSchema }) body: z.output<typeof refuseRequestSchema>,
  ): Promise<void> {
    await this.settling.refuse(actor, id, body.reason);
  }

  @Post(':id/withdrawal')
  @HttpCode(204)
  @Permission({ scope: 'access:write' })
  async withdraw(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    await this.settling.withdraw(actor, id);
  }
}
