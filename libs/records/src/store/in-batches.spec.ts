import { firstThatFit } from './in-batches';

/** A walk over the numbers from 1 to `last`, of which some fit; notes how many each batch was asked for. */
function aWalk(last: number, fits: (n: number) => boolean) {
  const asked: number[] = [];
  const batch = async (after: { n: number } | undefined, most: number) => {
    asked.push(most);
    const from = (after?.n ?? 0) + 1;
    const length = Math.max(0, Math.min(most, last - from + 1));
    return Array.from({ length }, (_unused, place) => ({ n: from + place, fits: fits(from + place) }));
  };
  return { asked, batch };
}

const numbers = (keys: readonly { n: number }[]): number[] => keys.map(({ n }) => n);

describe('the first keys that fit', () => {
  it('come in one batch where all fit', async () => {
    const { asked, batch } = aWalk(1_000, () => true);
    expect(numbers(await firstThatFit(3, batch))).toEqual([1, 2, 3]);
    expect(asked).toEqual([3]);
  });

  it('come in order and none twice, however few fit, and the walk ends with the page', async () => {
    const { asked, batch } = aWalk(1_000_000, (n) => n % 100 === 0);
    expect(numbers(await firstThatFit(5, batch))).toEqual([100, 200, 300, 400, 500]);
    expect(asked).toEqual([5, 20, 80, 320, 1280]);
  });

  it('are no more than there are, and a batch never brings more than 5,000', async () => {
    const { asked, batch } = aWalk(20_000, (n) => n === 19_999);
    expect(numbers(await firstThatFit(1_000, batch))).toEqual([19_999]);
    expect(asked).toEqual([1_000, 4_000, 5_000, 5_000, 5_000, 5_000]);
  });

  it('are none on a walk over nothing', async () => {
    expect(await firstThatFit(3, aWalk(0, () => true).batch)).toEqual([]);
  });
});
