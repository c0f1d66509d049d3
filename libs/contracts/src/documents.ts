import { z } from 'zod';
import { idSchema, labelSchema, momentSchema } from './label';

export const targetSchema = z
  .strictObject({
    nation: z.string(),
    area: z.string(),
    quantityNow: z.number(),
    quantityRequired: z.number(),
    unit: z.string(),
    dueYear: z.number().int(),
  })
  .meta({ id: 'Target' });

export const portionSchema = z
  .strictObject({
    n: z.number().int(),
    id: idSchema,
    kind: z.enum(['title', 'paragraph', 'target']),
    mark: z.string(),
    label: labelSchema,
    originator: z.string(),
    text: z.string(),
    target: targetSchema.optional(),
  })
  .meta({ id: 'Portion', description: 'A portion of the reader’s cut, numbered within that cut' });

export const documentSchema = z
  .strictObject({
    id: idSchema,
    mark: z.string(),
    banner: z.string(),
    originator: z.string(),
    exercise: z.boolean(),
    version: z.number().int(),
    date: momentSchema,
    portions: z.array(portionSchema),
  })
  .meta({
    id: 'Document',
    description: 'The reader’s cut of a document: version, date and banner are those of the cut',
  });

export const listedDocumentSchema = z
  .strictObject({
    id: idSchema,
    mark: z.string(),
    title: z.string().nullable(),
    originator: z.string(),
    exercise: z.boolean(),
    createdAt: momentSchema,
  })
  .meta({ id: 'ListedDocument' });

export const documentListSchema = z
  .strictObject({ items: z.array(listedDocumentSchema), next: z.string().nullable() })
  .meta({ id: 'DocumentList' });

export const importedSchema = z.strictObject({ id: idSchema, portions: z.number().int() }).meta({ id: 'Imported' });

export type DocumentView = z.output<typeof documentSchema>;
export type DocumentListView = z.output<typeof documentListSchema>;
