import { z } from 'zod';
import { idSchema, momentSchema } from './label';

export const notificationListSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        id: idSchema,
        kind: z.string(),
        case: idSchema.nullable(),
        about: idSchema.nullable(),
        createdAt: momentSchema,
        readAt: momentSchema.nullable(),
      }),
    ),
  })
  .meta({ id: 'NotificationList', description: 'What waits for you. Ids and kinds, never words of a case' });
