import { momentOf } from './moments';

describe('a moment', () => {
  it('is told in the time of the world and in that of Brussels, summer and winter', () => {
    expect(momentOf('2026-06-05T15:00:02.000Z')).toEqual({
      iso: '2026-06-05T15:00:02.000Z',
      day: '5 June 2026',
      hour: '17:00',
      utc: '5 June 2026, 15:00:02 UTC',
      brussels: '5 June 2026, 17:00:02 CEST',
      both: '5 June 2026, 17:00:02 CEST (15:00:02 UTC)',
    });
    expect(momentOf('2026-01-05T15:00:00Z').both).toBe('5 January 2026, 16:00:00 CET (15:00:00 UTC)');
  });

  it('names both days when they differ', () => {
    expect(momentOf('2026-12-31T23:30:00Z').both).toBe('1 January 2027, 00:30:00 CET (31 December 2026, 23:30:00 UTC)');
  });

  it('tells the two hours apart that have one name when the clocks are set back', () => {
    const [summer, winter] = [momentOf('2026-10-25T00:30:00Z'), momentOf('2026-10-25T01:30:00Z')];
    expect(summer.brussels).toBe('25 October 2026, 02:30:00 CEST');
    expect(winter.brussels).toBe('25 October 2026, 02:30:00 CET');
  });

  it('calls midnight 00', () => {
    expect(momentOf('2026-06-04T22:00:00Z')).toMatchObject({ day: '5 June 2026', hour: '00:00' });
  });
});
