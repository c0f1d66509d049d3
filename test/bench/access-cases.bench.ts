import { type AskedCases, pageOfCases } from '../../libs/release/src/store/listed-case.store';
import type { Tx } from '#database';
import { startCluster } from '../support/start-cluster';
import { RARE_WORD } from './fill-at-scale';
import { TWENTIETH, fillCases } from './fill-cases';
import { type Deep, inTransaction, plainly } from './hand-written';
import { BY_HAND, fastest } from './hand-written-cases';
import { type Report, inTurns, slower } from './report';
import { type HeldRights, POLICIES, ScaleHouse } from './scale-house';

const ROUNDS = 60;
const DEEP: Deep = { at: '2019-06-01T00:00:00.000Z', id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' };
const PROTECTIONS = 600;

/** Who asks: all (77 %), broad (24 %), about one in a hundred, the old ones alone, and nobody's. */
const READERS = ['all', 'broad', 'narrow', 'old-only', 'nobody'] as const;

/** No class of readers may wait longer for a page, in milliseconds. */
const MOST = 5;

const EVERYTHING: AskedCases = { filter: {}, rules: { cases: 'everything', documents: 'everything' } };
const QUESTIONS: readonly (readonly [string, keyof typeof BY_HAND, AskedCases, number])[] = [
  ['page of cases', 'newest', EVERYTHING, 1.5],
  ['cases of a nation', 'nation', { ...EVERYTHING, filter: { nation: 'N7' } }, 2],
  ['rare word in cases', 'rare', { ...EVERYTHING, words: RARE_WORD }, 3],
  ['word of every twentieth case', 'common', { ...EVERYTHING, words: TWENTIETH }, 3],
];

/**
 * Lists and searches of cases among 100,000 under 600 labels, beside hand-written SQL that needs no security, in turns, in one run.
 * Ours are whole transactions with session and commit, the statements by hand are in a transaction as well. All durations are p50.
 */
export async function bench(report: Report): Promise<void> {
  const close = await startCluster({ durable: true });
  try {
    const [small, large] = [await filled(10_000), await filled(100_000)];
    for (const name of READERS)
      for (const question of QUESTIONS) await benchQuestion(report, { small, large }, name, question);
    await small.close();
    await large.close();
  } finally {
    await close();
  }
}

const filled = (cases: number): Promise<ScaleHouse> =>
  ScaleHouse.filled((client) => fillCases(client, { cases, protections: PROTECTIONS, policies: POLICIES }), READERS);

async function benchQuestion(
  report: Report,
  { small, large }: { small: ScaleHouse; large: ScaleHouse },
  name: string,
  [what, by, asked, target]: (typeof QUESTIONS)[number],
): Promise<void> {
  const rights = await large.rightsOf(name);
  const raw = await fastest(plainly(large.raw), rights, BY_HAND[by]);
  const page = (house: ScaleHouse, after?: Deep): Promise<unknown> =>
    house.api.run(ScaleHouse.sessionOf(name), (tx: Tx) => pageOfCases(tx, asked, after, 50));
  const byHand = (deep?: Deep): Promise<void> => inTransaction(large.raw, () => raw(deep));
  const times = await inTurns(ROUNDS, {
    first: () => page(large),
    rawFirst: () => byHand(),
    deep: () => page(large, DEEP),
    rawDeep: () => byHand(DEEP),
    small: () => page(small),
  });
  const who = `${what}, ${name} (${shareOf(rights)})`;
  report(slower(`${who} / by hand`, { ours: times.first, other: times.rawFirst, target }));
  report(slower(`${who}, deep / by hand`, { ours: times.deep, other: times.rawDeep, target }));
  report(slower(`${who}, deep / first`, { ours: times.deep, other: times.first, target: 1.25 }));
  report(slower(`${who} / ${String(MOST)} ms`, { ours: times.first, other: MOST, target: 1 }));
  report(slower(`${who}, 100,000 cases / 10,000`, { ours: times.first, other: times.small, target: 1.5 }));
}

const shareOf = ({ ids, share }: HeldRights): string =>
  `${(share * 100).toPrecision(2)} % in ${String(ids.length)} labels`;
