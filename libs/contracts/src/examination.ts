import { z } from 'zod';
import { idSchema, momentSchema, pageQuerySchema, wordsSchema } from './label';

/** What can be asked of a document, and of a case. */
export const DOCUMENT_ACTIONS = ['read', 'search', 'import', 'attach'] as const;
export const CASE_ACTIONS = ['read', 'submit', 'amend', 'freeze', 'withdraw', 'return', 'decide', 'schedule'] as const;

/** `true` or `false` in a query. */
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const checkSchema = z
  .strictObject({ rule: z.string(), outcome: z.boolean(), need: z.string(), have: z.string() })
  .meta({
    id: 'Check',
    description: 'One check of an access decision: what was asked, the answer, what was needed and what there is',
  });

/** What would turn a no into a yes without anybody granting anything. */
export const stepSchema = z
  .strictObject({ step: z.enum(['step-up', 'acknowledge']), need: z.string() })
  .meta({ id: 'HelpfulStep' });

const decided = {
  effect: z.enum(['permit', 'deny']),
  action: z.string(),
  at: momentSchema,
  rulesVersion: z.string(),
  checks: z.array(checkSchema),
  steps: z.array(stepSchema),
};

export const explanationSchema = z
  .strictObject({
    ...decided,
    document: idSchema.nullable(),
    portion: idSchema.nullable(),
    case: idSchema.nullable(),
  })
  .meta({ id: 'Explanation', description: 'Why you may or may not: every check, of a thing that you may know of' });

export const explainDocumentQuerySchema = z.strictObject({
  action: z.enum(DOCUMENT_ACTIONS).default('read'),
  portion: idSchema.optional(),
});

export const explainCaseQuerySchema = z.strictObject({ action: z.enum(CASE_ACTIONS).default('read') });

/** As of which moment, and in which session: one that is stepped up unless it is said otherwise. */
const supposed = { at: momentSchema.optional(), steppedUp: flag.default(true) };

export const decisionQuerySchema = z
  .strictObject({
    person: idSchema,
    document: idSchema.optional(),
    portion: idSchema.optional(),
    case: idSchema.optional(),
    action: z.enum([...new Set([...DOCUMENT_ACTIONS, ...CASE_ACTIONS])]).default('read'),
    ...supposed,
  })
  .refine((query) => (query.document === undefined) !== (query.case === undefined), 'name a document or a case')
  .refine((query) => query.portion === undefined || query.document !== undefined, 'a portion is one of a document')
  .refine(
    ({ action, case: of }) => (of === undefined ? DOCUMENT_ACTIONS : CASE_ACTIONS).some((each) => each === action),
    'nobody does this to it',
  );

const labelled = { mark: z.string(), needToKnow: z.array(z.string()) };

export const examinedDecisionSchema = z
  .strictObject({
    ...decided,
    person: idSchema,
    office: z.string(),
    steppedUp: z.boolean(),
    document: idSchema.nullable(),
    portion: idSchema.nullable(),
    case: idSchema.nullable(),
    under: z.array(z.strictObject(labelled)),
  })
  .meta({ id: 'ExaminedDecision', description: 'Why somebody may or may not, now or at a moment that has passed' });

export const readersQuerySchema = z.strictObject({
  ...pageQuerySchema.shape,
  ...supposed,
  verdict: z.enum(['permit', 'deny']).optional(),
});

const examined = { at: momentSchema, rulesVersion: z.string(), steppedUp: z.boolean() };

export const readersSchema = z
  .strictObject({
    ...examined,
    document: idSchema,
    ...labelled,
    people: z.number().int(),
    readers: z.number().int(),
    portions: z.array(
      z.strictObject({
        id: idSchema,
        n: z.number().int(),
        kind: z.string(),
        ...labelled,
        readers: z.number().int(),
      }),
    ),
    items: z.array(
      z.strictObject({
        person: idSchema,
        office: z.string(),
        nation: z.string().nullable(),
        effect: z.enum(['permit', 'deny']),
        rule: z.string(),
        failed: z.array(checkSchema),
        portions: z.number().int(),
      }),
    ),
    next: z.string().nullable(),
  })
  .meta({ id: 'Readers', description: 'Who can read a document, and how much of its newest version' });

