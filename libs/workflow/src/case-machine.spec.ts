import { CASE_COMMANDS, CASE_STATES, type CaseCommand, type CaseState, nextCaseState, stageRefusals } from './index';

const at = (hour: string): Date => new Date(`2026-06-05T${hour}:00Z`);
const WINDOW = { notBefore: at('15:00'), notAfter: at('18:00') };

const complete = { stage: 'adoption', state: 'complete', have: 2, need: 2, missing: [] } as const;
const open = { stage: 'adoption', state: 'open', have: 1, need: 2, missing: ['DEU Germany'] } as const;
const waiting = { ...open, stage: 'disclosure', state: 'waiting' } as const;
const stopped = { ...open, state: 'stopped' } as const;

const IN_ORDER = { stages: [complete], window: WINDOW, publishAt: at('16:00'), now: at('14:00') };

/** Every state, every command, and where it leads. A dot is a refusal. */
const TABLE = `
              amend  freeze       decide       return    object    schedule   withdraw   publish    lapse
  draft       draft  in-approval  .            .         .         .          withdrawn  .          lapsed
  in-approval .      .            in-approval  returned  objected  .          withdrawn  .          lapsed
  returned    draft  .            .            .         .         .          withdrawn  .          lapsed
  objected    draft  .            .            .         .         .          withdrawn  .          lapsed
  approved    .      .            .            returned  objected  scheduled  withdrawn  .          lapsed
  scheduled   .      .            .            returned  objected  scheduled  withdrawn  published  lapsed
  published   .      .            .            .         .         .          .          .          .
  withdrawn   .      .            .            .         .         .          .          .          .
  lapsed      .      .            .            .         .         .          .          .          .
`;

const [header = '', ...lines] = TABLE.trim().split('\n');
const commands = header.trim().split(/\s+/) as CaseCommand[];
const cells = lines.flatMap((line) => {
  const [state = '', ...next] = line.trim().split(/\s+/);
  return commands.map((command, n) => ({ state: state as CaseState, command, next: next[n] ?? '' }));
});

describe('the life of a case', () => {
  it('is told here for every state and every command', () => {
    expect(commands).toEqual(CASE_COMMANDS);
    expect(cells).toHaveLength(CASE_STATES.length * CASE_COMMANDS.length);
    expect(new Set(cells.map(({ state }) => state))).toEqual(new Set(CASE_STATES));
  });

  it.each(cells)('$state: $command leads to $next', ({ state, command, next }) => {
    const facts = command === 'decide' ? { stages: [open] } : IN_ORDER;
    const answer = nextCaseState(state, command, facts);
    if (next !== '.') {
      expect(answer).toEqual({ ok: true, state: next });
      return;
    }
    const from = cells.filter((cell) => cell.command === command && cell.next !== '.').map((cell) => cell.state);
    expect(answer).toEqual({
      ok: false,
      refusals: [
        { code: 'state', rule: `${command}-follows-${from.join('-or-')}`, need: from.join(' or '), have: state },
      ],
    });
  });

  it('comes to its end once: nothing leads out of published, withdrawn and lapsed', () => {
    const ends = CASE_STATES.filter((state) => CASE_COMMANDS.every((each) => !nextCaseState(state, each, IN_ORDER).ok));
    expect(ends).toEqual(['published', 'withdrawn', 'lapsed']);
  });
});

describe('a decision', () => {
  it('that completes every stage approves the case, and no other does', () => {
    const decide = (stages: readonly (typeof complete | typeof open | typeof stopped)[] | undefined) =>
      nextCaseState('in-approval', 'decide', stages === undefined ? {} : { stages });
    expect(decide([complete, complete])).toEqual({ ok: true, state: 'approved' });
    expect(decide([complete, open])).toEqual({ ok: true, state: 'in-approval' });
    expect(decide([complete, stopped])).toEqual({ ok: true, state: 'in-approval' });
    expect(decide([])).toEqual({ ok: true, state: 'in-approval' });
    expect(decide(undefined)).toEqual({ ok: true, state: 'in-approval' });
  });

  it('that stops leads back, though every stage were complete', () => {
    expect(nextCaseState('in-approval', 'object', { stages: [complete] })).toEqual({ ok: true, state: 'objected' });
    expect(nextCaseState('in-approval', 'return', { stages: [complete] })).toEqual({ ok: true, state: 'returned' });
  });
});

describe('scheduling', () => {
  const rulesOf = (state: CaseState, facts: Parameters<typeof nextCaseState>[2]): string[] => {
    const answer = nextCaseState(state, 'schedule', facts);
    return answer.ok ? [] : answer.refusals.map((refusal) => refusal.rule);
  };

  it('is refused with every reason at once', () => {
    expect(rulesOf('draft', {})).toEqual([
      'schedule-follows-approved-or-scheduled',
      'stages-complete',
      'within-the-window',
    ]);
    const late = { ...IN_ORDER, stages: [waiting, open], publishAt: at('18:00'), now: at('19:00') };
    expect(rulesOf('published', late)).toEqual([
      'schedule-follows-approved-or-scheduled',
      'stage:disclosure',
      'stage:adoption',
      'within-the-window',
      'window-open',
    ]);
  });

  it('needs every stage complete and says who is missing', () => {
    expect(rulesOf('approved', IN_ORDER)).toEqual([]);
    expect(stageRefusals([complete, open, stopped])).toEqual([
      { code: 'stage', rule: 'stage:adoption', need: '2 approvals', have: '1; missing: DEU Germany' },
      { code: 'stage', rule: 'stage:adoption', need: '2 approvals', have: '1, stopped; missing: DEU Germany' },
    ]);
    expect(stageRefusals([])).toEqual([
      { code: 'stage', rule: 'stages-complete', need: 'every stage complete', have: 'nothing frozen' },
    ]);
  });

  it.each([
    ['before the window', '14:59', ['within-the-window']],
    ['at its first moment', '15:00', []],
    ['at its last minute', '17:59', []],
    ['at its end', '18:00', ['within-the-window']],
  ])('for an hour %s', (_name, hour, rules) => {
    expect(rulesOf('approved', { ...IN_ORDER, publishAt: at(hour) })).toEqual(rules);
  });

  it.each([
    ['long before', '01:00', []],
    ['in the last minute of the window', '17:59', []],
    ['when the window has ended', '18:00', ['window-open']],
  ])('%s', (_name, hour, rules) => {
    expect(rulesOf('approved', { ...IN_ORDER, now: at(hour) })).toEqual(rules);
  });

  it('without a window, an hour or a clock is refused', () => {
    const { stages, window, publishAt, now } = IN_ORDER;
    expect(rulesOf('approved', { stages, publishAt, now })).toEqual(['within-the-window']);
    expect(rulesOf('approved', { stages, window, now })).toEqual(['within-the-window']);
    expect(rulesOf('approved', { stages, window, publishAt })).toEqual(['within-the-window']);
  });

  it('with a moment that is none never passes', () => {
    const none = new Date(Number.NaN);
    expect(() => nextCaseState('approved', 'schedule', { ...IN_ORDER, now: none })).toThrow(RangeError);
    expect(() => nextCaseState('approved', 'schedule', { ...IN_ORDER, publishAt: none })).toThrow(RangeError);
  });
});
