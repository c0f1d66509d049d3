import { ApiProblem } from '#client';
import { Deviation, holds, namesRules, refusal, same } from './deviation';
import { type Step, Story, StoryBroken } from './story';

const ACTOR = { office: 'Planner (EXERCISE)' };
const problem = (code: 'refused' | 'not-found', rules: readonly string[] = []): ApiProblem =>
  new ApiProblem({
    type: 'about:blank',
    title: 'refused',
    status: 422,
    code,
    requestId: '1',
    reasons: rules.map((rule) => ({ code: 'x', rule, need: 'more', have: 'less' })),
  });

describe('a story', () => {
  const told: Step[] = [];
  const story = new Story((step) => told.push(step));
  beforeEach(() => {
    told.length = 0;
  });

  it('tells what came of a step and gives it on', async () => {
    story.chapter('One');
    expect(
      await story.step(
        ACTOR,
        'counts',
        async () => 2,
        (two) => `found ${String(two)}`,
      ),
    ).toBe(2);
    expect(told).toMatchObject([{ chapter: 'One', actor: ACTOR.office, what: 'counts', ok: true, outcome: 'found 2' }]);
  });

  it.each([
    [
      'a deviation',
      () => {
        same('the state', 'approved', 'draft');
      },
      'expected the state "approved", found "draft"',
    ],
    [
      'a refusal that nobody expected',
      () => {
        throw problem('refused', ['stage:consent']);
      },
      'stage:consent needs more, has less',
    ],
    [
      'an error',
      () => {
        throw new Error('the house burnt down');
      },
      'the house burnt down',
    ],
  ])('tells %s and breaks', async (_what, work, words) => {
    await expect(
      story.step(
        ACTOR,
        'fails',
        async () => {
          work();
        },
        () => 'done',
      ),
    ).rejects.toThrow(StoryBroken);
    expect(told.map(({ ok }) => ok)).toEqual([false]);
    expect(told[0]?.outcome).toContain(words);
  });
});

describe('what must be refused', () => {
  it('is a deviation when it is done', async () => {
    await expect(refusal('refused', Promise.resolve())).rejects.toThrow('found that it was done');
  });

  it('is a deviation when it is refused otherwise', async () => {
    await expect(refusal('refused', Promise.reject(problem('not-found')))).rejects.toThrow(Deviation);
  });

  it('names its rules, or it is a deviation', async () => {
    const found = await refusal('refused', Promise.reject(problem('refused', ['stage:consent'])));
    expect(() => {
      namesRules(found, 'stage:consent');
    }).not.toThrow();
    expect(() => {
      namesRules(found, 'stage:consent', 'stage:adoption');
    }).toThrow(Deviation);
  });

  it('is nothing else than a refusal', async () => {
    await expect(refusal('refused', Promise.reject(new Error('no connection')))).rejects.toThrow('no connection');
    expect(() => {
      holds('a thing', false, 'none');
    }).toThrow('expected a thing, found none');
  });
});
