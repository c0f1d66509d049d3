import { type Clearance, type Label, isPublic } from '../label';

/** A label as a dictionary holds it: numbers for its classification and its values. It means nothing to another dictionary. */
export interface InternedLabel {
  readonly label: Label;
  /** Everyone reads it, or nobody does: a kind of category that is not known denies. */
  readonly known: 'everyone' | 'nobody' | undefined;
  readonly classification: number;
  readonly allOf: readonly number[];
  readonly oneOf: readonly (readonly number[])[];
}

/** The plain decision of one person about labels of one dictionary. */
export type Reader = (label: InternedLabel) => boolean;

/**
 * Labels and clearances with their names turned into numbers, for whoever decides about many: a name is compared once, when it is
 * interned, and a decision looks numbers up. The answers are those of `permits` (ADatP-4774.1 section 3.11.4); a property holds
 * the two together.
 */
export class LabelDictionary {
  private readonly numbers = new Map<string, number>();

  /** How many names it has met. */
  get size(): number {
    return this.numbers.size;
  }

  /** The label in numbers. The same text gets the same number, whether a label or a clearance brought it first. */
  intern(label: Label): InternedLabel {
    const of = (type: string): number[][] =>
      label.categories
        .filter((each) => each.type === type)
        .map(({ tagSet, values }) => values.map((value) => this.number(type, tagSet, value)));
    const strange = label.categories.some(({ type }) => !TYPES.includes(type));
    return {
      label,
      known: isPublic(label) ? 'everyone' : strange ? 'nobody' : undefined,
      classification: this.number('classification', label.policy, label.classification),
      allOf: of('RESTRICTIVE').flat(),
      oneOf: of('PERMISSIVE'),
    };
  }

  /** The decision of somebody with these clearances. INVARIANT: the parts of two clearances are never put together. */
  reader(clearances: readonly Clearance[]): Reader {
    const held = clearances.map((clearance) => this.heldBy(clearance));
    return ({ known, classification, allOf, oneOf }) => {
      if (known !== undefined) return known === 'everyone';
      for (const each of held)
        if (each[classification] === 1 && hasAll(each, allOf) && hasOneOfEach(each, oneOf)) return true;
      return false;
    };
  }

  /** A one at every number that the clearance holds. Numbers given later are beyond the end, and so not held. */
  private heldBy({ policy, classifications, categories }: Clearance): Uint8Array {
    const numbers = [
      ...classifications.map((name) => this.number('classification', policy, name)),
      ...categories.flatMap(({ type, tagSet, values }) => values.map((value) => this.number(type, tagSet, value))),
    ];
    const held = new Uint8Array(this.numbers.size);
    for (const each of numbers) held[each] = 1;
    return held;
  }

  private number(...key: readonly string[]): number {
    const text = JSON.stringify(key);
    const known = this.numbers.get(text) ?? this.numbers.size;
    this.numbers.set(text, known);
    return known;
  }
}

const TYPES: readonly string[] = ['PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE'];

function hasAll(held: Uint8Array, numbers: readonly number[]): boolean {
  for (const each of numbers) if (held[each] !== 1) return false;
  return true;
}

function hasOneOfEach(held: Uint8Array, lists: readonly (readonly number[])[]): boolean {
  for (const list of lists) if (!hasOne(held, list)) return false;
  return true;
}

function hasOne(held: Uint8Array, numbers: readonly number[]): boolean {
  for (const each of numbers) if (held[each] === 1) return true;
  return false;
}
