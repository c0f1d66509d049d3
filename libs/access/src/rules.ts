import { type MongoAbility, type RawRuleOf, createMongoAbility } from '@casl/ability';
import { z } from 'zod';
import type { Actor } from './actor';
import shipped from './rules.v1.json';

const ruleSchema = z.strictObject({
  id: z.string().min(1),
  roles: z.array(z.string().min(1)).min(1),
  action: z.string().min(1),
  subject: z.string().min(1),
  inverted: z.boolean().optional(),
  conditions: z.record(z.string(), z.unknown()).optional(),
});

/** The attribute rules as data: CASL rules, each with the roles it is for (`*` is every actor). */
export const accessRulesSchema = z.strictObject({ version: z.string().min(1), rules: z.array(ruleSchema).min(1) });

export type AccessRules = z.infer<typeof accessRulesSchema>;

/** The rules that ship with the product. A file that does not fit the schema stops the process at start. */
export const shippedRules: AccessRules = accessRulesSchema.parse(shipped);

/** The actor's rules, placeholders such as `${actor.personId}` filled in. An unknown placeholder is an error, and so a no. */
export function abilityOf(rules: AccessRules, actor: Actor): MongoAbility {
  const own = rules.rules
    .filter((rule) => rule.roles.some((role) => role === '*' || actor.roles.includes(role)))
    .map((rule): RawRuleOf<MongoAbility> => ({
      action: rule.action,
      subject: rule.subject,
      reason: rule.id,
      ...(rule.inverted === undefined ? {} : { inverted: rule.inverted }),
      ...(rule.conditions === undefined ? {} : { conditions: filledIn(rule.conditions, actor) }),
    }));
  return createMongoAbility(own, { detectSubjectType: (thing) => (thing as { kind: string }).kind });
}

function filledIn(conditions: Record<string, unknown>, actor: Actor): Record<string, unknown> {
  return JSON.parse(JSON.stringify(conditions), (_key, value: unknown) => {
    if (typeof value !== 'string') return value;
    const placeholder = /^\$\{actor\.(\w+)\}$/.exec(value)?.[1];
    if (placeholder === undefined) return value;
    if (!Object.hasOwn(actor, placeholder)) throw new Error(`the rules name an attribute that no actor has: ${value}`);
    return actor[placeholder as keyof Actor];
  }) as Record<string, unknown>;
}
