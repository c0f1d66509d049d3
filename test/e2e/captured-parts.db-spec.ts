import { randomBytes, randomUUID } from 'node:crypto';
import { type AllianceHouse, MINISTERS, openAllianceHouse } from '../support/alliance';
import { VALID } from '../support/authority';
import { Captured, DENIED, administrator, captured, functionsOf } from '../support/captured';
import { APPENDED, SECRETS, TEXT, deniedEach } from '../support/forbidden';
import {
  type ApprovedCase,
  approvedCase,
  declareDue,
  enterWindow,
  evidenceOf,
  refusedFor,
} from '../support/forged-evidence';

/* What a captured worker, registrar or sealer can and cannot do, row by row of the threat model. The api has files of its own. */
let alliance: AllianceHouse;
let admin: Captured;
let api: Captured;
let approved: ApprovedCase;
let putBack: () => Promise<void>;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
  api = await captured(alliance.house, 'api');
  approved = await approvedCase(admin, alliance);
  enterWindow(alliance);
  putBack = await evidenceOf(alliance);
});

afterEach(async () => putBack());

afterAll(async () => {
  for (const each of [api, admin]) await each.close();
  await alliance.house.close();
});

/** A part of the house, taken over for one block of tests. */
function taken(...[role, side]: [Parameters<typeof captured>[1], Parameters<typeof captured>[2]?]): { part: Captured } {
  const holder = {} as { part: Captured };
  beforeAll(async () => {
    holder.part = await captured(alliance.house, role, side);
  });
  afterAll(async () => holder.part.close());
  return holder;
}

describe('the worker', () => {
  const worker = taken('relay');

  it('reads no text and no right, opens no session, and changes nothing that is sealed', async () => {
    await deniedEach(worker.part, [
      ...TEXT,
      ...SECRETS,
      ...APPENDED,
      'SELECT outgoing FROM proposal',
      'SELECT bytes FROM rendition',
      `SELECT sec.enter('x')`,
      `SELECT sec.open_session('x', 'x', 'x', '1 hour')`,
    ]);
    expect(await functionsOf(admin, 'relay')).toEqual([
      'sec.person_covers_case(uuid,uuid)',
      'sec.person_covers_proposal(uuid,uuid)',
      'sec.told_of_access(text,uuid)',
    ]);
  });

  it('publishes nothing: it does not reach the register, and what it revives the guard refuses', async () => {
    await expect(Captured.take(alliance.house.databases.register('relay'))).rejects.toMatchObject({ code: DENIED });
    await deniedEach(worker.part, [
      'UPDATE release_case SET publish_at = now()',
      'UPDATE release_case SET proposal_id = id',
    ]);
    await declareDue(api, alliance, approved.caseId);
    await alliance.firstReviewer.client.returnCase(approved.caseId, 'EXERCISE not yet');
    await worker.part.run(`UPDATE release_case SET state = 'scheduled' WHERE id = $1`, [approved.caseId]);
    expect(await refusedFor(admin, alliance, approved.caseId)).toEqual(['not-overtaken']);
  });

  it('ends a case, which is admitted', async () => {
    await worker.part.run(`UPDATE release_case SET state = 'lapsed' WHERE id = $1`, [approved.caseId]);
    expect((await alliance.requester.client.case(approved.caseId)).state).toBe('lapsed');
  });

  it('records in its own name alone', async () => {
    expect(await worker.part.attempt(...eventIn('worker', null))).toBe('done');
    expect(await worker.part.attempt(...eventIn('guard', null))).toBe(DENIED);
    expect(await worker.part.attempt(...eventIn(null, alliance.belgium.person))).toBe(DENIED);
    expect(await worker.part.attempt(...eventIn('worker', alliance.belgium.person))).toBe(DENIED);
  });
});

describe('the registrar', () => {
  const registrar = taken('registrar');

  it('reads no text, decides nothing, publishes nothing, and makes nobody somebody else', async () => {
    await deniedEach(registrar.part, [
      ...TEXT,
      ...APPENDED,
      'SELECT * FROM sec.session',
      'SELECT * FROM sec.password',
      'INSERT INTO decision (id) VALUES (gen_random_uuid())',
      'UPDATE release_case SET state = state',
      `UPDATE person SET identity = 'another'`,
      'DELETE FROM instrument',
      'UPDATE instrument SET statement = statement',
    ]);
    await expect(Captured.take(alliance.house.databases.register('registrar'))).rejects.toMatchObject({ code: DENIED });
  });

  it('writes a clearance that no instrument states, and so lets somebody read: that is admitted', async () => {
    expect((await alliance.stranger.client.documents()).items).toEqual([]);
    await registrar.part.run(
      `INSERT INTO clearance (id, person_id, policy, classifications, categories, valid_from, valid_until, instrument_id)
       SELECT gen_random_uuid(), $1, policy, classifications, categories, valid_from, valid_until, instrument_id FROM clearance WHERE person_id = $2`,
      [alliance.stranger.person, alliance.planner.person],
    );
    expect((await alliance.stranger.client.documents()).items).not.toEqual([]);
  });

  it('forges no instrument: one bad row stops all publication and gives nothing', async () => {
    const id = randomUUID();
    const { statements } = alliance.house.authority;
    const body = { body: MINISTERS, seat: 'BEL', person: alliance.official.person, ...VALID };
    await alliance.house.authority.state('holder', body, { id, by: [alliance.official.key] });
    const forged = JSON.stringify(statements.pop());
    await registrar.part.run(`INSERT INTO instrument (id, kind, statement) VALUES ($1, 'holder', $2)`, [id, forged]);
    await declareDue(api, alliance, approved.caseId);
    expect(await refusedFor(admin, alliance, approved.caseId)).toEqual(['instrument']);
    await admin.run('DELETE FROM instrument WHERE id = $1', [id]);
  });

  it('records in its own name alone', async () => {
    expect(await registrar.part.attempt(...eventIn('registrar', null))).toBe('done');
    expect(await registrar.part.attempt(...eventIn('guard', null))).toBe(DENIED);
  });
});

describe('the sealer', () => {
  const sealer = taken('sealer');

  it('reads commitments and no content, and changes no leaf', async () => {
    await deniedEach(sealer.part, [
      ...TEXT,
      ...SECRETS,
      ...APPENDED,
      'SELECT * FROM audit_event',
      'SELECT * FROM person',
      'SELECT * FROM instrument',
      'SELECT * FROM release_case',
      'UPDATE ledger_node SET hash = hash',
      'DELETE FROM ledger_checkpoint',
      `SELECT sec.enter('x')`,
    ]);
    await expect(Captured.take(alliance.house.databases.register('sealer'))).rejects.toMatchObject({ code: DENIED });
  });

  it('drops what is not sealed yet, which is admitted', async () => {
    await alliance.planner.client.me();
    await alliance.planner.client.documents();
    await sealer.part.run('DELETE FROM audit_pending');
    expect(await alliance.house.seal()).toBe(0);
  });
});

function eventIn(duty: string | null, person: string | null): [string, unknown[]] {
  const [id, at] = [randomUUID(), '2026-06-05T15:00:00.000Z'];
  const record = { id, at, person, duty, request: null, action: 'case.lapse', outcome: 'done', thing: null };
  return [
    `INSERT INTO audit_event (id, at, person_id, action, outcome, record, salt) VALUES ($1, $2, $3, 'case.lapse', 'done', $4, $5)`,
    [id, at, person, JSON.stringify(record), randomBytes(32)],
  ];
}
