import { z } from 'zod';
import { CASE_STATES, outgoingSchema } from '#workflow';
import { idSchema, labelSchema, momentSchema, wordsSchema } from './label';
import { reasonSchema } from './problem';

/** Why a portion is withheld. A code, never a sentence: sentences about secrets are secrets. */
export const reasonCodeSchema = z.string().regex(/^[A-Z][A-Z-]{1,39}$/);

export const caseItemInputSchema = z
  .discriminatedUnion('treatment', [
    z.strictObject({ portion: idSchema, treatment: z.literal('include') }),
    z.strictObject({ portion: idSchema, treatment: z.literal('withhold'), reasonCode: reasonCodeSchema }),
    z.strictObject({
      portion: idSchema,
      treatment: z.literal('substitute'),
      reasonCode: reasonCodeSchema.optional(),
      text: wordsSchema(20_000),
    }),
  ])
  .meta({
    id: 'CaseItemInput',
    description: 'What happens to one portion: include, withhold with a reason code, or substitute',
  });

export const windowSchema = z
  .strictObject({ notBefore: momentSchema, notAfter: momentSchema })
  .meta({ id: 'Window', description: 'Not before, not after: the guard publishes within it or not at all' });

export const submitCaseSchema = z
  .strictObject({
    document: idSchema,
    title: wordsSchema(300),
    summary: wordsSchema(2_000),
    audience: labelSchema,
    procedure: z.strictObject({ id: wordsSchema(80), version: z.number().int().min(1).optional() }),
    window: windowSchema,
    items: z.array(caseItemInputSchema).min(1).max(5_000),
  })
  .meta({ id: 'SubmitCase' });

export const amendCaseSchema = z
  .strictObject({
    title: wordsSchema(300),
    summary: wordsSchema(2_000),
    window: windowSchema,
    items: z.array(caseItemInputSchema).min(1).max(5_000),
  })
  .meta({ id: 'AmendCase' });

export const createdCaseSchema = z.strictObject({ id: idSchema }).meta({ id: 'CreatedCase' });

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);

export const signedStatementSchema = z
  .strictObject({
    payload: base64url.max(180_000),
    signatures: z
      .array(z.strictObject({ protected: base64url.max(1_000), signature: base64url.max(1_000) }))
      .min(1)
      .max(16)
      .readonly(),
  })
  .meta({
    id: 'SignedStatement',
    description: 'JWS General JSON serialisation over canonical JSON (RFC 7515, RFC 8785)',
  });

export const decideCaseSchema = z
  .strictObject({ statement: signedStatementSchema, reason: wordsSchema(2_000).optional() })
  .meta({
    id: 'DecideCase',
    description: 'A signed decision; its reason stays inside, under the protection of the case',
  });

export const returnCaseSchema = z.strictObject({ reason: wordsSchema(2_000) }).meta({ id: 'ReturnCase' });
export const withdrawCaseSchema = z.strictObject({ reason: wordsSchema(2_000) }).meta({ id: 'WithdrawCase' });
export const scheduleCaseSchema = z.strictObject({ publishAt: momentSchema }).meta({ id: 'ScheduleCase' });

export const caseStateSchema = z.enum(CASE_STATES);

export const stageStandingSchema = z
  .strictObject({
    stage: z.string(),
    state: z.enum(['complete', 'open', 'waiting', 'stopped']),
    have: z.number().int(),
    need: z.number().int(),
    missing: z.array(z.string()),
  })
  .meta({ id: 'StageStanding', description: 'Where one stage of the procedure stands, and who is missing' });

export const caseSummarySchema = z
  .strictObject({
    id: idSchema,
    title: z.string(),
    state: caseStateSchema,
    round: z.number().int(),
    mark: z.string(),
    requestedBy: z.strictObject({ person: idSchema, office: z.string() }),
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'CaseSummary' });

