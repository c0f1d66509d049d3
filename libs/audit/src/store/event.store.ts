import { Bound, type Tx, whereAll } from '#database';

/** An event as an auditor finds it: ids and codes. */
export interface EventRow {
  readonly id: string;
  readonly at: Date;
  readonly personId: string | null;
  readonly office: string | null;
  readonly action: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly thingKind: string | null;
  readonly thingId: string | null;
  readonly documentId: string | null;
  readonly caseId: string | null;
  readonly requestId: string | null;
  readonly record: string;
  readonly leafIndex: string | null;
}

/** What events are looked for. */
export interface EventFilter {
  readonly person?: string | undefined;
  readonly document?: string | undefined;
  readonly case?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const COLUMNS = `e.id, e.at, e.person_id AS "personId", p.office, e.action, e.outcome, e.thing_kind AS "thingKind", e.thing_id AS "thingId",
  e.document_id AS "documentId", e.case_id AS "caseId", e.request_id AS "requestId", e.record, l.leaf_index AS "leafIndex"`;
const SOURCES = 'audit_event e LEFT JOIN person p ON p.id = e.person_id LEFT JOIN ledger_leaf l ON l.event_id = e.id';

const CONDITIONS: Readonly<Record<keyof EventFilter, (place: string) => string>> = {
  person: (place) => `e.person_id = ${place}::uuid`,
  document: (place) => `e.document_id = ${place}::uuid`,
  case: (place) => `e.case_id = ${place}::uuid`,
  action: (place) => `(e.action = ${place} OR e.action LIKE ${place} || '.%')`,
  outcome: (place) => `e.outcome = ${place}`,
  from: (place) => `e.at >= ${place}::timestamptz`,
  to: (place) => `e.at < ${place}::timestamptz`,
};

/** The newest events that fit, one more than asked. Row-level security shows them to auditors alone. */
export async function pageOfEvents(
  tx: Tx,
  filter: EventFilter,
  after: { at: string; id: string } | undefined,
  limit: number,
): Promise<EventRow[]> {
  const bound = new Bound([limit + 1]);
  const conditions = conditionsOf(bound, filter);
  if (after !== undefined)
    conditions.push(`(e.at, e.id) < (${bound.place(after.at)}::timestamptz, ${bound.place(after.id)}::uuid)`);
  return tx.rows<EventRow>(
    `SELECT ${COLUMNS} FROM ${SOURCES} ${whereAll(conditions)} ORDER BY e.at DESC, e.id DESC LIMIT $1`,
    bound.values,
  );
}

/** How many events fit: exact, for auditors; nobody else sees one. */
export async function countEvents(tx: Tx, filter: EventFilter): Promise<number> {
  const bound = new Bound();
  const where = whereAll(conditionsOf(bound, filter));
  const row = await tx.row<{ n: string }>(`SELECT count(*) AS n FROM audit_event e ${where}`, bound.values);
  return Number(row?.n ?? 0);
}

const conditionsOf = (bound: Bound, filter: EventFilter): string[] =>
  (Object.keys(CONDITIONS) as (keyof EventFilter)[]).flatMap((name) => bound.when(filter[name], CONDITIONS[name]));

/** What a proof of an event is made from. */
export async function eventForProof(
  tx: Tx,
  id: string,
): Promise<{ record: string; salt: Buffer; leafIndex: string | null } | undefined> {
  return tx.row(
    'SELECT e.record, e.salt, l.leaf_index AS "leafIndex" FROM audit_event e LEFT JOIN ledger_leaf l ON l.event_id = e.id WHERE e.id = $1',
    [id],
  );
}
