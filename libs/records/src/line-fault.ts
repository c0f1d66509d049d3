/** What is wrong, and in which line. */
export interface LineFault {
  readonly line: number;
  readonly code: string;
  readonly reason: string;
}
