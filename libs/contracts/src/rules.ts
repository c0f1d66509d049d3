import { z } from 'zod';
import { idSchema, momentSchema } from './label';

const rulesBody = z.record(z.string(), z.unknown());

export const rulesSchema = z
  .strictObject({ version: z.string(), since: momentSchema.nullable(), rules: rulesBody })
  .meta({
    id: 'RulesInForce',
    description: 'The attribute rules in force; `since` is null for those that the product ships with',
  });

export const checkRulesSchema = z
  .strictObject({ rules: z.unknown(), worlds: z.array(z.unknown()).max(20).default([]) })
  .meta({ id: 'CheckRules' });

const reasonsSchema = z.array(z.string());

export const checkedRulesSchema = z
  .strictObject({
    ok: z.boolean(),
    version: z.string().nullable(),
    verdicts: z.number().int(),
    faults: z.array(z.strictObject({ file: z.string(), place: z.string(), fault: z.string() })),
    differences: z.array(
      z.strictObject({
        world: z.string(),
        person: z.string(),
        action: z.string(),
        thing: z.string(),
        expected: reasonsSchema,
        found: reasonsSchema,
        by: z.string(),
      }),
    ),
    untried: z.array(z.string()),
  })
  .meta({ id: 'CheckedRules' });

export const previewRulesSchema = z.strictObject({ rules: z.unknown() }).meta({ id: 'PreviewRules' });

const previewSideSchema = z.strictObject({
  people: z.number().int(),
  things: z.number().int(),
  decisions: z.number().int(),
  examples: z.array(
    z.strictObject({
      person: idSchema,
      office: z.string(),
      thing: z.string().nullable(),
      before: z.string(),
      after: z.string(),
    }),
  ),
});

const previewLinesSchema = z.array(
  z.strictObject({ action: z.string(), subject: z.string(), gain: previewSideSchema, lose: previewSideSchema }),
);

export const previewedRulesSchema = z
  .strictObject({
    version: z.string(),
    inForce: z.string(),
    at: momentSchema,
    population: z.strictObject({
      people: z.number().int(),
      documents: z.number().int(),
      documentsTried: z.number().int(),
      cases: z.number().int(),
      casesTried: z.number().int(),
    }),
    steppedUp: previewLinesSchema,
    notSteppedUp: previewLinesSchema,
  })
  .meta({
    id: 'PreviewedRules',
    description: 'Who would gain and who would lose, in sessions that are stepped up and in those that are not',
  });

export type RulesView = z.output<typeof rulesSchema>;
export type CheckedRulesView = z.output<typeof checkedRulesSchema>;
export type PreviewedRulesView = z.output<typeof previewedRulesSchema>;
