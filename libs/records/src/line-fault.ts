/** What is wrong, and in which line. */
export interface LineFault {
  readonly line: number;
  readonly code: string;
  readonly reason: string;
}

/** Who has made more wants to hear no more; and looking for what a wrong mark may have meant takes its time. */
export const MOST_FAULTS = 200;
