/** One comparison, measured in one run: `ours` and `other` in the same unit, and their ratio against its target. */
export interface BenchLine {
  readonly name: string;
  readonly ours: number;
  readonly other: number;
  readonly unit: string;
  /** Ours divided by the other's where less is better, the other way round where more is better. */
  readonly ratio: number;
  readonly target: number;
  readonly ok: boolean;
}

/** Takes a finished comparison. */
export type Report = (line: BenchLine) => void;

/** A bench of a room: measures, and reports each comparison. */
export type Bench = (report: Report) => Promise<void>;

/** A comparison of durations: ours may take at most `target` times as long as the other. */
export function slower(
  name: string,
  { ours, other, target }: { ours: number; other: number; target: number },
  unit = 'ms',
): BenchLine {
  const ratio = ours / other;
  return { name, ours, other, unit, ratio, target, ok: ratio <= target };
}

/** The middle of several measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

/** The p50 of each, in milliseconds, done in turns so that whatever else the machine does is done to all. */
export async function inTurns<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(works) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -3; round < rounds; round += 1) {
    for (const name of names) {
      const began = performance.now();
      await works[name]();
      // The first ones plan and warm up.
      if (round >= 0) times.get(name)?.push(performance.now() - began);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<Name, number>;
}
