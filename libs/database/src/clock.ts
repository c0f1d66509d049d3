/** Tells the time. An argument everywhere, so that a test can stand at any moment. */
export abstract class Clock {
  abstract now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
