import { z } from 'zod';
import { countedSchema, idSchema, momentSchema, pageQuerySchema, wordsSchema } from './label';

/** What documents and what is in them can be narrowed by. Codes and names, never words of a text: these are searched by POST. */
const NARROWED = {
  nation: wordsSchema(20).optional(),
  area: wordsSchema(120).optional(),
  originator: wordsSchema(80).optional(),
  policy: wordsSchema(80).optional(),
  classification: wordsSchema(80).optional(),
  from: momentSchema.optional(),
  to: momentSchema.optional(),
} as const;

const NAMES_ITS_POLICY = 'a classification is one of a policy: name the policy as well';

const namesItsPolicy = (asked: { policy?: string | undefined; classification?: string | undefined }): boolean =>
  asked.classification === undefined || asked.policy !== undefined;

export const documentsQuerySchema = z
  .strictObject({ ...pageQuerySchema.shape, ...NARROWED, count: countedSchema.optional() })
  .refine(namesItsPolicy, NAMES_ITS_POLICY);

export const targetsQuerySchema = z
  .strictObject({
    ...pageQuerySchema.shape,
    ...NARROWED,
    document: idSchema.optional(),
    dueYear: z.coerce.number().int().min(1900).max(2200).optional(),
    count: countedSchema.optional(),
  })
  .refine(namesItsPolicy, NAMES_ITS_POLICY);

export const casesQuerySchema = z
  .strictObject({
    ...pageQuerySchema.shape,
    state: z
      .string()
      .regex(/^[a-z-]{1,20}$/)
      .optional(),
    document: idSchema.optional(),
    requestedBy: idSchema.optional(),
    policy: NARROWED.policy,
    classification: NARROWED.classification,
    from: momentSchema.optional(),
    to: momentSchema.optional(),
    count: countedSchema.optional(),
  })
  .refine(namesItsPolicy, NAMES_ITS_POLICY);

/** The most characters that search words may have. */
const MOST_WORDS = 200;

export const searchSchema = z
  .strictObject({
    words: wordsSchema(MOST_WORDS),
    ...NARROWED,
    cursor: pageQuerySchema.shape.cursor,
    limit: z.number().int().min(1).max(200).default(50),
    count: z.boolean().default(false),
  })
  .refine(namesItsPolicy, NAMES_ITS_POLICY)
  .meta({
    id: 'Search',
    description:
      'Words to look for: all of them, "a phrase", this or that, -without. They are not kept: not in the record, not in any table',
  });

const counted = { count: z.number().int().optional() } as const;

export const listedTargetSchema = z
  .strictObject({
    document: idSchema,
    n: z.number().int(),
    mark: z.string(),
    originator: z.string(),
    nation: z.string(),
    area: z.string(),
    quantityNow: z.number(),
    quantityRequired: z.number(),
    unit: z.string(),
    dueYear: z.number().int(),
    createdAt: momentSchema,
  })
  .meta({ id: 'ListedTarget', description: 'A target of a document, numbered within the reader’s own cut of it' });

export const targetListSchema = z
  .strictObject({ items: z.array(listedTargetSchema), next: z.string().nullable(), ...counted })
  .meta({ id: 'TargetList' });

export const foundSchema = z
  .strictObject({
    document: idSchema,
    n: z.number().int().nullable(),
    mark: z.string(),
    kind: z.enum(['document', 'title', 'paragraph', 'target']),
    originator: z.string(),
    createdAt: momentSchema,
    excerpt: z
      .strictObject({
        text: z.string(),
        hits: z.array(z.strictObject({ start: z.number().int(), end: z.number().int() })),
      })
      .nullable(),
  })
  .meta({
    id: 'Found',
    description:
      'A portion of the reader’s cut in which the words stand, with plain text around them; `hits` are offsets in UTF-16 code units. ' +
      'A document that is read only whole is found as such, without a number and without an excerpt',
  });

export const foundListSchema = z
  .strictObject({ items: z.array(foundSchema), next: z.string().nullable(), ...counted })
  .meta({ id: 'FoundList' });

export type DocumentsQuery = z.output<typeof documentsQuerySchema>;
export type TargetsQuery = z.output<typeof targetsQuerySchema>;
export type CasesQuery = z.output<typeof casesQuerySchema>;
export type SearchCommand = z.output<typeof searchSchema>;
/** The same filters as they are sent. */
export type DocumentsAsked = Partial<Omit<DocumentsQuery, 'count'>> & { readonly count?: boolean };
export type TargetsAsked = Partial<Omit<TargetsQuery, 'count'>> & { readonly count?: boolean };
export type CasesAsked = Partial<Omit<CasesQuery, 'count'>> & { readonly count?: boolean };
export type SearchAsked = z.input<typeof searchSchema>;
export type TargetListView = z.output<typeof targetListSchema>;
export type FoundListView = z.output<typeof foundListSchema>;