export const readableQuerySchema = z.strictObject({ ...pageQuerySchema.shape, ...supposed, count: flag.optional() });

export const readableSchema = z
  .strictObject({
    ...examined,
    person: idSchema,
    office: z.string(),
    counts: z.strictObject({ documents: z.number().int(), portions: z.number().int() }).optional(),
    items: z.array(
      z.strictObject({
        document: idSchema,
        ...labelled,
        createdAt: momentSchema,
        of: z.number().int(),
        portions: z.array(idSchema),
      }),
    ),
    next: z.string().nullable(),
  })
  .meta({
    id: 'Readable',
    description: 'What somebody can read: documents, newest first, with the portions of the newest version',
  });

export const whatIfSchema = z
  .strictObject({
    document: idSchema,
    portion: idSchema.optional(),
    mark: wordsSchema(300).optional(),
    needToKnow: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
    steppedUp: z.boolean().default(true),
  })
  .refine(({ mark, needToKnow }) => mark !== undefined || needToKnow !== undefined, 'name a mark or a need-to-know')
  .meta({
    id: 'WhatIf',
    description: 'A label that a document or a portion does not have, to see who would gain and who would lose',
  });

const sideSchema = z.strictObject({
  people: z.number().int(),
  examples: z.array(z.strictObject({ person: idSchema, office: z.string(), failed: z.array(checkSchema) })),
});

export const whatIfAnswerSchema = z
  .strictObject({
    ...examined,
    document: idSchema,
    portion: idSchema.nullable(),
    before: z.strictObject({ ...labelled, readers: z.number().int() }),
    after: z.strictObject({ ...labelled, readers: z.number().int() }),
    gain: sideSchema,
    lose: sideSchema,
  })
  .meta({ id: 'WhatIfAnswer' });

export const replaySchema = z.strictObject({ event: idSchema }).meta({ id: 'ReplayDecision' });

const outcomeSchema = z.strictObject({ outcome: z.boolean(), need: z.string(), have: z.string() });

export const replayedSchema = z
  .strictObject({
    event: idSchema,
    action: z.string(),
    person: idSchema.nullable(),
    document: idSchema.nullable(),
    case: idSchema.nullable(),
    recorded: z.strictObject({ effect: z.enum(['permit', 'deny']), at: momentSchema, rulesVersion: z.string() }),
    verified: z.strictObject({ digest: z.boolean(), ledger: z.enum(['sealed', 'pending', 'altered']) }),
    replayed: z
      .strictObject({ effect: z.enum(['permit', 'deny']), agrees: z.boolean(), checks: z.array(checkSchema) })
      .nullable(),
    today: z
      .strictObject({
        effect: z.enum(['permit', 'deny']),
        differs: z.boolean(),
        at: momentSchema,
        rulesVersion: z.string(),
        changes: z.array(
          z.strictObject({ rule: z.string(), then: outcomeSchema.nullable(), now: outcomeSchema.nullable() }),
        ),
      })
      .nullable(),
  })
  .meta({
    id: 'ReplayedDecision',
    description: 'A recorded decision, made again from what was recorded, and as it would be made today',
  });

export type ExplanationView = z.output<typeof explanationSchema>;
export type CheckView = z.output<typeof checkSchema>;
export type DocumentAction = (typeof DOCUMENT_ACTIONS)[number];
export type CaseAction = (typeof CASE_ACTIONS)[number];
export type DecisionQuery = z.output<typeof decisionQuerySchema>;
export type ExaminedDecisionView = z.output<typeof examinedDecisionSchema>;
export type ReadersQuery = z.output<typeof readersQuerySchema>;
export type ReadersView = z.output<typeof readersSchema>;
export type ReadableQuery = z.output<typeof readableQuerySchema>;
export type ReadableView = z.output<typeof readableSchema>;
export type WhatIfCommand = z.output<typeof whatIfSchema>;
export type WhatIfInput = z.input<typeof whatIfSchema>;
export type WhatIfView = z.output<typeof whatIfAnswerSchema>;
export type ReplayedView = z.output<typeof replayedSchema>;
