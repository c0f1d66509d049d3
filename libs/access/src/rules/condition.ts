import { ACTOR_LISTS, ACTOR_VALUES } from '../vocabulary';
import type { Actor } from '../actor';

/** A value that a condition compares with. */
export type Value = string | number | boolean;

/** `${actor.nation}`: the value, or the list, that the actor has. */
export interface Held {
  readonly actor: keyof Actor;
}

/**
 * The condition of a rule, in the closed set of operators: `$eq`, `$in`, `$all`, `$exists`, the orderings, `$and`, `$or` and `$not`.
 * `$ne`, `$nin` and `$nor` are the negation of another.
 */
export type Condition<Unfilled = never> =
  | { readonly is: 'and' | 'or'; readonly parts: readonly Condition<Unfilled>[] }
  | { readonly is: 'not'; readonly part: Condition<Unfilled> }
  | { readonly is: 'equal'; readonly attribute: string; readonly value: Value | Unfilled }
  | { readonly is: 'one-of' | 'all-of'; readonly attribute: string; readonly values: readonly Value[] | Unfilled }
  | { readonly is: Ordering; readonly attribute: string; readonly value: number | Date | Unfilled }
  | { readonly is: 'exists'; readonly attribute: string; readonly wanted: boolean };

export type Ordering = '<' | '<=' | '>' | '>=';

/** A condition as it stands in the rules, with what is still to be filled in for each actor. */
export type RuleCondition = Condition<Held>;

/** Why a condition is none. */
export class ConditionFault extends Error {}

const DEEPEST = 8;
const MOST_VALUES = 500;
const LONGEST = 500;

/** Parts of the name of an attribute: `requestedBy`, `origin.nation`. What every object has is no attribute. */
const ATTRIBUTE = /^[a-z][A-Za-z0-9]{0,62}(\.[a-z][A-Za-z0-9]{0,62}){0,2}$/;
const OF_EVERY_OBJECT = new Set(Object.getOwnPropertyNames(Object.prototype));

const HELD = /^\$\{actor\.(\w+)\}$/;

/** Reads a condition of the rules. Throws `ConditionFault` for whatever is not in the closed set. */
export function readCondition(json: unknown, depth = 0): RuleCondition {
  if (depth > DEEPEST) throw new ConditionFault(`a condition is at most ${String(DEEPEST)} deep`);
  return allOf(
    Object.entries(objectOf(json)).map(([name, asked]) => {
      switch (name) {
        case '$and':
        case '$or':
          return { is: name === '$and' ? 'and' : 'or', parts: branches(asked, depth) };
        case '$nor':
          return { is: 'not', part: { is: 'or', parts: branches(asked, depth) } };
        default:
          return attributeCondition(name, asked, depth);
      }
    }),
  );
}

const allOf = (parts: readonly RuleCondition[]): RuleCondition => {
  const [only, ...others] = parts;
  if (only === undefined) throw new ConditionFault('a condition asks for something');
  return others.length === 0 ? only : { is: 'and', parts };
};

const branches = (asked: unknown, depth: number): RuleCondition[] =>
  listOf(asked).map((each) => readCondition(each, depth + 1));

function attributeCondition(attribute: string, asked: unknown, depth: number): RuleCondition {
  if (!ATTRIBUTE.test(attribute))
    throw new ConditionFault(`${attribute} is neither an attribute nor an operator that is known`);
  if (attribute.split('.').some((part) => OF_EVERY_OBJECT.has(part)))
    throw new ConditionFault(`every object has ${attribute}`);
  if (typeof asked !== 'object') return { is: 'equal', attribute, value: valueOf(asked) };
  return operators(attribute, objectOf(asked), depth);
}

const operators = (attribute: string, asked: object, depth: number): RuleCondition =>
  allOf(Object.entries(asked).map(([name, operand]) => operator(attribute, name, operand, depth + 1)));

const ORDERINGS: Readonly<Record<string, Ordering>> = { $lt: '<', $lte: '<=', $gt: '>', $gte: '>=' };

function operator(attribute: string, name: string, operand: unknown, depth: number): RuleCondition {
  if (depth > DEEPEST) throw new ConditionFault(`a condition is at most ${String(DEEPEST)} deep`);
  const ordering = Object.hasOwn(ORDERINGS, name) ? ORDERINGS[name] : undefined;
  if (ordering !== undefined) return { is: ordering, attribute, value: orderedValue(operand) };
  switch (name) {
    case '$eq':
      return { is: 'equal', attribute, value: valueOf(operand) };
    case '$ne':
      return { is: 'not', part: { is: 'equal', attribute, value: valueOf(operand) } };
    case '$in':
      return { is: 'one-of', attribute, values: valuesOf(operand) };
    case '$nin':
      return { is: 'not', part: { is: 'one-of', attribute, values: valuesOf(operand) } };
    case '$all':
      return { is: 'all-of', attribute, values: valuesOf(operand) };
    case '$exists':
      if (typeof operand !== 'boolean') throw new ConditionFault('$exists is true or false');
      return { is: 'exists', attribute, wanted: operand };
    case '$not':
      return { is: 'not', part: operators(attribute, objectOf(operand), depth) };
    default:
      throw new ConditionFault(`nobody knows the operator ${name}`);
  }
}

