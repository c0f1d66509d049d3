/** Parameters of a statement that is put together from parts: each value is bound, never pasted into the text. */
export class Bound {
  readonly values: unknown[];

  /** `already` are the values that are bound before any other, `$1` on. */
  constructor(already: readonly unknown[] = []) {
    this.values = [...already];
  }

  /** Where the value stands in the statement: `$3`. */
  place(value: unknown): string {
    return `$${String(this.values.push(value))}`;
  }

  /** The condition over a value, or nothing where there is none. */
  when(value: unknown, condition: (place: string) => string): string[] {
    return value === undefined ? [] : [condition(this.place(value))];
  }
}

/** `WHERE a AND b`; nothing where nothing is asked. */
export const whereAll = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
