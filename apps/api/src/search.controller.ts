import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#access';
import { type FoundListView, type SearchCommand, foundListSchema, searchSchema } from '#contracts';
import { SearchDocuments } from '#records';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** Words that are looked for. They come in the body and never in an address, which would be written into logs on the way. */
@ApiTags('search')
@Controller('search')
export class SearchController {
  constructor(private readonly searches: SearchDocuments) {}

  @Post()
  @HttpCode(200)
  @Permission({ scope: 'documents:read' })
  @ApiResponse({ status: 200, description: 'Where they stand in what you may read', standardSchema: foundListSchema })
  async search(
    @CurrentActor() actor: Actor,
    @Body({ schema: searchSchema }) body: SearchCommand,
  ): Promise<FoundListView> {
    return this.searches.run(actor, body);
  }
}
