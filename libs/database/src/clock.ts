/** Tells the time. An argument everywhere, so that a test can stand at any moment. */
export abstract class Clock {
  abstract now(): Date;
}

class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }
}

export const systemClock: Clock = new SystemClock();
