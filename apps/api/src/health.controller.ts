import { Controller, Get } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { healthSchema } from '#contracts';
import { Transactions } from '#database';
import { Permission } from './platform/permission';

/** Whether the api can answer: says nothing of what it holds. */
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly transactions: Transactions) {}

  @Get()
  @Permission('public')
  @ApiResponse({ status: 200, description: 'The api reaches its database', standardSchema: healthSchema })
  async health(): Promise<{ status: 'ok' }> {
    await this.transactions.asDuty((tx) => tx.rows('SELECT 1'));
    return { status: 'ok' };
  }
}
