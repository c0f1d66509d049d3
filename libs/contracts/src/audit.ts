import { z } from 'zod';
import { countedSchema, idSchema, momentSchema, pageQuerySchema } from './label';

export const auditQuerySchema = z.strictObject({
  ...pageQuerySchema.shape,
  person: idSchema.optional(),
  document: idSchema.optional(),
  case: idSchema.optional(),
  action: z
    .string()
    .regex(/^[a-z]{1,40}(\.[a-z]{1,40})?$/)
    .optional(),
  outcome: z.enum(['done', 'refused', 'failed']).optional(),
  from: momentSchema.optional(),
  to: momentSchema.optional(),
  count: countedSchema.optional(),
});

export const auditEventSchema = z
  .strictObject({
    id: idSchema,
    at: momentSchema,
    person: idSchema.nullable(),
    office: z.string().nullable(),
    action: z.string(),
    outcome: z.enum(['done', 'refused', 'failed']),
    thing: z.strictObject({ kind: z.string(), id: z.string() }).nullable(),
    document: idSchema.nullable(),
    case: idSchema.nullable(),
    request: z.string().nullable(),
    sealed: z.boolean(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEvent', description: 'Who did what to which thing, by ids and codes: never the content' });

export const auditListSchema = z
  .strictObject({ items: z.array(auditEventSchema), next: z.string().nullable(), count: z.number().int().optional() })
  .meta({ id: 'AuditEventList' });

export const eventProofSchema = z
  .strictObject({
    format: z.literal('imprimatur-event-proof/1'),
    record: z.unknown(),
    salt: z.string(),
    leafIndex: z.number().int(),
    treeSize: z.number().int(),
    inclusion: z.array(z.string()),
    checkpoint: z.string(),
  })
  .meta({ id: 'EventProof', description: 'Verifies offline with `imprimatur verify event`' });

export const checkpointSchema = z
  .strictObject({ treeSize: z.number().int(), checkpoint: z.string() })
  .meta({ id: 'Checkpoint' });

export const consistencyQuerySchema = z.strictObject({
  first: z.coerce.number().int().min(1),
  second: z.coerce.number().int().min(1),
});

export const consistencySchema = z
  .strictObject({ first: z.number().int(), second: z.number().int(), proof: z.array(z.string()) })
  .meta({ id: 'Consistency' });

export type AuditQuery = z.output<typeof auditQuerySchema>;
export type AuditEventView = z.output<typeof auditEventSchema>;
