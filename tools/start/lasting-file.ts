import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Writes a file that only its owner reads: whole, or not at all. What lay there before is there until then. */
export function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

export const writeJson = (file: string, value: unknown): void => {
  writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);
};

/** What a JSON file holds; undefined when there is none. Throws one line when it is not JSON. */
export function readJson(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as Error).message}): put back what it held`, { cause: error });
  }
}

/** What the file holds, and on first use what `make` makes. Made once: it is never overwritten. */
export async function madeOnce<Value>(
  file: string,
  schema: { parse(value: unknown): Value },
  make: () => Value | Promise<Value>,
): Promise<Value> {
  const found = readJson(file);
  if (found === undefined) {
    const made = await make();
    writeJson(file, made);
    return made;
  }
  try {
    return schema.parse(found);
  } catch (error) {
    throw new Error(`${file} does not hold what it must: put back what it held`, { cause: error });
  }
}
