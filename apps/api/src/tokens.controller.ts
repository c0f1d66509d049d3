import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#access';
import { type IssueToken, idSchema, issueTokenSchema, issuedTokenSchema, tokenListSchema } from '#contracts';
import { Tokens } from '#people';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** Bearer tokens of one's own. */
@ApiTags('tokens')
@Controller('tokens')
@Permission({ scope: 'me' })
export class TokensController {
  constructor(private readonly tokens: Tokens) {}

  @Post()
  @ApiResponse({ status: 201, description: 'The token, told once', standardSchema: issuedTokenSchema })
  async issue(
    @CurrentActor() actor: Actor,
    @Body({ schema: issueTokenSchema }) body: IssueToken,
  ): Promise<{ id: string; token: string }> {
    return this.tokens.issue(actor, body.name, body.scopes, body.expiresInDays);
  }

  @Get()
  @ApiResponse({ status: 200, description: 'Your tokens, without their text', standardSchema: tokenListSchema })
  async list(@CurrentActor() actor: Actor): Promise<{ items: object[] }> {
    const items = await this.tokens.list(actor);
    return {
      items: items.map((row) => ({
        ...row,
        createdAt: row.createdAt.toISOString(),
        expiresAt: row.expiresAt.toISOString(),
      })),
    };
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    await this.tokens.revoke(actor, id);
  }
}
