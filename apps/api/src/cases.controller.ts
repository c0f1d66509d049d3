import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#access';
import {
  type AmendCaseCommand,
  type CaseSearchCommand,
  type CaseView,
  type CasesQuery,
  type DecideCaseCommand,
  type FoundCaseListView,
  type SubmitCaseCommand,
  amendCaseSchema,
  caseListSchema,
  caseSchema,
  caseSearchSchema,
  casesQuerySchema,
  createdCaseSchema,
  decideCaseSchema,
  decidedSchema,
  foundCaseListSchema,
  frozenSchema,
  idSchema,
  problemSchema,
  returnCaseSchema,
  scheduleCaseSchema,
  submitCaseSchema,
  withdrawCaseSchema,
} from '#contracts';
import { ListCases, ReadCase, SearchCases, SubmitCase } from '#release';
import { CaseVerbs } from './case-verbs';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** Cases: requests to release portions, and the verbs that move them. */
@ApiTags('cases')
@Controller('cases')
@ApiResponse({ status: 404, description: 'Nothing that you may know of', standardSchema: problemSchema })
@ApiResponse({ status: 422, description: 'Refused, with every reason', standardSchema: problemSchema })
export class CasesController {
  constructor(
    private readonly submits: SubmitCase,
    private readonly lists: ListCases,
    private readonly searches: SearchCases,
    private readonly reads: ReadCase,
    private readonly verbs: CaseVerbs,
  ) {}

  @Post()
  @Permission({ scope: 'cases:write' })
  @ApiResponse({ status: 201, description: 'Submitted', standardSchema: createdCaseSchema })
  async submit(
    @CurrentActor() actor: Actor,
    @Body({ schema: submitCaseSchema }) body: SubmitCaseCommand,
  ): Promise<{ id: string }> {
    return { id: await this.submits.run(actor, body) };
  }

  @Get()
  @Permission({ scope: 'cases:read' })
  @ApiResponse({ status: 200, description: 'The cases you may know of, newest first', standardSchema: caseListSchema })
  async list(@CurrentActor() actor: Actor, @Query({ schema: casesQuerySchema }) query: CasesQuery): Promise<object> {
    return this.lists.run(actor, query);
  }

  /** Words come in the body and never in an address, which would be written into logs on the way. */
  @Post('search')
  @HttpCode(200)
  @Permission({ scope: 'cases:read' })
  @ApiResponse({
    status: 200,
    description: 'The cases in whose title or summary they stand, as far as you may know of them, newest first',
    standardSchema: foundCaseListSchema,
  })
  async search(
    @CurrentActor() actor: Actor,
    @Body({ schema: caseSearchSchema }) body: CaseSearchCommand,
  ): Promise<FoundCaseListView> {
    return this.searches.run(actor, body);
  }

  @Get(':id')
  @Permission({ scope: 'cases:read' })
  @ApiResponse({ status: 200, description: 'Where it stands, and who is missing', standardSchema: caseSchema })
  async read(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<CaseView> {
    return this.reads.run(actor, id);
  }

  @Put(':id/proposal')
  @HttpCode(204)
  @Permission({ scope: 'cases:write' })
  async amend(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: amendCaseSchema }) body: AmendCaseCommand,
  ): Promise<void> {
    await this.verbs.amends.run(actor, id, body);
  }

  @Post(':id/freeze')
  @HttpCode(200)
  @Permission({ scope: 'cases:write' })
  @ApiResponse({ status: 200, description: 'Frozen: the digest that everyone signs', standardSchema: frozenSchema })
  async freeze(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
  ): Promise<{ digest: string }> {
    return this.verbs.freezes.run(actor, id);
  }

  @Post(':id/decisions')
  @HttpCode(200)
  @Permission({ scope: 'cases:write' })
  @ApiResponse({ status: 200, description: 'Counted: where the case stands now', standardSchema: decidedSchema })
  async decide(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: decideCaseSchema }) body: DecideCaseCommand,
  ): Promise<{ state: string }> {
    return this.verbs.decides.run(actor, id, body);
  }

  @Post(':id/return')
  @HttpCode(204)
  @Permission({ scope: 'cases:write' })
  async return(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: returnCaseSchema }) body: { reason: string },
  ): Promise<void> {
    await this.verbs.returns.run(actor, id, body.reason);
  }

  @Post(':id/schedule')
  @HttpCode(204)
  @Permission({ scope: 'cases:write' })
  async schedule(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: scheduleCaseSchema }) body: { publishAt: string },
  ): Promise<void> {
    await this.verbs.schedules.run(actor, id, new Date(body.publishAt));
  }

  @Post(':id/withdraw')
  @HttpCode(204)
  @Permission({ scope: 'cases:write' })
  async withdraw(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: withdrawCaseSchema }) body: { reason: string },
  ): Promise<void> {
    await this.verbs.withdraws.run(actor, id, body.reason);
  }
}
