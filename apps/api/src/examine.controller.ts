import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Actor } from '#access';
import {
  type DecisionQuery,
  type ExaminedDecisionView,
  type ReadableQuery,
  type ReadableView,
  type ReadersQuery,
  type ReadersView,
  type ReplayedView,
  type WhatIfCommand,
  type WhatIfView,
  decisionQuerySchema,
  examinedDecisionSchema,
  idSchema,
  problemSchema,
  readableQuerySchema,
  readableSchema,
  readersQuerySchema,
  readersSchema,
  replaySchema,
  replayedSchema,
  whatIfAnswerSchema,
  whatIfSchema,
} from '#contracts';
import { ExamineDecision, ReplayDecision, WhatCanRead, WhatIf, WhoCanRead } from '#examination';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** The rights of others, for security officers in a signed-in session: labels and rights, never text. */
@ApiTags('examination')
@Controller('examine')
@Permission({ scope: 'access:read' })
@ApiResponse({
  status: 403,
  description: 'You are no security officer, or came with a token',
  standardSchema: problemSchema,
})
@ApiResponse({ status: 404, description: 'There is no such thing', standardSchema: problemSchema })
export class ExamineController {
  constructor(
    private readonly decisions: ExamineDecision,
    private readonly who: WhoCanRead,
    private readonly what: WhatCanRead,
    private readonly ifs: WhatIf,
    private readonly replays: ReplayDecision,
  ) {}

  @Get('decision')
  @ApiResponse({ status: 200, description: 'Why somebody may or may not', standardSchema: examinedDecisionSchema })
  async decision(
    @CurrentActor() actor: Actor,
    @Query({ schema: decisionQuerySchema }) query: DecisionQuery,
  ): Promise<ExaminedDecisionView> {
    return this.decisions.run(actor, query);
  }

  @Get('documents/:id/readers')
  @ApiResponse({ status: 200, description: 'Who can read it, and who not and why', standardSchema: readersSchema })
  async readers(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: readersQuerySchema }) query: ReadersQuery,
  ): Promise<ReadersView> {
    return this.who.run(actor, id, query);
  }

  @Get('people/:id/documents')
  @ApiResponse({ status: 200, description: 'What they can read, newest first', standardSchema: readableSchema })
  async documents(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: readableQuerySchema }) query: ReadableQuery,
  ): Promise<ReadableView> {
    return this.what.run(actor, id, query);
  }

  @Post('what-if')
  @HttpCode(200)
  @ApiResponse({ status: 200, description: 'Who would gain and who would lose', standardSchema: whatIfAnswerSchema })
  async whatIf(
    @CurrentActor() actor: Actor,
    @Body({ schema: whatIfSchema }) command: WhatIfCommand,
  ): Promise<WhatIfView> {
    return this.ifs.run(actor, command);
  }

  @Post('replays')
  @HttpCode(200)
  @ApiResponse({ status: 200, description: 'The decision, made again and as of today', standardSchema: replayedSchema })
  async replay(
    @CurrentActor() actor: Actor,
    @Body({ schema: replaySchema }) { event }: z.output<typeof replaySchema>,
  ): Promise<ReplayedView> {
    return this.replays.run(actor, event);
  }
}
