import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#access';
import {
  idSchema,
  instrumentStateSchema,
  problemSchema,
  signedStatementSchema,
  submittedInstrumentSchema,
} from '#contracts';
import { SubmitInstrument } from '#people';
import type { SignedStatement } from '#signing';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** Statements of authority. They count by their signatures; the registrar verifies them. */
@ApiTags('instruments')
@Controller('instruments')
@Permission({ scope: 'instruments:write' })
export class InstrumentsController {
  constructor(private readonly instruments: SubmitInstrument) {}

  @Post()
  @HttpCode(202)
  @ApiResponse({ status: 202, description: 'Handed to the registrar', standardSchema: submittedInstrumentSchema })
  @ApiResponse({ status: 422, description: 'Not an instrument', standardSchema: problemSchema })
  async submit(
    @CurrentActor() actor: Actor,
    @Body({ schema: signedStatementSchema }) statement: SignedStatement,
  ): Promise<{ id: string }> {
    return { id: await this.instruments.run(actor, statement) };
  }

  @Get(':id')
  @ApiResponse({ status: 200, description: 'What the registrar made of it', standardSchema: instrumentStateSchema })
  async state(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<object> {
    const row = await this.instruments.state(actor, id);
    return { ...row, submittedAt: row.submittedAt.toISOString(), settledAt: row.settledAt?.toISOString() ?? null };
  }
}
