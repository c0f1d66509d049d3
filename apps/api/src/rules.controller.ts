import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Actor } from '#access';
import {
  type CheckedRulesView,
  type PreviewedRulesView,
  type RulesView,
  checkRulesSchema,
  checkedRulesSchema,
  previewRulesSchema,
  previewedRulesSchema,
  problemSchema,
  rulesSchema,
} from '#contracts';
import { CheckRules, PreviewRules, ReadRules } from '#examination';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** The attribute rules, as data. They come into force by an instrument that two officers sign, and by nothing here. */
@ApiTags('rules')
@Controller('rules')
@Permission({ scope: 'access:read' })
export class RulesController {
  constructor(
    private readonly reads: ReadRules,
    private readonly checks: CheckRules,
    private readonly previews: PreviewRules,
  ) {}

  @Get()
  @ApiResponse({ status: 200, description: 'The rules in force', standardSchema: rulesSchema })
  async read(@CurrentActor() actor: Actor): Promise<RulesView> {
    return this.reads.run(actor);
  }

  @Post('check')
  @HttpCode(200)
  @ApiResponse({
    status: 200,
    description: 'Whether they are well formed and give every verdict',
    standardSchema: checkedRulesSchema,
  })
  @ApiResponse({ status: 403, description: 'You are no security officer', standardSchema: problemSchema })
  check(
    @CurrentActor() actor: Actor,
    @Body({ schema: checkRulesSchema }) { rules, worlds }: z.output<typeof checkRulesSchema>,
  ): CheckedRulesView {
    return this.checks.run(actor, rules, worlds);
  }

  @Post('preview')
  @HttpCode(200)
  @ApiResponse({ status: 200, description: 'Who would gain and who would lose', standardSchema: previewedRulesSchema })
  @ApiResponse({ status: 403, description: 'You are no security officer', standardSchema: problemSchema })
  @ApiResponse({ status: 422, description: 'They do not fit the schema', standardSchema: problemSchema })
  async preview(
    @CurrentActor() actor: Actor,
    @Body({ schema: previewRulesSchema }) { rules }: z.output<typeof previewRulesSchema>,
  ): Promise<PreviewedRulesView> {
    return this.previews.run(actor, rules);
  }
}
