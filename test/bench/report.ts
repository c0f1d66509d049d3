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