function objectOf(json: unknown): object {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new ConditionFault(`${JSON.stringify(json)} is not a condition`);
  return json;
}

function listOf(json: unknown): readonly unknown[] {
  if (!Array.isArray(json) || json.length === 0) throw new ConditionFault(`${JSON.stringify(json)} is not a list`);
  if (json.length > MOST_VALUES) throw new ConditionFault(`a list has at most ${String(MOST_VALUES)} members`);
  return json;
}

function heldIn(json: unknown, known: readonly (keyof Actor)[]): Held | undefined {
  const name = typeof json === 'string' ? HELD.exec(json)?.[1] : undefined;
  if (name === undefined) return undefined;
  const actor = known.find((each) => each === name);
  if (actor === undefined)
    throw new ConditionFault(`the rules name an attribute that no actor has here: ${String(json)}`);
  return { actor };
}

const valueOf = (json: unknown): Value | Held => heldIn(json, ACTOR_VALUES) ?? plainValue(json);

const valuesOf = (json: unknown): readonly Value[] | Held => heldIn(json, ACTOR_LISTS) ?? listOf(json).map(plainValue);

function plainValue(json: unknown): Value {
  if (typeof json === 'boolean' || (typeof json === 'number' && Number.isFinite(json))) return json;
  // What PostgreSQL cannot hold equals nothing that it holds.
  if (typeof json === 'string' && json.length <= LONGEST && !/\p{Surrogate}/u.test(json) && !json.includes('\0'))
    return json;
  // Null is no value: about what a thing does not say, what permits permits nothing and what forbids forbids.
  throw new ConditionFault(`${JSON.stringify(json)} is no value to compare with`);
}

const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/;

/** Numbers and moments have an order. A moment is written as ISO 8601 in UTC; a date is its first moment. */
function orderedValue(json: unknown): number | Date | Held {
  const held = heldIn(json, ['enteredAt']);
  if (held !== undefined) return held;
  if (typeof json === 'number' && Number.isFinite(json)) return json;
  const moment = typeof json === 'string' && MOMENT.test(json) ? new Date(json) : undefined;
  if (moment === undefined || Number.isNaN(moment.getTime()))
    throw new ConditionFault(`${JSON.stringify(json)} is neither a number nor a moment in UTC`);
  return moment;
}

/** The attributes that a condition asks about, each once. */
export function attributesOf(condition: RuleCondition): string[] {
  switch (condition.is) {
    case 'and':
    case 'or':
      return [...new Set(condition.parts.flatMap(attributesOf))];
    case 'not':
      return attributesOf(condition.part);
    default:
      return [condition.attribute];
  }
}

/** The attributes of the actor that a condition asks for, each once. */
export function heldBy(condition: RuleCondition): (keyof Actor)[] {
  switch (condition.is) {
    case 'and':
    case 'or':
      return [...new Set(condition.parts.flatMap(heldBy))];
    case 'not':
      return heldBy(condition.part);
    case 'exists':
      return [];
    case 'one-of':
    case 'all-of':
      return 'actor' in condition.values ? [condition.values.actor] : [];
    default:
      return isHeld(condition.value) ? [condition.value.actor] : [];
  }
}

const isHeld = (value: Value | Date | Held): value is Held => typeof value === 'object' && 'actor' in value;

/** The condition for this actor; undefined when it asks for something that the actor has no value for. */
export function filledIn(condition: RuleCondition, actor: Actor): Condition | undefined {
  switch (condition.is) {
    case 'and':
    case 'or': {
      const parts = condition.parts.map((part) => filledIn(part, actor));
      return parts.includes(undefined)
        ? undefined
        : { is: condition.is, parts: parts.filter((part) => part !== undefined) };
    }
    case 'not': {
      const part = filledIn(condition.part, actor);
      return part === undefined ? undefined : { is: 'not', part };
    }
    case 'exists':
      return condition;
    case 'one-of':
    case 'all-of': {
      const values = 'actor' in condition.values ? listHeld(actor, condition.values) : condition.values;
      return values === undefined ? undefined : { ...condition, values };
    }
    case 'equal': {
      const value = isHeld(condition.value) ? textHeld(actor, condition.value) : condition.value;
      return value === undefined ? undefined : { ...condition, value };
    }
    default: {
      const value = isHeld(condition.value) ? momentHeld(actor, condition.value) : condition.value;
      return value === undefined ? undefined : { ...condition, value };
    }
  }
}

function textHeld(actor: Actor, { actor: name }: Held): string | undefined {
  const held = actor[name];
  return typeof held === 'string' ? held : undefined;
}

function listHeld(actor: Actor, { actor: name }: Held): readonly string[] | undefined {
  const held: unknown = actor[name];
  return Array.isArray(held) && held.every((each) => typeof each === 'string') ? held : undefined;
}

function momentHeld(actor: Actor, held: Held): Date | undefined {
  const moment = new Date(textHeld(actor, held) ?? '');
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
