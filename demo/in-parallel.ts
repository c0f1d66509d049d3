/** Does the work for each, so many at once. The first failure is thrown when nothing runs any more; nothing new begins after it. */
export async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const rest = [...items];
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
        try {
          await work(item);
        } catch (error) {
          failures.push(error);
          rest.length = 0;
        }
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}
