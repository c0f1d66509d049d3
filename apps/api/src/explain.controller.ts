import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Actor } from '#access';
import {
  type ExplanationView,
  explainCaseQuerySchema,
  explainDocumentQuerySchema,
  explanationSchema,
  idSchema,
  problemSchema,
} from '#contracts';
import { ExplainDocument } from '#records';
import { ExplainCase } from '#release';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** Why you may or may not. */
@ApiTags('access')
@Controller()
@Permission({ scope: 'access:read' })
@ApiResponse({ status: 404, description: 'Nothing that you may know of', standardSchema: problemSchema })
export class ExplainController {
  constructor(
    private readonly documents: ExplainDocument,
    private readonly cases: ExplainCase,
  ) {}

  @Get('documents/:id/explain')
  @ApiResponse({ status: 200, description: 'Every check of the decision', standardSchema: explanationSchema })
  async document(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: explainDocumentQuerySchema }) query: z.output<typeof explainDocumentQuerySchema>,
  ): Promise<ExplanationView> {
    return this.documents.run(actor, id, query);
  }

  @Get('cases/:id/explain')
  @ApiResponse({ status: 200, description: 'Every check of the decision', standardSchema: explanationSchema })
  async case(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: explainCaseQuerySchema }) { action }: z.output<typeof explainCaseQuerySchema>,
  ): Promise<ExplanationView> {
    return this.cases.run(actor, id, action);
  }
}
