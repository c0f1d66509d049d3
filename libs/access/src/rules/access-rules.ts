import { z } from 'zod';
import { VOCABULARY } from '../vocabulary';
import { ConditionFault, readCondition } from './condition';
import shipped from './shipped-rules.json';

const name = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[a-z0-9][a-z0-9.-]*$/, 'is written in small letters, digits, dots and hyphens');

const conditionsSchema = z.record(z.string(), z.unknown()).superRefine((conditions, context) => {
  try {
    readCondition(conditions);
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

const ruleSchema = z
  .strictObject({
    id: name,
    /** Whom the rule is for: the roles by name, or `*` for everybody. */
    roles: z
      .array(z.union([z.literal('*'), name]))
      .min(1)
      .max(50),
    action: z.string(),
    subject: z.string(),
    /** What is inverted forbids; it wins over the rules before it. */
    inverted: z.boolean().optional(),
    conditions: conditionsSchema.optional(),
  })
  .superRefine(({ action, subject }, context) => {
    const actions: readonly string[] | undefined = Object.hasOwn(VOCABULARY, subject)
      ? VOCABULARY[subject as keyof typeof VOCABULARY]
      : undefined;
    if (actions === undefined)
      context.addIssue({ code: 'custom', path: ['subject'], message: `nobody knows ${subject}` });
    else if (!actions.includes(action))
      context.addIssue({ code: 'custom', path: ['action'], message: `nobody does ${action} to ${subject}` });
  });

const assuranceSchema = z.strictObject({
  policy: z.string().min(1).max(100),
  classifications: z.array(z.string().min(1).max(100)).min(1).max(50),
});

/**
 * The attribute rules as data: CASL rules, each with the roles it is for, and the labels that need a stepped-up session.
 *
 * Of two rules that speak of the same, the later wins. The schema is closed: an operator, an attribute of the actor, an action or
 * a kind of thing that nobody knows is refused, and so is a rule that stands twice.
 */
export const accessRulesSchema = z
  .strictObject({
    version: z
      .string()
      .max(100)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'is made of letters, digits, dots, hyphens and underscores'),
    assurance: z.array(assuranceSchema).max(50).optional(),
    rules: z.array(ruleSchema).min(1).max(500),
  })
  .superRefine(({ rules }, context) => {
    const seen = new Set<string>();
    rules.forEach(({ id }, place) => {
      if (seen.has(id))
        context.addIssue({ code: 'custom', path: ['rules', place, 'id'], message: `${id} stands twice` });
      seen.add(id);
    });
  });

export type AccessRules = z.infer<typeof accessRulesSchema>;
export type AccessRule = AccessRules['rules'][number];

/** What needs a stepped-up session where the rules do not say. The database takes the same. */
export const DEFAULT_ASSURANCE: NonNullable<AccessRules['assurance']> = [
  { policy: 'NATO', classifications: ['TOP SECRET'] },
];

/** The rules that ship with the product. A file that does not fit the schema stops the process at start. */
export const shippedRules: AccessRules = accessRulesSchema.parse(shipped);
