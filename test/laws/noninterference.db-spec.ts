import fc from 'fast-check';
import { shippedRules } from '#access';
import { ask } from '../support/http';
import { OPEN_ACTS } from '../support/noninterference-acts';
import { READERS } from '../support/noninterference-ground';
import { HIDDEN_ACTS } from '../support/noninterference-hidden-acts';
import { MUTANTS } from '../support/noninterference-mutants';
import { TOLD_BY_OFFICE } from '../support/noninterference-offices';
import { TRACE } from '../support/noninterference-trace';
import { type Compared, type Event, OUT_OF_ORDER, Worlds, everything } from '../support/noninterference-worlds';
import { RemovableAccess } from '../support/taken-away';

jest.mock('../../libs/records/src/cut', () => mockBreakable('../../libs/records/src/cut'));
jest.mock('../../libs/records/src/case-source', () => mockBreakable('../../libs/records/src/case-source'));
jest.mock('../../libs/records/src/store/document.store', () =>
  mockBreakable('../../libs/records/src/store/document.store'),
);
jest.mock('../../libs/release/src/case-of', () => mockBreakable('../../libs/release/src/case-of'));

function mockBreakable(path: string): object {
  const { breakable } = jest.requireActual<typeof import('../support/breakable')>('../support/breakable');
  return breakable(jest.requireActual<object>(path));
}

const SEED = 20250604;
const PAIRS = 2;

/**
 * What none of the readers is given of which the worlds are compared: it is for auditors and security officers, comes after the approval
 * of everybody, takes a password, or is the breaking of glass over what need-to-know alone hides.
 */
const REFUSED_TO_ALL = [
  'GET /api/examine/decision',
  'GET /api/examine/documents/{id}/readers',
  'GET /api/examine/people/{id}/documents',
  'POST /api/examine/what-if',
  'POST /api/examine/replays',
  'POST /api/rules/preview',
  'POST /api/cases/{id}/schedule',
  'GET /api/audit/events',
  'GET /api/audit/events/{id}/proof',
  'GET /api/audit/checkpoint',
  'GET /api/audit/consistency',
  'POST /api/session',
  'POST /api/break-glass',
  'POST /api/break-glass/{id}/review',
  'POST /api/break-glass/{id}/end',
];

const access = new RemovableAccess(shippedRules);
const compared: Compared[] = [];
const killed: string[] = [];
let worlds: Worlds;

beforeAll(async () => {
  worlds = await Worlds.open({ access });
}, 60_000);
afterAll(async () => {
  const requests = compared.reduce((sum, each) => sum + each.requests, 0);
  const routes = new Set(compared.flatMap((each) => [...each.routes]));
  process.stdout.write(
    `noninterference: ${String(compared.length)} pairs of worlds (seed ${String(SEED)}), ${String(requests)} requests asked in both, ` +
      `${String(routes.size)} routes; ${String(killed.length)} of ${String(Object.keys(MUTANTS).length)} mutants killed\n`,
  );
  await worlds.close();
}, 60_000);

const lot = fc.nat(50);
const open = fc.record({ kind: fc.constant('open' as const), act: fc.constantFrom(...Object.keys(OPEN_ACTS)), lot });
const hidden = fc.record({
  kind: fc.constant('hidden' as const),
  act: fc.constantFrom(...Object.keys(HIDDEN_ACTS)),
  lot,
});
const request = fc.record({
  kind: fc.constant('ask' as const),
  route: fc.constantFrom(...Object.keys(TRACE).filter((route) => route !== 'DELETE /api/session')),
  reader: fc.constantFrom(...READERS),
  lot,
});

/** Every kind of hidden thing at least once. */
const ALL_HIDDEN: readonly Event[] = Object.keys(HIDDEN_ACTS).map((act, n): Event => ({ kind: 'hidden', act, lot: n }));

const courses = fc
  .array(
    fc.oneof({ weight: 2, arbitrary: open }, { weight: 4, arbitrary: hidden }, { weight: 8, arbitrary: request }),
    { minLength: 40, maxLength: 60 },
  )
  .map((events): Event[] => [...ALL_HIDDEN, ...events, ...everything()]);

describe('noninterference', () => {
  it('every route is asked', async () => {
    const described = JSON.parse((await ask(worlds.alliance.house.url, '/api/openapi.json')).body) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.length).toBeGreaterThan(30);
    expect(Object.keys(TRACE).sort()).toEqual(routes.sort());
  });

  it.each(fc.sample(courses, { seed: SEED, numRuns: PAIRS }).map((events, n) => [n + 1, events] as const))(
    'pair %i: two worlds that differ in what no reader may know of answer every request alike',
    async (_n, events) => {
      const result = await worlds.compare(events);
      compared.push(result);
      expect(result.differences).toEqual([]);
    },
    300_000,
  );

  it('every route has given something to one of the readers, but for what none of them may', () => {
    const given = new Set(compared.flatMap((each) => [...each.given]));
    expect(
      Object.keys(TRACE)
        .filter((route) => !given.has(route))
        .sort(),
    ).toEqual(REFUSED_TO_ALL.sort());
  });

  it('whoever holds an office was told of others, by ids, labels and codes', () => {
    const told = new Set(compared.flatMap((each) => [...each.toldByOffice]));
    const routes = new Set(Object.values(TOLD_BY_OFFICE).flat());
    expect([...routes].filter((route) => !told.has(route))).toEqual([]);
  });

  describe('is seen to be broken without', () => {
    it.each(Object.entries(MUTANTS))('%s', async (name, { routes, by, events, without }) => {
      const house = { url: worlds.alliance.house.databases.main('superuser'), access };
      const differences = await without(
        house,
        async () =>
          (
            await worlds.compare(
              [...(events ?? ALL_HIDDEN), ...everything(routes, by)],
              events === undefined ? 'begun' : 'empty',
            )
          ).differences,
      );
      const told = differences.filter((difference) => !difference.includes(OUT_OF_ORDER));
      expect(told.filter((difference) => by === undefined || difference.startsWith(`${by},`))).not.toEqual([]);
      killed.push(name);
    });
  });
});
