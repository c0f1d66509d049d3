const FORM =
  /^(\d{4})-(\d\d)-(\d\d)T(?:([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,12})?|24:00:00(?:\.0{1,12})?)(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

/** Whether a text is an `xs:dateTime` of the years 0001 to 9999, on a day that the calendar has. */
export function isDateTime(text: string): boolean {
  const [, year = '', month = '', day = ''] = FORM.exec(text.trim()) ?? [];
  if (year === '' || year === '0000') return false;
  const [m, d] = [Number(month), Number(day)];
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return m >= 1 && m <= 12 && d >= 1 && d <= (days[m - 1] ?? 0);
}

/** The moment of an `xs:dateTime` in milliseconds; one without a zone is taken as UTC. */
export function momentOf(text: string): number {
  const whole = text.trim();
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(whole) ? whole : `${whole}Z`);
}
