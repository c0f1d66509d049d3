import type { Condition, Ordering, Value } from './condition';

/** The attributes of a thing, as rules ask about them. */
export type Attributes = Readonly<Record<string, unknown>>;

/** What a thing says of itself: a text, a number, yes or no, a moment, or a list of these. Whatever else it says is nothing. */
type Said = Value | Date | readonly unknown[];

/** Asks a thing whether a condition holds, where the thing says everything that the condition asks about. */
export type Matcher = (thing: Attributes) => boolean;

/**
 * What the thing says of an attribute, `origin.nation` being a part of another; undefined when it says nothing.
 * An error of the thing is the caller's.
 */
export function saidOf(attribute: string): (thing: Attributes) => Said | undefined {
  const path = attribute.split('.');
  const [name] = path;
  if (path.length === 1 && name !== undefined) return (thing) => said(thing[name]);
  return (thing) => {
    let value: unknown = thing;
    for (const part of path) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = (value as Attributes)[part];
    }
    return said(value);
  };
}

function said(value: unknown): Said | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isNaN(value) ? undefined : value;
    case 'object':
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value;
      return Array.isArray(value) ? value : undefined;
    default:
      return undefined;
  }
}

/** The condition as a question to things. What a thing does not say holds nothing; rules ask for that beforehand. */
export function matcherOf(condition: Condition): Matcher {
  switch (condition.is) {
    case 'and': {
      const parts = condition.parts.map(matcherOf);
      return (thing) => parts.every((part) => part(thing));
    }
    case 'or': {
      const parts = condition.parts.map(matcherOf);
      return (thing) => parts.some((part) => part(thing));
    }
    case 'not': {
      const part = matcherOf(condition.part);
      return (thing) => !part(thing);
    }
    case 'exists': {
      const read = saidOf(condition.attribute);
      return (thing) => (read(thing) !== undefined) === condition.wanted;
    }
    case 'equal': {
      const [read, { value }] = [saidOf(condition.attribute), condition];
      return (thing) => isOrHas(read(thing), value);
    }
    case 'one-of': {
      const [read, values] = [saidOf(condition.attribute), new Set<unknown>(condition.values)];
      return (thing) => {
        const found = read(thing);
        return Array.isArray(found) ? found.some((each) => values.has(each)) : values.has(found);
      };
    }
    case 'all-of': {
      const [read, { values }] = [saidOf(condition.attribute), condition];
      return (thing) => {
        const found = read(thing);
        return values.length > 0 && values.every((value) => isOrHas(found, value));
      };
    }
    default: {
      const [read, { is, value }] = [saidOf(condition.attribute), condition];
      return (thing) => isInOrder(read(thing), is, value);
    }
  }
}

/** A list has a value as a member; a value is like itself alone, and of the same type. */
const isOrHas = (found: Said | undefined, value: Value): boolean =>
  found === value || (Array.isArray(found) && found.includes(value));

/** Numbers are compared with numbers and moments with moments, in milliseconds; nothing else has an order. */
function isInOrder(found: Said | undefined, ordering: Ordering, value: number | Date): boolean {
  if (typeof value === 'number') return typeof found === 'number' && inOrder(found, ordering, value);
  return found instanceof Date && inOrder(found.getTime(), ordering, value.getTime());
}

function inOrder(one: number, ordering: Ordering, other: number): boolean {
  switch (ordering) {
    case '<':
      return one < other;
    case '<=':
      return one <= other;
    case '>':
      return one > other;
    case '>=':
      return one >= other;
  }
}
