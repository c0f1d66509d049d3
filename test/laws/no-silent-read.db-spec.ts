import { randomUUID } from 'node:crypto';
import {
  type AllianceHouse,
  PACKAGE,
  aRequest,
  approveAll,
  frozenCase,
  openAllianceHouse,
  signedBy,
  submittedCase,
} from '../support/alliance';
import { asking } from '../support/cluster';
import { type Answer, type Asking, ask } from '../support/http';
import type { Resident } from '../support/house';
import { type Mechanism, takenAway, withdrawn } from '../support/taken-away';

/* The access record is committed before the first byte leaves; if it cannot be written, the answer is 503. */

/** A request, and the record that it must leave. */
interface Sample extends Asking {
  readonly who: Resident;
  readonly path: string;
  readonly action: string;
}

let alliance: AllianceHouse;
let url: string;
/** Reads that give something. */
let reads: Readonly<Record<string, Sample>>;
/** Reads and changes that are refused. */
let refusals: Readonly<Record<string, Sample>>;
/** What changes something. */
let changes: Readonly<Record<string, Sample>>;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  url = alliance.house.databases.main('superuser');
  const { requester, releaseOfficer, planner, auditor, firstReviewer, originator, stranger } = alliance;
  const draft = await submittedCase(alliance);
  const frozen = await frozenCase(alliance);
  const approved = await frozenCase(alliance);
  await approveAll(alliance, approved.caseId);
  await alliance.house.seal();
  const document = await requester.client.document(draft.documentId);
  const [event] = (await auditor.client.events()).items.filter(({ sealed }) => sealed);
  const notification = await aNotificationFor(planner, draft.caseId);
  const { window, title, summary, items } = aRequest(document, alliance.house.clock.now());
  const at = (part: string): string => `/api/cases/${frozen.caseId}${part}`;

  reads = {
    'GET /api/documents': { who: planner, path: '/api/documents', action: 'document.list' },
    'GET /api/documents/{id}': { who: planner, path: `/api/documents/${draft.documentId}`, action: 'document.read' },
    'GET /api/cases': { who: requester, path: '/api/cases', action: 'case.list' },
    'GET /api/cases/{id}': { who: requester, path: at(''), action: 'case.read' },
    'GET /api/cases/{id}/proposal': { who: requester, path: at('/proposal'), action: 'case.read' },
    'GET /api/cases/{id}/capacities': { who: requester, path: at('/capacities'), action: 'case.read' },
    'GET /api/cases/{id}/preview': { who: requester, path: at('/preview'), action: 'case.preview' },
    'GET /api/cases/{id}/renditions/{name}': {
      who: requester,
      path: at('/renditions/release.json'),
      action: 'case.preview',
    },
    'GET /api/cases/{id}/would-refuse': { who: requester, path: at('/would-refuse?verb=decide'), action: 'case.read' },
    'GET /api/notifications': { who: planner, path: '/api/notifications', action: 'notification.list' },
    'GET /api/audit/events': { who: auditor, path: '/api/audit/events', action: 'audit.search' },
    'GET /api/audit/events/{id}/proof': {
      who: auditor,
      path: `/api/audit/events/${event?.id ?? ''}/proof`,
      action: 'audit.prove',
    },
  };
  const nothing = randomUUID();
  refusals = {
    'a hidden document': { who: stranger, path: `/api/documents/${draft.documentId}`, action: 'document.read' },
    'no document': { who: planner, path: `/api/documents/${nothing}`, action: 'document.read' },
    'a hidden case': { who: stranger, path: at(''), action: 'case.read' },
    'a hidden rendition': { who: stranger, path: at('/renditions/release.json'), action: 'case.preview' },
    'a verb that is not permitted': { who: planner, method: 'POST', path: at('/freeze'), action: 'case.freeze' },
    'an import that is faulty': {
      who: planner,
      method: 'POST',
      path: '/api/documents',
      text: 'EXERCISE unmarked',
      action: 'document.refused',
    },
    'the record for no auditor': { who: planner, path: '/api/audit/events', action: 'audit.search' },
  };
  changes = {
    'POST /api/documents': {
      who: planner,
      method: 'POST',
      path: '/api/documents',
      text: PACKAGE.text(),
      action: 'document.import',
    },
    'POST /api/documents/{id}/versions': {
      who: planner,
      method: 'POST',
      path: `/api/documents/${draft.documentId}/versions`,
      text: PACKAGE.text(),
      action: 'document.version',
    },
    'POST /api/cases': {
      who: requester,
      method: 'POST',
      path: '/api/cases',
      json: aRequest(document, alliance.house.clock.now()),
      action: 'case.submit',
    },
    'POST /api/notifications/{id}/read': {
      who: planner,
      method: 'POST',
      path: `/api/notifications/${notification}/read`,
      action: 'notification.read',
    },
    'POST /api/tokens': {
      who: planner,
      method: 'POST',
      path: '/api/tokens',
      json: { name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 },
      action: 'token.issue',
    },
    'POST /api/cases/{id}/decisions': {
      who: originator,
      method: 'POST',
      path: at('/decisions'),
      json: { statement: await signedBy(originator, frozen.caseId) },
      action: 'case.decide',
    },
    'POST /api/cases/{id}/return': {
      who: firstReviewer,
      method: 'POST',
      path: at('/return'),
      json: { reason: 'EXERCISE' },
      action: 'case.return',
    },
    'PUT /api/cases/{id}/proposal': {
      who: requester,
      method: 'PUT',
      path: `/api/cases/${draft.caseId}/proposal`,
      json: { title, summary, window, items },
      action: 'case.amend',
    },
    'POST /api/cases/{id}/freeze': {
      who: requester,
      method: 'POST',
      path: `/api/cases/${draft.caseId}/freeze`,
      action: 'case.freeze',
    },
    'POST /api/cases/{id}/schedule': {
      who: releaseOfficer,
      method: 'POST',
      path: `/api/cases/${approved.caseId}/schedule`,
      json: { publishAt: window.notBefore },
      action: 'case.schedule',
    },
    'POST /api/cases/{id}/withdraw': {
      who: requester,
      method: 'POST',
      path: at('/withdraw'),
      json: { reason: 'EXERCISE' },
      action: 'case.withdraw',
    },
  };
});
afterAll(() => alliance.house.close());

