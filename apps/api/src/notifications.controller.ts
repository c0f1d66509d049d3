import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#access';
import { idSchema, notificationListSchema } from '#contracts';
import { Notifications } from '#duties';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';

/** What waits for the one who asks. */
@ApiTags('notifications')
@Controller('notifications')
@Permission({ scope: 'cases:read' })
export class NotificationsController {
  constructor(private readonly notifications: Notifications) {}

  @Get()
  @ApiResponse({ status: 200, description: 'Newest first', standardSchema: notificationListSchema })
  async list(@CurrentActor() actor: Actor): Promise<{ items: object[] }> {
    const rows = await this.notifications.list(actor);
    return {
      items: rows.map((row) => ({
        ...row,
        createdAt: row.createdAt.toISOString(),
        readAt: row.readAt?.toISOString() ?? null,
      })),
    };
  }

  @Post(':id/read')
  @HttpCode(204)
  async read(@CurrentActor() actor: Actor, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    await this.notifications.read(actor, id);
  }
}
