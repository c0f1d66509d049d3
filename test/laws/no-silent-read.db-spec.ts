import { Logger } from '@nestjs/common';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { asking } from '../support/cluster';
import { type Answer, ask } from '../support/http';
import { type RecordedRequest, type RecordedRequests, recordedRequests } from '../support/recorded-requests';
import { type Mechanism, takenAway, withdrawn } from '../support/taken-away';

/* The access record is committed before the first byte leaves; if it cannot be written, the answer is 503. */

let alliance: AllianceHouse;
let url: string;
let reads: RecordedRequests['reads'];
let refusals: RecordedRequests['refusals'];
let changes: RecordedRequests['changes'];

beforeAll(async () => {
  alliance = await openAllianceHouse();
  // Each refusal below is logged, as it should be; nobody wants to read it here.
  Logger.overrideLogger(false);
  url = alliance.house.databases.main('superuser');
  ({ reads, refusals, changes } = await recordedRequests(alliance));
});
afterAll(() => alliance.house.close());

const send = ({ who, path, ...asking }: RecordedRequest): Promise<Answer> =>
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
async function violationsOf(
  samples: Readonly<Record<string, RecordedRequest>>,
  outcome: 'done' | 'refused',
): Promise<string[]> {
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
async function givenWithoutRecord(samples: Readonly<Record<string, RecordedRequest>>): Promise<string[]> {
  const before = await stored();
  const violations: string[] = [];
  for (const [name, sample] of Object.entries(samples)) {
    const { status, body } = await send(sample);
    const { code } = status === 503 ? (JSON.parse(body) as { code: string }) : { code: undefined };
    if (code !== 'record-unavailable') violations.push(`${name}: ${String(status)} ${body}`);
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
              (SELECT string_agg(state, ',' ORDER BY id) FROM access_request) AS requests,
              (SELECT count(*) FROM sec.session WHERE kind = 'token') AS tokens, (SELECT count(read_at) FROM notification) AS read`,
    );
    return JSON.stringify(rows);
  });

/** Reads that give no text and leave no record, each with its reason. Whatever is not here must be among the reads above. */
const WITHOUT_TEXT: Readonly<Record<string, string>> = {
  'GET /api/health': 'says that the api answers',
  'GET /api/me': 'what somebody is themselves',
  'GET /api/tokens': 'names that somebody gave to their own tokens',
  'GET /api/rules': 'what roles may do, and nothing of anybody',
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
  take: FULL_DISK.take
    .replace('CREATE TRIGGER', 'CREATE CONSTRAINT TRIGGER')
    .replace('BEFORE INSERT ON audit_event', 'AFTER INSERT ON audit_event DEFERRABLE INITIALLY DEFERRED'),
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
async function firstByteBeforeCommit(sample: RecordedRequest): Promise<boolean> {
  const waits: Mechanism = {
    take: `CREATE TABLE gate (open int); INSERT INTO gate VALUES (1);
           CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN PERFORM 1 FROM public.gate FOR UPDATE; RETURN NULL; END $$;
           CREATE CONSTRAINT TRIGGER wait_at_gate AFTER INSERT ON audit_event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`,
    giveBack: 'DROP TRIGGER wait_at_gate ON audit_event; DROP FUNCTION wait_at_gate(); DROP TABLE gate',
  };
  return takenAway(url, [waits], () =>
    asking(url, async (gatekeeper) => {
      await gatekeeper.query('BEGIN; SELECT 1 FROM gate FOR UPDATE');
      const told = { answered: false };
      const answer = send(sample).then(() => {
        told.answered = true;
      });
      // Every other step of the request is done once its commit waits for us.
      while (!told.answered && !(await someCommitWaits()));
      const early = told.answered;
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
