type Function = (...given: never[]) => unknown;

const broken = new Map<string, Function>();

/**
 * A module of the product whose functions a test can exchange, one at a time, and puts back: for mechanisms that live in TypeScript.
 * Give it to `jest.mock`; nothing changes until `whileBroken` says so.
 */
export function breakable<Module extends object>(module: Module): Module {
  const exchanged = Object.entries(module).map(([name, value]: [string, unknown]): [string, unknown] =>
    typeof value === 'function' && /^[a-z]/.test(name)
      ? [name, (...given: never[]) => (broken.get(name) ?? (value as Function))(...given)]
      : [name, value],
  );
  return Object.fromEntries(exchanged) as Module;
}

/** Checks something while the functions of these names are others. */
export async function whileBroken<Result>(
  functions: Readonly<Record<string, Function>>,
  check: () => Promise<Result>,
): Promise<Result> {
  for (const [name, other] of Object.entries(functions)) broken.set(name, other);
  try {
    return await check();
  } finally {
    for (const name of Object.keys(functions)) broken.delete(name);
  }
}
