/** A moment as pages show it: in the time of the world and in that of Brussels. */
export interface Moment {
  readonly iso: string;
  /** `5 June 2026` in Brussels. */
  readonly day: string;
  /** `17:00` in Brussels. */
  readonly hour: string;
  /** `5 June 2026, 15:00:02 UTC`. */
  readonly utc: string;
  /** `5 June 2026, 17:00:02 CEST`. */
  readonly brussels: string;
  /** `5 June 2026, 17:00:02 CEST (15:00:02 UTC)`, with both dates when they differ. */
  readonly both: string;
}

const BRUSSELS = 'Europe/Brussels';

const date = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'long', year: 'numeric' });

const clock = (timeZone: string, more: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...more });

const withZone = { second: '2-digit', timeZoneName: 'short' } as const;
const [utcDate, brusselsDate] = [date('UTC'), date(BRUSSELS)];
const [utcClock, brusselsClock] = [clock('UTC', withZone), clock(BRUSSELS, withZone)];
const brusselsHour = clock(BRUSSELS, {});

/** The words for an ISO moment. */
export function momentOf(iso: string): Moment {
  const at = new Date(iso);
  const [day, utcDay] = [brusselsDate.format(at), utcDate.format(at)];
  const utc = `${utcDay}, ${utcClock.format(at)}`;
  const brussels = `${day}, ${brusselsClock.format(at)}`;
  const both = `${brussels} (${day === utcDay ? utcClock.format(at) : utc})`;
  return { iso, day, hour: brusselsHour.format(at), utc, brussels, both };
}