async function aNotificationFor(who: Resident, caseId: string): Promise<string> {
  const id = randomUUID();
  await asking(url, (client) =>
    client.query(
      `INSERT INTO notification (id, outbox_id, person_id, kind, case_id) VALUES ($1, $2, $3, 'case.frozen', $4)`,
      [id, randomUUID(), who.person, caseId],
    ),
  );
  return id;
}

const send = ({ who, path, ...asking }: Sample): Promise<Answer> =>
  ask(alliance.house.url, path, { ...asking, as: who.sid });

interface Recorded {
  readonly action: string;
  readonly outcome: string;
  readonly person: string;
}

const recordsOf = (requestId: string | undefined): Promise<Recorded[]> =>
  asking(url, async (client) => {
    const { rows } = await client.query<Recorded>(
      'SELECT action, outcome, person_id AS person FROM audit_event WHERE request_id = $1 ORDER BY id',
      [requestId],
    );
    return rows;
  });

/** Every sample that does not leave exactly its own record. */
async function violationsOf(samples: Readonly<Record<string, Sample>>, outcome: 'done' | 'refused'): Promise<string[]> {
  const violations: string[] = [];
  for (const [name, sample] of Object.entries(samples)) {
    const answer = await send(sample);
    const given = answer.status < 400 ? 'done' : 'refused';
    const found = await recordsOf(answer.headers['x-request-id']);
    const expected = [{ action: sample.action, outcome, person: sample.who.person }];
    if (given !== outcome || JSON.stringify(found) !== JSON.stringify(expected))
      violations.push(`${name}: ${String(answer.status)} ${JSON.stringify(found)}`);
  }
  return violations;
}

/** Every sample that gets anything but the one refusal while its record cannot be written; and what was stored although. */
async function givenWithoutRecord(samples: Readonly<Record<string, Sample>>): Promise<string[]> {
  const before = await stored();
  const violations: string[] = [];
  for (const [name, sample] of Object.entries(samples)) {
    const { status, body } = await send(sample);
    const { code } = status === 503 ? (JSON.parse(body) as { code: string }) : { code: undefined };
    if (code !== 'record-unavailable' && code !== 'unavailable') violations.push(`${name}: ${String(status)} ${body}`);
  }
  const after = await stored();
  return before === after ? violations : [...violations, `stored: ${before} before, ${after} after`];
}

/** How much there is of everything that a request could have stored. */
const stored = (): Promise<string> =>
  asking(url, async (client) => {
    const { rows } = await client.query(
      `SELECT (SELECT count(*) FROM document) AS documents, (SELECT count(*) FROM version) AS versions, (SELECT count(*) FROM release_case) AS cases,
              (SELECT string_agg(state || round, ',' ORDER BY id) FROM release_case) AS states, (SELECT count(*) FROM decision) AS decisions,
              (SELECT count(*) FROM proposal) AS proposals, (SELECT count(*) FROM case_remark) AS remarks, (SELECT count(*) FROM outbox) AS jobs,
              (SELECT count(*) FROM sec.session WHERE kind = 'token') AS tokens, (SELECT count(read_at) FROM notification) AS read`,
    );
    return JSON.stringify(rows);
  });

