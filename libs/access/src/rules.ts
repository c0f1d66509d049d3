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
    .flatMap(({ id: reason, action, subject, inverted = false, conditions }): RawRuleOf<MongoAbility>[] => {
      const rule = { action, subject, reason, inverted };
      if (conditions === undefined) return [rule];
      const filled = filledIn(conditions, actor);
      if (filled !== undefined) return [{ ...rule, conditions: filled }];
      // INVARIANT (fail_closed): about an attribute that the actor lacks, what permits permits nothing, what forbids forbids.
      return inverted ? [rule] : [];
    });
  return createMongoAbility(own, { detectSubjectType: (thing) => (thing as { kind: string }).kind });
}

/** The attributes of a thing that conditions ask about: `a.b` asks about `a`. */
export const attributesIn = (conditions: object | undefined): string[] =>
  Object.keys(conditions ?? {}).map((name) => name.split('.')[0] ?? name);

/** The conditions for this actor; undefined when they ask about an attribute that the actor has no value for. */
function filledIn(conditions: Record<string, unknown>, actor: Actor): Record<string, unknown> | undefined {
  const lacking: string[] = [];
  const filled = JSON.parse(JSON.stringify(conditions), (_key, value: unknown) => {
    if (typeof value !== 'string') return value;
    const placeholder = /^\$\{actor\.(\w+)\}$/.exec(value)?.[1];
    if (placeholder === undefined) return value;
    if (!Object.hasOwn(actor, placeholder)) throw new Error(`the rules name an attribute that no actor has: ${value}`);
    const held = actor[placeholder as keyof Actor];
    if (held === null) lacking.push(placeholder);
    return held;
  }) as Record<string, unknown>;
  return lacking.length > 0 ? undefined : filled;
}
