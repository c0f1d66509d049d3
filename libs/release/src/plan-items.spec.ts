import type { CaseItemInput } from '#contracts';
import type { SourcePortion } from '#records';
import { type Plan, planItems, refuseParts } from './plan-items';

/** EXERCISE: all figures are invented. */
const BODIES = [
  'EXERCISE New capability targets',
  'EXERCISE: seventeen brigades stand ready by 2032, and 18,400 persons are missing.',
  'EXERCISE: the ministers meet in June to adopt what was agreed.',
] as const;

const idOf = (n: number): string => `0000000${String(n)}-0000-4000-8000-000000000000`;

const portion = (n: number, change: Partial<SourcePortion> = {}): SourcePortion => ({
  id: idOf(n),
  versionId: 'version',
  ordinal: 10 * n,
  kind: n === 1 ? 'title' : 'paragraph',
  protectionId: 100 + n,
  originator: n === 3 ? 'DEU' : 'ACT',
  body: BODIES[n - 1] ?? 'EXERCISE',
  protection: { label: { policy: 'NATO', classification: 'SECRET', categories: [] }, needToKnow: ['everyone'] },
  ...change,
});

const SOURCE = [portion(1), portion(2), portion(3)];

const include = (n: number): CaseItemInput => ({ portion: idOf(n), treatment: 'include' });
const withhold = (n: number): CaseItemInput => ({ portion: idOf(n), treatment: 'withhold', reasonCode: 'OPERATIONS' });
const substitute = (n: number, text = 'EXERCISE: forces grow.', reasonCode?: string): CaseItemInput => ({
  portion: idOf(n),
  treatment: 'substitute',
  text,
  ...(reasonCode === undefined ? {} : { reasonCode }),
});

const plan = (items: readonly CaseItemInput[], words: Partial<Plan> = {}): Plan => ({
  title: 'EXERCISE title',
  summary: 'EXERCISE summary',
  items,
  ...words,
});

const rulesOf = (asked: Plan, source: readonly SourcePortion[] = SOURCE): string[] =>
  planItems(asked, source).refusals.map((refusal) => refusal.rule);

describe('the items of a round', () => {
  it('are one for each portion that the requester sees, in its order and with its number there', () => {
    const { items, refusals } = planItems(plan([substitute(3, undefined, 'SOURCES'), include(1), withhold(2)]), SOURCE);
    expect(refusals).toEqual([]);
    expect(items).toEqual([
      {
        n: 1,
        portionId: idOf(1),
        treatment: 'include',
        reasonCode: null,
        substitute: null,
        originator: 'ACT',
        protectionId: 101,
      },
      {
        n: 2,
        portionId: idOf(2),
        treatment: 'withhold',
        reasonCode: 'OPERATIONS',
        substitute: null,
        originator: 'ACT',
        protectionId: 102,
      },
      {
        n: 3,
        portionId: idOf(3),
        treatment: 'substitute',
        reasonCode: 'SOURCES',
        substitute: 'EXERCISE: forces grow.',
        originator: 'DEU',
        protectionId: 103,
      },
    ]);
  });

  it('of a substitute without a reason have none', () => {
    const { items } = planItems(plan([include(1), withhold(2), substitute(3)]), SOURCE);
    expect(items[2]).toMatchObject({ treatment: 'substitute', reasonCode: null });
  });
});

