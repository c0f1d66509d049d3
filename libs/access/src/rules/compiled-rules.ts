import { Ability, type AbilityTuple, type MatchConditions, type RawRuleOf } from '@casl/ability';
import type { Label } from '#marking';
import type { Actor } from '../actor';
import { type AccessRule, type AccessRules, DEFAULT_ASSURANCE } from './access-rules';
import { type Condition, type RuleCondition, attributesOf, filledIn, readCondition } from './condition';
import { type Attributes, matcherOf, saidOf } from './matching';

/** Rules whose conditions are read once, for everybody. */
export interface CompiledRules {
  readonly version: string;
  readonly source: AccessRules;
  /** Whether a label is shown in a stepped-up session only. */
  needsAssurance(label: Label): boolean;
  /** The conditions of the rules that have any, by the rule itself. */
  conditionOf(rule: AccessRule): RuleCondition | undefined;
}

const compiled = new WeakMap<AccessRules, CompiledRules>();

/** The rules, ready to be asked. Throws for a condition that is none: rules that cannot be read decide nothing. */
export function compileRules(rules: AccessRules | CompiledRules): CompiledRules {
  if ('source' in rules) return rules;
  const known = compiled.get(rules);
  if (known !== undefined) return known;
  const conditions = new Map<AccessRule, RuleCondition>();
  for (const rule of rules.rules)
    if (rule.conditions !== undefined) conditions.set(rule, readCondition(rule.conditions));
  const assured = new Set(
    (rules.assurance ?? DEFAULT_ASSURANCE).flatMap(({ policy, classifications }) =>
      classifications.map((classification) => levelKey({ policy, classification })),
    ),
  );
  const made: CompiledRules = {
    version: rules.version,
    source: rules,
    needsAssurance: (label) => assured.has(levelKey(label)),
    conditionOf: (rule) => conditions.get(rule),
  };
  compiled.set(rules, made);
  return made;
}

const levelKey = ({ policy, classification }: Pick<Label, 'policy' | 'classification'>): string =>
  `${policy.toUpperCase()}\n${classification.toUpperCase()}`;

/** A rule as it stands for one actor: what it asks of a thing, and how things say it. */
export interface OwnRule {
  readonly id: string;
  readonly forbids: boolean;
  readonly condition: Condition | undefined;
  /** Whether the rule speaks of this thing. */
  speaksOf(thing: Attributes): boolean;
  /** The attributes that the rule asks about and the thing does not say. */
  unsaid(thing: Attributes): string[];
}

type OwnAbility = Ability<AbilityTuple, OwnRule>;

/** The rules of one actor, indexed by CASL: the last rule that speaks of a thing wins. */
export class RuleBook {
  private readonly ability: OwnAbility;
  private readonly asked = new Map<string, Map<string, readonly OwnRule[]>>();

  constructor(actor: Actor, rules: CompiledRules) {
    const own = rules.source.rules
      .filter((rule) => rule.roles.some((role) => role === '*' || actor.roles.includes(role)))
      .flatMap((rule): RawRuleOf<OwnAbility>[] => {
        const conditions = ownRule(rule, rules.conditionOf(rule), actor);
        return conditions === undefined
          ? []
          : [{ action: rule.action, subject: rule.subject, inverted: rule.inverted ?? false, conditions }];
      });
    this.ability = new Ability<AbilityTuple, OwnRule>(own, {
      conditionsMatcher: (rule: OwnRule) => ((thing: Attributes) => rule.speaksOf(thing)) as MatchConditions,
      detectSubjectType: (thing) => (thing as { kind: string }).kind,
    });
  }

  /** The rules about this action and kind of thing, the one that wins first. */
  rulesFor(action: string, kind: string): readonly OwnRule[] {
    let ofKind = this.asked.get(kind);
    if (ofKind === undefined) this.asked.set(kind, (ofKind = new Map<string, readonly OwnRule[]>()));
    let found = ofKind.get(action);
    if (found === undefined)
      ofKind.set(
        action,
        (found = this.ability
          .rulesFor(action, kind)
          .flatMap(({ conditions }) => (conditions === undefined ? [] : [conditions]))),
      );
    return found;
  }

  /** The rule that decides about this thing; undefined when none speaks of it. */
  decidingRule(action: string, thing: Attributes & { readonly kind: string }): OwnRule | undefined {
    for (const rule of this.rulesFor(action, thing.kind)) if (rule.speaksOf(thing)) return rule;
    return undefined;
  }
}

/**
 * The rule for this actor; undefined when it says nothing for them.
 *
 * INVARIANT (fail_closed): about an attribute that the actor lacks or that a thing does not say, what permits permits nothing and
 * what forbids forbids.
 */
function ownRule(rule: AccessRule, asked: RuleCondition | undefined, actor: Actor): OwnRule | undefined {
  const forbids = rule.inverted ?? false;
  const always = { id: rule.id, forbids, condition: undefined, speaksOf: () => true, unsaid: () => [] };
  if (asked === undefined) return always;
  const condition = filledIn(asked, actor);
  if (condition === undefined) return forbids ? always : undefined;
  const matches = matcherOf(condition);
  const readers = attributesOf(asked).map((name) => ({ name, read: saidOf(name) }));
  const saysAll = (thing: Attributes): boolean => {
    for (const { read } of readers) if (read(thing) === undefined) return false;
    return true;
  };
  return {
    id: rule.id,
    forbids,
    condition,
    speaksOf: (thing) => (saysAll(thing) ? matches(thing) : forbids),
    unsaid: (thing) => readers.filter(({ read }) => read(thing) === undefined).map(({ name }) => name),
  };
}
