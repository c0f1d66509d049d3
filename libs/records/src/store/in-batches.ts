/** A key on an ordered walk, and whether the rules let the reader have what it names. */
export interface TriedKey {
  readonly fits: boolean;
}

/** How many keys one batch brings at most. */
const LARGEST = 5_000;

/**
 * The first keys that fit, so many at most, on a walk that goes on after the last key of each batch. What the rules forbid uses up
 * no page, and a page costs the walk to its end and not the whole list. A batch that is not full is the last.
 */
export async function firstThatFit<Key extends TriedKey>(
  wanted: number,
  batch: (after: Key | undefined, most: number) => Promise<readonly Key[]>,
): Promise<Key[]> {
  const found: Key[] = [];
  let after: Key | undefined;
  for (let most = wanted; ; most = Math.min(most * 4, LARGEST)) {
    const keys = await batch(after, most);
    found.push(...keys.filter(({ fits }) => fits));
    after = keys.at(-1);
    if (found.length >= wanted || keys.length < most) return found.slice(0, wanted);
  }
}