describe('a request is refused', () => {
  it('when it leaves a portion unnamed: silence is no treatment', () => {
    const { refusals } = planItems(plan([include(1), withhold(2)]), SOURCE);
    expect(refusals).toEqual([
      {
        code: 'unnamed-portion',
        rule: 'silence-is-no-treatment',
        need: `include, withhold or substitute for portion ${idOf(3)}`,
        have: 'nothing',
      },
    ]);
  });

  it('when it names a portion twice', () => {
    expect(rulesOf(plan([include(1), withhold(2), include(3), include(3)]))).toEqual(['each-portion-once']);
    expect(rulesOf(plan([include(1), withhold(2), include(3), withhold(3)]))).toContain('each-portion-once');
  });

  it('when it names a portion that is not there, or not to be seen', () => {
    const { refusals } = planItems(plan([include(1), withhold(2), include(3), include(9)]), SOURCE);
    expect(refusals).toEqual([
      {
        code: 'unknown-portion',
        rule: 'portions-of-the-document',
        need: 'portions of the latest version that you may read',
        have: idOf(9),
      },
    ]);
  });

  it('when nothing would leave', () => {
    expect(rulesOf(plan([withhold(1), withhold(2), withhold(3)]))).toEqual(['something-to-release']);
    expect(rulesOf(plan([withhold(1), withhold(2), substitute(3)]))).toEqual([]);
    expect(rulesOf(plan([]), [])).toEqual(['something-to-release']);
  });

  it('with every reason at once', () => {
    expect(rulesOf(plan([withhold(1), withhold(1), withhold(9)], { title: BODIES[1] }))).toEqual([
      'each-portion-once',
      'portions-of-the-document',
      'silence-is-no-treatment',
      'silence-is-no-treatment',
      'something-to-release',
      'no_write_down',
    ]);
  });
});

describe('no_write_down: no text for the audience repeats what stays behind', () => {
  const refused = (asked: Plan): string[] =>
    planItems(asked, SOURCE).refusals.map(({ need, have }) => `${need} / ${have}`);

  it('not in the title, the summary or a substitute', () => {
    const items = [include(1), withhold(2), include(3)];
    expect(refused(plan(items, { title: 'EXERCISE: 18 400 persons' }))).toEqual([
      `a title without a figure of a portion that stays behind / a figure of portion ${idOf(2)}`,
    ]);
    expect(refused(plan(items, { summary: `As was said: ${BODIES[1].slice(10)}` }))).toEqual([
      `a summary without a sentence of a portion that stays behind / a sentence of portion ${idOf(2)}`,
    ]);
    expect(refused(plan([include(1), withhold(2), substitute(3, 'EXERCISE: about 18400 persons.')]))).toEqual([
      `a substitute for ${idOf(3)} without a figure of a portion that stays behind / a figure of portion ${idOf(2)}`,
    ]);
  });

  it('not of the very portion that a substitute stands for', () => {
    expect(refused(plan([include(1), substitute(2, BODIES[1]), include(3)]))).toEqual([
      `a substitute for ${idOf(2)} without a sentence of a portion that stays behind / a sentence of portion ${idOf(2)}`,
    ]);
  });

  it('but of what is included it may', () => {
    expect(refused(plan([include(1), include(2), withhold(3)], { summary: BODIES[1] }))).toEqual([]);
    const twin = [portion(1), portion(2), portion(3, { body: BODIES[1] })];
    expect(planItems(plan([include(1), include(2), withhold(3)], { summary: BODIES[1] }), twin).refusals).toEqual([]);
  });

  it('an unnamed portion stays behind as well', () => {
    expect(rulesOf(plan([include(1), include(3)], { summary: BODIES[1] }))).toEqual([
      'silence-is-no-treatment',
      'no_write_down',
    ]);
  });

  it('is asked of thousands of substitutes against thousands of portions', () => {
    const many = Array.from({ length: 2_000 }, (_unused, n) =>
      portion(n + 1, {
        id: `portion-${String(n)}`,
        body: `EXERCISE: the portion of number ${String(n)} says some words. `.repeat(5),
      }),
    );
    const items = many.map((each, n): CaseItemInput => ({
      portion: each.id,
      treatment: 'substitute',
      text: n === 1_999 ? 'EXERCISE: the portion of number 7 says some words.' : 'EXERCISE: forces grow here, too.',
    }));
    expect(planItems(plan(items), many).refusals.map((refusal) => refusal.have)).toEqual([
      'a sentence of portion portion-7',
    ]);
  });
});

describe('a document that may be read only whole', () => {
  it('leaves as it is, every portion of it', () => {
    expect(refuseParts(false, [include(1), include(2), include(3)])).toEqual([]);
    expect(refuseParts(true, [include(1), withhold(2), substitute(3)])).toEqual([]);
  });

  it('gives no part of itself away', () => {
    for (const items of [
      [include(1), include(2), withhold(3)],
      [include(1), substitute(2)],
    ])
      expect(refuseParts(false, items).map(({ code, have }) => [code, have])).toEqual([
        ['read-only-whole', '1 withheld or substituted'],
      ]);
  });
});
