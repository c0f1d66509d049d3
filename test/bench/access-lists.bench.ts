import { countDocuments, pageOfDocuments } from '../../libs/records/src/store/listed-document.store';
import { pageOfTargets } from '../../libs/records/src/store/listed-target.store';
import { pageOfFound } from '../../libs/records/src/store/found-portion.store';
import type { Tx } from '#database';
import { startCluster } from '../support/start-cluster';
import { COMMON_WORD, RARE_WORD, READER_CLASSES, type ReaderClass } from './fill-at-scale';
import { type Deep, countAll, fasterPage, inTransaction, plainly, prepared, rareWord } from './hand-written';
import { type Report, inTurns, slower } from './report';
import { ScaleHouse } from './scale-house';

const ROUNDS = 300;
const FEW = 15;
const DEEP: Deep = { at: '2019-06-01T00:00:00.000Z', id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' };

/** No class of readers may wait longer for a page, in milliseconds; for one that is narrowed, and for words that stand everywhere. */
const MOST = 5;
const MOST_NARROWED = 20;
const MOST_COMMON = 200;

/**
 * Lists among a million documents under 6,000 labels, beside hand-written SQL that needs no security, in turns, in one run: the
 * store's statements under row-level security in an open transaction, and whole transactions with session and commit. All
 * durations are p50.
 */
export async function bench(report: Report): Promise<void> {
  const close = await startCluster({ durable: true });
  try {
    const small = await ScaleHouse.open(100_000);
    const large = await ScaleHouse.open(1_000_000);
    for (const name of READER_CLASSES) await benchPages(report, { small, large }, name);
    for (const name of READER_CLASSES) await benchWords(report, large, name);
    for (const name of READER_CLASSES) await benchFilters(report, large, name);
    await small.close();
    await large.close();
  } finally {
    await close();
  }
}

async function benchPages(
  report: Report,
  { small, large }: { small: ScaleHouse; large: ScaleHouse },
  name: ReaderClass,
): Promise<void> {
  const rights = await large.rightsOf(name);
  const raw = await fasterPage(plainly(large.raw), rights);
  const planned = await fasterPage(prepared(large.raw), rights);
  const statements = await inSession(large, name, (tx) =>
    inTurns(ROUNDS, {
      first: () => pageOfDocuments(tx, { limit: 50 }),
      rawFirst: () => raw(),
      planned: () => planned(),
      deep: () => pageOfDocuments(tx, { limit: 50, after: DEEP }),
      rawDeep: () => raw(DEEP),
    }),
  );
  const whole = await inTurns(ROUNDS, {
    ours: () => inSession(large, name, (tx) => pageOfDocuments(tx, { limit: 50 })),
    raw: () => inTransaction(large.raw, () => raw()),
    small: () => inSession(small, name, (tx) => pageOfDocuments(tx, { limit: 50 })),
  });
  const who = `${name} (${(rights.share * 100).toPrecision(2)} % in ${String(rights.ids.length)} labels)`;
  const { first, rawFirst, deep, rawDeep } = statements;
  report(slower(`page of 50, ${who} / hand-written SQL`, { ours: first, other: rawFirst, target: 1.25 }));
  report(
    slower(`page of 50, ${who} / hand-written SQL, prepared`, { ours: first, other: statements.planned, target: 1.5 }),
  );
  report(slower(`deep page of 50, ${who} / hand-written SQL`, { ours: deep, other: rawDeep, target: 1.25 }));
  report(slower(`deep page, ${who} / first page`, { ours: deep, other: first, target: 1.25 }));
  report(
    slower(`page, whole transaction, ${who} / the same by hand`, { ours: whole.ours, other: whole.raw, target: 1.25 }),
  );
  report(slower(`page, whole transaction, ${who} / ${String(MOST)} ms`, { ours: whole.ours, other: MOST, target: 1 }));
  report(slower(`page, ${who}, 1,000,000 documents / 100,000`, { ours: whole.ours, other: whole.small, target: 1.5 }));
}

async function benchWords(report: Report, large: ScaleHouse, name: ReaderClass): Promise<void> {
  const rights = await large.rightsOf(name);
  const rare = await inSession(large, name, (tx) =>
    inTurns(ROUNDS, {
      ours: () => pageOfFound(tx, { words: RARE_WORD, filter: {}, limit: 50 }),
      raw: () => rareWord(plainly(large.raw), rights),
    }),
  );
  report(slower(`rare word, ${name} / hand-written SQL`, { ours: rare.ours, other: rare.raw, target: 3 }));
  const counted = await inTurns(FEW, {
    ours: () => inSession(large, name, (tx) => countDocuments(tx, {})),
    raw: () => countAll(plainly(large.raw), rights),
  });
  report(slower(`count of documents, ${name} / count(*)`, { ours: counted.ours, other: counted.raw, target: 1 }));
}

/** How long narrowed lists and common words take. */
async function benchFilters(report: Report, large: ScaleHouse, name: ReaderClass): Promise<void> {
  const asked = {
    'documents of a classification': (tx) =>
      pageOfDocuments(tx, { limit: 50, filter: { policy: 'NATO', classification: 'SECRET' } }),
    'documents of an originator': (tx) => pageOfDocuments(tx, { limit: 50, filter: { originator: 'N2' } }),
    'documents of a nation and an area': (tx) =>
      pageOfDocuments(tx, { limit: 50, filter: { nation: 'N7', area: 'area 3' } }),
    'documents of nobody': (tx) => pageOfDocuments(tx, { limit: 50, filter: { originator: 'nobody' } }),
    targets: (tx) => pageOfTargets(tx, { limit: 50 }),
    'targets of a nation and an area': (tx) =>
      pageOfTargets(tx, { limit: 50, filter: { nation: 'N7', area: 'area 3' } }),
    'a common word': (tx) => pageOfFound(tx, { words: COMMON_WORD, filter: {}, limit: 50 }),
  } as const satisfies Record<string, (tx: Tx) => Promise<unknown>>;
  const works = Object.entries(asked).map(
    ([what, work]) => [what, () => inSession<unknown>(large, name, work)] as const,
  );
  const times = await inTurns(FEW, Object.fromEntries(works));
  for (const [what, ours] of Object.entries(times)) {
    const most = what === 'a common word' ? MOST_COMMON : MOST_NARROWED;
    report(slower(`${what}, ${name} / ${String(most)} ms`, { ours, other: most, target: 1 }));
  }
}

const inSession = <Result>(house: ScaleHouse, name: ReaderClass, work: (tx: Tx) => Promise<Result>): Promise<Result> =>
  house.api.run(ScaleHouse.sessionOf(name), work);