/** Reads that give no text and leave no record, each with its reason. Whatever is not here must be among the reads above. */
const WITHOUT_TEXT: Readonly<Record<string, string>> = {
  'GET /api/health': 'says that the api answers',
  'GET /api/me': 'what somebody is themselves',
  'GET /api/tokens': 'names that somebody gave to their own tokens',
  'GET /api/instruments/{id}': 'what became of a statement that somebody handed in themselves',
  'GET /api/audit/checkpoint': 'a signed hash; a mirror that asks for it would make the log grow for ever',
  'GET /api/audit/consistency': 'hashes; the same',
};

const NO_RIGHT = withdrawn('INSERT', 'audit_event', 'imprimatur_api');
const FULL_DISK: Mechanism = {
  take: `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'EXERCISE no space left' USING ERRCODE = 'disk_full'; END $$;
         CREATE TRIGGER full_disk BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION full_disk()`,
  giveBack: 'DROP TRIGGER full_disk ON audit_event; DROP FUNCTION full_disk()',
};
const LOST_AT_COMMIT: Mechanism = {
  take: `${FULL_DISK.take.replace('BEFORE INSERT ON audit_event', 'AFTER INSERT ON audit_event DEFERRABLE INITIALLY DEFERRED').replace('CREATE TRIGGER', 'CREATE CONSTRAINT TRIGGER')}`,
  giveBack: FULL_DISK.giveBack,
};
/** The record is taken and thrown away: nobody who reads would notice. */
const FORGETFUL: Mechanism = {
  take: 'CREATE RULE forgetful AS ON INSERT TO audit_event DO INSTEAD NOTHING',
  giveBack: 'DROP RULE forgetful ON audit_event',
};

describe('no_silent_read', () => {
  it('every route that reads is read here, or gives no text', async () => {
    const described = JSON.parse((await ask(alliance.house.url, '/api/openapi.json')).body) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.entries(described.paths).flatMap(([path, { get }]) =>
      get === undefined ? [] : [`GET ${path}`],
    );
    expect([...Object.keys(reads), ...Object.keys(WITHOUT_TEXT)].sort()).toEqual(routes.sort());
  });

  it('each read leaves one record of itself', async () => {
    expect(await violationsOf(reads, 'done')).toEqual([]);
  });

  it('each refusal leaves one record of itself', async () => {
    expect(await violationsOf(refusals, 'refused')).toEqual([]);
  });

  it('the record is committed before the first byte leaves', async () => {
    expect(await firstByteBeforeCommit(reads['GET /api/documents/{id}']!)).toBe(false);
  });

  it.each<[string, Mechanism]>([
    ['the right to write it is withdrawn', NO_RIGHT],
    ['the disk is full', FULL_DISK],
    ['the commit fails', LOST_AT_COMMIT],
  ])('if the record cannot be written because %s, nothing is given and nothing is done', async (_reason, broken) => {
    const everything = { ...reads, ...refusals, ...changes };
    expect(await takenAway(url, [broken], () => givenWithoutRecord(everything))).toEqual([]);
  });

  describe('taken away', () => {
    it('the record itself: reads and refusals are silent', async () => {
      expect(await takenAway(url, [FORGETFUL], () => violationsOf(reads, 'done'))).toHaveLength(
        Object.keys(reads).length,
      );
      expect(await takenAway(url, [FORGETFUL], () => violationsOf(refusals, 'refused'))).toHaveLength(
        Object.keys(refusals).length,
      );
    });

    it('what breaks the record: everything is given, and every change is recorded', async () => {
      expect(await givenWithoutRecord(reads)).toHaveLength(Object.keys(reads).length);
      expect(await violationsOf(changes, 'done')).toEqual([]);
    });
  });
});

/**
 * Whether anything of an answer arrives while the transaction that holds its record cannot commit: a deferred trigger waits at the
 * commit for a row that somebody else has locked.
 */
async function firstByteBeforeCommit(sample: Sample): Promise<boolean> {
  const waits: Mechanism = {
    take: `CREATE TABLE gate (open int); INSERT INTO gate VALUES (1);
           CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN PERFORM 1 FROM public.gate FOR UPDATE; RETURN NULL; END $$;
           CREATE CONSTRAINT TRIGGER wait_at_gate AFTER INSERT ON audit_event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`,
    giveBack: 'DROP TRIGGER wait_at_gate ON audit_event; DROP FUNCTION wait_at_gate(); DROP TABLE gate',
  };
  return takenAway(url, [waits], () =>
    asking(url, async (gatekeeper) => {
      await gatekeeper.query('BEGIN; SELECT 1 FROM gate FOR UPDATE');
      let answered = false;
      const answer = send(sample).then(() => {
        answered = true;
      });
      // Every other step of the request is done once its commit waits for us.
      while (!answered && !(await someCommitWaits()));
      const early = answered;
      await gatekeeper.query('COMMIT');
      await answer;
      return early;
    }),
  );
}

/** Asked on a connection of its own: within a transaction the database shows the same picture again. */
const someCommitWaits = (): Promise<boolean> =>
  asking(url, async (client) => {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query = 'COMMIT'`,
    );
    return rows.length > 0;
  });
