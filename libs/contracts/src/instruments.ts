import { z } from 'zod';
import { idSchema, momentSchema } from './label';

export const submittedInstrumentSchema = z.strictObject({ id: idSchema }).meta({ id: 'SubmittedInstrument' });

export const instrumentStateSchema = z
  .strictObject({
    id: idSchema,
    state: z.enum(['pending', 'accepted', 'refused']),
    fault: z.string().nullable(),
    submittedAt: momentSchema,
    settledAt: momentSchema.nullable(),
  })
  .meta({ id: 'InstrumentState', description: 'What the registrar made of a statement of your own' });
