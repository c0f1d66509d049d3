import { z } from 'zod';
import { caseSummarySchema } from './cases';
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

/** What cases can be narrowed by. `nation` and `area`: cases that treat a target of them which the reader sees. */
const NARROWED_CASES = {
  state: z
    .string()
    .regex(/^[a-z-]{1,20}$/)
    .optional(),
  document: idSchema.optional(),
  requestedBy: idSchema.optional(),
  nation: NARROWED.nation,
  area: NARROWED.area,
  policy: NARROWED.policy,
  classification: NARROWED.classification,
  from: NARROWED.from,
  to: NARROWED.to,
} as const;

export const casesQuerySchema = z
  .strictObject({ ...pageQuerySchema.shape, ...NARROWED_CASES, count: countedSchema.optional() })
  .refine(namesItsPolicy, NAMES_ITS_POLICY);

/** The most characters that search words may have. */
const MOST_WORDS = 200;

/** What every search takes besides its filter, in a body: an address would be written into logs on the way. */
const SOUGHT = {
  words: wordsSchema(MOST_WORDS),
  cursor: pageQuerySchema.shape.cursor,
  limit: z.number().int().min(1).max(200).default(50),
  count: z.boolean().default(false),
} as const;

const KEPT_NOWHERE =
  'Words to look for: all of them, "a phrase", this or that, -without. They are not kept: not in the record, not in any table';

export const searchSchema = z
  .strictObject({ ...SOUGHT, ...NARROWED, kind: z.literal('target').optional() })
  .refine(namesItsPolicy, NAMES_ITS_POLICY)
  .meta({ id: 'Search', description: `${KEPT_NOWHERE}. \`kind\`: in targets alone` });

export const caseSearchSchema = z
  .strictObject({ ...SOUGHT, ...NARROWED_CASES })
  .refine(namesItsPolicy, NAMES_ITS_POLICY)
  .meta({ id: 'CaseSearch', description: KEPT_NOWHERE });

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

/** Plain text around words that were found; `hits` are offsets in UTF-16 code units. Nothing of it is markup. */
const excerptSchema = z.strictObject({
  text: z.string(),
  hits: z.array(z.strictObject({ start: z.number().int(), end: z.number().int() })),
});

export const foundSchema = z
  .strictObject({
    document: idSchema,
    n: z.number().int().nullable(),
    mark: z.string(),
    kind: z.enum(['document', 'title', 'paragraph', 'target']),
    originator: z.string(),
    createdAt: momentSchema,
    excerpt: excerptSchema.nullable(),
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

export const foundCaseSchema = z.strictObject({ ...caseSummarySchema.shape, excerpt: excerptSchema }).meta({
  id: 'FoundCase',
  description:
    'A case in whose title or summary the words stand, with plain text around them; `hits` are offsets in UTF-16 code units',
});

export const foundCaseListSchema = z
  .strictObject({ items: z.array(foundCaseSchema), next: z.string().nullable(), ...counted })
  .meta({ id: 'FoundCaseList' });

export type DocumentsQuery = z.output<typeof documentsQuerySchema>;
export type TargetsQuery = z.output<typeof targetsQuerySchema>;
export type CasesQuery = z.output<typeof casesQuerySchema>;
export type SearchCommand = z.output<typeof searchSchema>;
export type CaseSearchCommand = z.output<typeof caseSearchSchema>;
/** The same filters as they are sent. */
export type DocumentsAsked = Partial<Omit<DocumentsQuery, 'count'>> & { readonly count?: boolean };
export type TargetsAsked = Partial<Omit<TargetsQuery, 'count'>> & { readonly count?: boolean };
export type CasesAsked = Partial<Omit<CasesQuery, 'count'>> & { readonly count?: boolean };
export type SearchAsked = z.input<typeof searchSchema>;
export type CaseSearchAsked = z.input<typeof caseSearchSchema>;
export type TargetListView = z.output<typeof targetListSchema>;
export type FoundListView = z.output<typeof foundListSchema>;
export type FoundCaseListView = z.output<typeof foundCaseListSchema>;
