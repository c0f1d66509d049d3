import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Transactions } from '#database';
import { Permission } from './platform/permission';

/** Whether the api can answer: says nothing of what it holds. */
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly transactions: Transactions) {}

  @Get()
  @Permission('public')
  @ApiOkResponse({ description: 'The api reaches its database' })
  async health(): Promise<{ status: 'ok' }> {
    await this.transactions.asDuty((tx) => tx.rows('SELECT 1'));
    return { status: 'ok' };
  }
}