export const caseItemSchema = z
  .strictObject({
    n: z.number().int(),
    portion: idSchema,
    mark: z.string(),
    originator: z.string(),
    treatment: z.enum(['include', 'withhold', 'substitute']),
    reasonCode: z.string().nullable(),
    text: z.string().nullable(),
  })
  .meta({ id: 'CaseItem' });

export const caseSchema = z
  .strictObject({
    ...caseSummarySchema.shape,
    summary: z.string(),
    document: idSchema,
    audience: labelSchema,
    procedure: z.strictObject({ id: z.string(), version: z.number().int() }),
    window: windowSchema,
    publishAt: momentSchema.nullable(),
    release: z.string(),
    stages: z.array(stageStandingSchema),
    items: z.array(caseItemSchema),
    decisions: z.array(
      z.strictObject({
        stage: z.string(),
        office: z.string(),
        seat: z.string().nullable(),
        verdict: z.enum(['approve', 'object', 'return']),
        reason: z.string().nullable(),
        at: momentSchema,
      }),
    ),
    published: z.strictObject({ release: z.string(), publishedAt: momentSchema }).nullable(),
    guardRefusal: z.strictObject({ at: momentSchema, findings: z.unknown() }).nullable(),
  })
  .meta({ id: 'Case' });

export const caseListSchema = z
  .strictObject({
    items: z.array(caseSummarySchema),
    next: z.string().nullable(),
    count: z.number().int().optional(),
  })
  .meta({ id: 'CaseList', description: 'A page; `count`, where it was asked for, is of all that you may know of' });

export const proposalSchema = z
  .strictObject({
    digest: z.string(),
    outgoing: outgoingSchema,
    closedCommitment: z.string(),
    frozenAt: momentSchema,
    closed: z.unknown().nullable(),
  })
  .meta({
    id: 'Proposal',
    description: 'The outgoing part in full; the closed part only for those whose rights cover it',
  });

export const previewSchema = z
  .strictObject({
    banner: z.string(),
    files: z.array(
      z.strictObject({ name: z.string(), mediaType: z.string(), bytes: z.number().int(), sha256: z.string() }),
    ),
    title: z.string(),
    summary: z.string(),
    portions: z.array(
      z.strictObject({ n: z.number().int(), kind: z.enum(['title', 'paragraph', 'target']), text: z.string() }),
    ),
  })
  .meta({ id: 'Preview', description: 'Exactly what the audience would get' });

export const capacityListSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        stage: z.string(),
        body: z.string().nullable(),
        seat: z.string().nullable(),
        capacity: z.discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('holder') }),
          z.strictObject({ kind: z.literal('delegate'), delegation: idSchema }),
          z.strictObject({ kind: z.literal('role') }),
        ]),
      }),
    ),
  })
  .meta({
    id: 'CapacityList',
    description: 'In which stages, for which seats and as what you may decide at this moment',
  });

export const frozenSchema = z.strictObject({ digest: z.string() }).meta({ id: 'Frozen' });
export const decidedSchema = z.strictObject({ state: caseStateSchema }).meta({ id: 'Decided' });

export const wouldRefuseSchema = z
  .strictObject({ verb: z.string(), refused: z.boolean(), reasons: z.array(reasonSchema) })
  .meta({ id: 'WouldRefuse', description: 'Whether a verb would be refused now, and every reason' });

/** The verbs of a case that can be asked beforehand. */
export const caseVerbSchema = z.enum(['amend', 'freeze', 'decide', 'return', 'schedule', 'withdraw']);

export type SubmitCaseCommand = z.output<typeof submitCaseSchema>;
export type AmendCaseCommand = z.output<typeof amendCaseSchema>;
export type DecideCaseCommand = z.output<typeof decideCaseSchema>;
export type CaseItemInput = z.output<typeof caseItemInputSchema>;
export type CaseView = z.output<typeof caseSchema>;
export type ProposalView = z.output<typeof proposalSchema>;
export type CaseVerb = z.output<typeof caseVerbSchema>;
