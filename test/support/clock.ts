import { Clock } from '#database';

/** A clock that runs with the world's and can be set ahead: the hour of a release comes when the test wants it. */
export class TestClock extends Clock {
  private ahead = 0;

  override now(): Date {
    return new Date(Date.now() + this.ahead);
  }

  /** Sets the clock ahead by so many milliseconds. */
  advance(milliseconds: number): void {
    this.ahead += milliseconds;
  }
}
