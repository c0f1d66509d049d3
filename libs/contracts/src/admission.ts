import { z } from 'zod';
import { idSchema, momentSchema, pageQuerySchema, wordsSchema } from './label';

/** The name of an access list: `list:` and this is the need-to-know token that its members hold. */
export const listNameSchema = z.string().regex(/^[A-Z0-9][A-Z0-9-]{0,62}$/, 'capital letters, digits and hyphens');

const officeSchema = z.strictObject({ person: idSchema, office: z.string() });

/** Words that somebody wrote, behind their mark; null for who may not read them. */
const markedWordsSchema = z.strictObject({ mark: z.string(), text: z.string() });

/** Words about to be written: the writer marks them, no higher than they are cleared and no lower than what they took them from. */
const wordsToWrite = (most: number) => ({ text: wordsSchema(most), mark: wordsSchema(200) });

export const accessListQuerySchema = z.strictObject({
  after: listNameSchema.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const standingSchema = z.strictObject({
  state: z.enum(['none', 'asked', 'not-yet', 'not-acknowledged', 'member']),
  from: momentSchema.nullable(),
  until: momentSchema.nullable(),
  request: idSchema.nullable(),
});

export const accessListSchema = z
  .strictObject({
    name: listNameSchema,
    kind: z.enum(['list', 'assignment']),
    title: z.string(),
    approvers: z.array(officeSchema),
    longestDays: z.number().int(),
    standing: standingSchema,
    readIn: z.strictObject({ text: z.string(), digest: z.string() }).nullable(),
  })
  .meta({ id: 'AccessList', description: 'A named list, who can let you in at this moment, and where you stand' });

export const accessListsSchema = z
  .strictObject({ items: z.array(accessListSchema), next: listNameSchema.nullable() })
  .meta({ id: 'AccessLists' });

/** The digest of the read-in as it was shown: what is acknowledged is the text that was read. */
export const acknowledgeSchema = z
  .strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the text, in hex') })
  .meta({ id: 'Acknowledge' });

export const requestAccessSchema = z
  .strictObject({ list: listNameSchema, purpose: z.strictObject(wordsToWrite(2_000)), until: momentSchema })
  .meta({ id: 'RequestAccess' });

export const createdRequestSchema = z.strictObject({ id: idSchema }).meta({ id: 'CreatedAccessRequest' });

export const accessRequestQuerySchema = pageQuerySchema;

export const accessRequestSchema = z
  .strictObject({
    id: idSchema,
    list: listNameSchema,
    requester: officeSchema,
    askedAt: momentSchema,
    wantedUntil: momentSchema,
    state: z.enum(['open', 'granted', 'refused', 'withdrawn', 'lapsed']),
    awaitsYou: z.boolean(),
    purpose: markedWordsSchema.nullable(),
    settled: z.strictObject({ at: momentSchema, by: officeSchema }).nullable(),
    refusal: markedWordsSchema.nullable(),
    granted: z
      .strictObject({
        grant: idSchema,
        by: officeSchema,
        from: momentSchema,
        until: momentSchema,
        withdrawnAt: momentSchema.nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'AccessRequest', description: 'Who asks to be let into which list, and what became of it' });

export const accessRequestsSchema = z
  .strictObject({ items: z.array(accessRequestSchema), next: z.string().nullable() })
  .meta({ id: 'AccessRequests' });

export const refuseRequestSchema = z
  .strictObject({ reason: z.strictObject(wordsToWrite(2_000)) })
  .meta({ id: 'RefuseAccessRequest' });

export const openBreakGlassSchema = z
  .strictObject({
    document: idSchema,
    reason: z.strictObject(wordsToWrite(2_000)),
    hours: z.number().int().min(1).max(4),
  })
  .meta({ id: 'OpenBreakGlass' });

export const openedBreakGlassSchema = z
  .strictObject({ id: idSchema, until: momentSchema })
  .meta({ id: 'OpenedBreakGlass' });

export const reviewBreakGlassSchema = z
  .strictObject({ justified: z.boolean(), words: z.strictObject(wordsToWrite(2_000)) })
  .meta({ id: 'ReviewBreakGlass' });

export const breakGlassSchema = z
  .strictObject({
    id: idSchema,
    openedBy: officeSchema,
    document: idSchema.nullable(),
    openedAt: momentSchema,
    until: momentSchema,
    /** Before its time; by nobody where it ended with the role of its opener. */
    ended: z.strictObject({ at: momentSchema, by: officeSchema.nullable() }).nullable(),
    reason: markedWordsSchema.nullable(),
    review: z
      .strictObject({
        at: momentSchema,
        by: officeSchema,
        justified: z.boolean(),
        words: markedWordsSchema.nullable(),
      })
      .nullable(),
    awaitsYourReview: z.boolean(),
  })
  .meta({ id: 'BreakGlass', description: 'Whose need-to-know was lifted in an emergency, until when, and the review' });

export const breakGlassListSchema = z
  .strictObject({ items: z.array(breakGlassSchema), next: z.string().nullable() })
  .meta({ id: 'BreakGlassList' });

export type MarkedWordsInput = { readonly text: string; readonly mark: string };
export type AccessListQuery = z.output<typeof accessListQuerySchema>;
export type AccessListView = z.output<typeof accessListSchema>;
export type Standing = z.output<typeof standingSchema>;
export type RequestAccessCommand = z.output<typeof requestAccessSchema>;
export type AccessRequestView = z.output<typeof accessRequestSchema>;
export type AccessRequestQuery = z.output<typeof accessRequestQuerySchema>;
export type OpenBreakGlassCommand = z.output<typeof openBreakGlassSchema>;
export type ReviewBreakGlassCommand = z.output<typeof reviewBreakGlassSchema>;
export type BreakGlassView = z.output<typeof breakGlassSchema>;
