/** A value with one of its leaves changed, and where. */
export interface Changed {
  readonly path: string;
  readonly value: unknown;
}

/** The value once for each of its leaves, with that leaf alone changed: the last letter, the number by one, yes into no. */
export function everyChange(value: unknown, path = ''): Changed[] {
  if (typeof value === 'string')
    return value === '' ? [] : [{ path, value: `${value.slice(0, -1)}${value.endsWith('1') ? '2' : '1'}` }];
  if (typeof value === 'number') return [{ path, value: value + 1 }];
  if (typeof value === 'boolean') return [{ path, value: !value }];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    everyChange(inner, `${path}/${name}`).map((changed) => ({
      ...changed,
      value: withMember(value, name, changed.value),
    })),
  );
}

const withMember = (value: object, name: string, changed: unknown): unknown =>
  Array.isArray(value)
    ? value.map((each: unknown, n) => (String(n) === name ? changed : each))
    : { ...value, [name]: changed };
