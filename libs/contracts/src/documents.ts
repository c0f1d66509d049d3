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

/** The media types of attachments. What they are is looked up in their first bytes, too. */
export const attachmentMediaTypeSchema = z.enum([
  'text/plain',
  'text/csv',
  'text/markdown',
  'application/pdf',
  'image/png',
  'image/jpeg',
]);

export const attachmentSchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    mark: z.string(),
    mediaType: attachmentMediaTypeSchema,
    bytes: z.number().int(),
    sha256: z.string(),
  })
  .meta({ id: 'Attachment', description: 'A file that belongs to a document and stands under a mark of its own' });

export const attachedSchema = z.strictObject({ id: idSchema, sha256: z.string() }).meta({ id: 'Attached' });

export const documentSchema = z
  .strictObject({
    id: idSchema,
    mark: z.string(),
    banner: z.string(),
    originator: z.string(),
    exercise: z.boolean(),
    /** False for a document of which no part may be taken out. */
    extractable: z.boolean(),
    version: z.number().int(),
    date: momentSchema,
    portions: z.array(portionSchema),
    attachments: z.array(attachmentSchema),
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
  .strictObject({
    items: z.array(listedDocumentSchema),
    next: z.string().nullable(),
    count: z.number().int().optional(),
  })
  .meta({ id: 'DocumentList', description: 'A page; `count`, where it was asked for, is of all that you may know of' });

export const importedSchema = z.strictObject({ id: idSchema, portions: z.number().int() }).meta({ id: 'Imported' });

export type AttachmentMediaType = z.output<typeof attachmentMediaTypeSchema>;
export type AttachmentView = z.output<typeof attachmentSchema>;
export type DocumentView = z.output<typeof documentSchema>;
export type DocumentListView = z.output<typeof documentListSchema>;
