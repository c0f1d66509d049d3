import { type EventFilter, pageOfEvents } from '../../libs/audit/src/store/event.store';
import { startCluster } from '../support/start-cluster';
import { A_DOCUMENT, A_PERSON, fillEvents } from './fill-events';
import { type Deep, inTransaction, plainly } from './hand-written';
import { type Report, inTurns, slower } from './report';
import { ScaleHouse } from './scale-house';

const ROUNDS = 60;
const DEEP: Deep = { at: '2019-06-01T00:00:00.000Z', id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' };

/** No auditor may wait longer for a page, in milliseconds. */
const MOST = 5;

const QUESTIONS: readonly (readonly [string, EventFilter, string])[] = [
  ['newest events', {}, 'true'],
  ['events of a person', { person: A_PERSON }, `e.person_id = '${A_PERSON}'`],
  ['events about a document', { document: A_DOCUMENT }, `e.document_id = '${A_DOCUMENT}'`],
  ['refusals', { outcome: 'refused' }, `e.outcome = 'refused'`],
];

/**
 * Pages of the record among 1,000,000 events, for an auditor, beside the same SQL without security, in turns, in one run. Both are whole
 * transactions. All durations are p50.
 */
export async function bench(report: Report): Promise<void> {
  const close = await startCluster({ durable: true });
  try {
    const [small, large] = [await filled(100_000), await filled(1_000_000)];
    for (const question of QUESTIONS) await benchQuestion(report, { small, large }, question);
    await small.close();
    await large.close();
  } finally {
    await close();
  }
}

async function filled(events: number): Promise<ScaleHouse> {
  const house = await ScaleHouse.filled((client) => fillEvents(client, events), ['auditor']);
  await house.raw.query(`UPDATE person SET roles = ARRAY['auditor']`);
  await house.api.asDuty((tx) => tx.rows('SELECT sec.enter($1)', [AUDITOR.sid]));
  return house;
}

const AUDITOR = ScaleHouse.sessionOf('auditor');

async function benchQuestion(
  report: Report,
  { small, large }: { small: ScaleHouse; large: ScaleHouse },
  [what, filter, condition]: (typeof QUESTIONS)[number],
): Promise<void> {
  const page = (house: ScaleHouse, after?: Deep): Promise<{ readonly length: number }> =>
    house.api.run(AUDITOR, (tx) => pageOfEvents(tx, filter, after, 50));
  if ((await page(large)).length !== 51) throw new Error(`there is too little to see of ${what}`);
  const byHand = (deep?: Deep): Promise<void> =>
    inTransaction(large.raw, () => plainly(large.raw)(PAGE(condition, deep), []));
  const times = await inTurns(ROUNDS, {
    first: () => page(large),
    rawFirst: () => byHand(),
    deep: () => page(large, DEEP),
    rawDeep: () => byHand(DEEP),
    small: () => page(small),
  });
  report(slower(`${what} / by hand`, { ours: times.first, other: times.rawFirst, target: 1.5 }));
  report(slower(`${what}, deep / by hand`, { ours: times.deep, other: times.rawDeep, target: 1.5 }));
  report(slower(`${what}, deep / first`, { ours: times.deep, other: times.first, target: 1.25 }));
  report(slower(`${what} / ${String(MOST)} ms`, { ours: times.first, other: MOST, target: 1 }));
  report(slower(`${what}, 1,000,000 events / 100,000`, { ours: times.first, other: times.small, target: 1.5 }));
}

const PAGE = (condition: string, deep: Deep | undefined): string => `
  SELECT e.id, e.at, e.person_id, p.office, e.action, e.outcome, e.thing_kind, e.thing_id, e.document_id, e.case_id, e.request_id,
         e.record, l.leaf_index
    FROM audit_event e LEFT JOIN person p ON p.id = e.person_id LEFT JOIN ledger_leaf l ON l.event_id = e.id
   WHERE ${condition} ${deep === undefined ? '' : `AND (e.at, e.id) < ('${deep.at}', '${deep.id}')`}
   ORDER BY e.at DESC, e.id DESC LIMIT 51`;
