import { Ability, type AbilityTuple, type RawRuleOf } from '@casl/ability';
import type { Actor } from '../actor';
import type { Check } from '../decision/check';
import type { AccessRule } from './access-rules';
import type { CompiledRules } from './compiled-rules';
import { type Condition, type RuleCondition, attributesOf, filledIn } from './condition';
import { type Attributes, matcherOf, saidOf } from './matching';

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
type Known = Attributes & { readonly kind: string };

/** The rules about one action and kind of thing, the one that wins first, and how they are spoken of. */
interface Chapter {
  readonly rules: readonly OwnRule[];
  readonly need: string;
}

/** The rules of one actor, indexed by CASL: the last rule that speaks of a thing wins. */
export class RuleBook {
  private readonly ability: OwnAbility;
  private readonly chapters = new Map<string, Map<string, Chapter>>();
  private readonly roles: string;

  constructor(actor: Actor, rules: CompiledRules) {
    const own = rules.source.rules
      .filter((rule) => rule.roles.some((role) => role === '*' || actor.roles.includes(role)))
      .flatMap((rule): RawRuleOf<OwnAbility>[] => {
        const conditions = ownRule(rule, rules.conditionOf(rule), actor);
        return conditions === undefined
          ? []
          : [{ action: rule.action, subject: rule.subject, inverted: rule.inverted ?? false, conditions }];
      });
    this.roles = actor.roles.join(', ') || '(none)';
    this.ability = new Ability<AbilityTuple, OwnRule>(own, {
      conditionsMatcher: (rule: OwnRule) => (thing: Attributes) => rule.speaksOf(thing),
      detectSubjectType: (thing) => (thing as { kind: string }).kind,
    });
  }

  /** The rules about this action and kind of thing, the one that wins first. */
  rulesFor(action: string, kind: string): readonly OwnRule[] {
    return this.chapter(action, kind).rules;
  }

  /** The rule that decides about this thing; undefined when none speaks of it. */
  decidingRule(action: string, thing: Known): OwnRule | undefined {
    for (const rule of this.chapter(action, thing.kind).rules) if (rule.speaksOf(thing)) return rule;
    return undefined;
  }

  lets(action: string, thing: Known): boolean {
    const rule = this.decidingRule(action, thing);
    return rule !== undefined && !rule.forbids;
  }

  /** The same, with the rule that decides or what there is instead of one. */
  check(action: string, thing: Known): Check {
    const { need, rules } = this.chapter(action, thing.kind);
    const rule = this.decidingRule(action, thing);
    return {
      rule: 'rules',
      outcome: rule !== undefined && !rule.forbids,
      need,
      have: rule?.id ?? this.whyNone(thing, rules),
    };
  }

  private whyNone(thing: Known, asked: readonly OwnRule[]): string {
    const unsaid = [...new Set(asked.flatMap((rule) => rule.unsaid(thing)))];
    return unsaid.length > 0 ? `nothing said of ${unsaid.join(', ')}` : `none for the roles ${this.roles}`;
  }

  private chapter(action: string, kind: string): Chapter {
    let ofKind = this.chapters.get(kind);
    if (ofKind === undefined) this.chapters.set(kind, (ofKind = new Map<string, Chapter>()));
    let found = ofKind.get(action);
    if (found === undefined) {
      const rules = this.ability.rulesFor(action, kind).flatMap(({ conditions }) => conditions ?? []);
      ofKind.set(action, (found = { rules, need: `a rule that lets ${action} ${kind}` }));
    }
    return found;
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

const books = new WeakMap<Actor, { readonly rules: CompiledRules; readonly book: RuleBook }>();

/** The rules as they stand for this actor in this request, once: they may name the moment at which it came. */
export function ruleBookOf(actor: Actor, rules: CompiledRules): RuleBook {
  const known = books.get(actor);
  if (known?.rules === rules) return known.book;
  const book = new RuleBook(actor, rules);
  books.set(actor, { rules, book });
  return book;
}
