import { randomUUID } from 'node:crypto';
import { readAsOutsider } from '#outsider';
import { type SignedStatement, digestOf, generateKey } from '#signing';
import { type Outgoing, proposalDigest, signDecision } from '#workflow';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { type Captured, DENIED, administrator, captured } from '../support/captured';
import {
  type ApprovedCase,
  DECISION,
  approvedCase,
  declareDue,
  enterWindow,
  evidenceOf,
  refusedFor,
  signersOf,
} from '../support/forged-evidence';
import type { Resident } from '../support/house';

/*
 * Something of a frozen proposal was exchanged, or a captured api wrote decisions, and says that the case is due. The guard believes
 * signatures and bytes, and no row. Each attack is tried on the same approved case, whose rows are put back afterwards.
 */
let alliance: AllianceHouse;
let admin: Captured;
let api: Captured;
let approved: ApprovedCase;
let another: ApprovedCase;
let putBack: () => Promise<void>;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
  api = await captured(alliance.house, 'api');
  approved = await approvedCase(admin, alliance);
  another = await approvedCase(admin, alliance);
  enterWindow(alliance);
  putBack = await evidenceOf(alliance);
});

afterEach(async () => putBack());

afterAll(async () => {
  await api.close();
  await admin.close();
  await alliance.house.close();
});

/** What the guard finds wrong when the attacker says that the case is due. */
const found = async (): Promise<string[]> => {
  await declareDue(api, alliance, approved.caseId);
  return refusedFor(admin, alliance, approved.caseId);
};

const outcome = async (): Promise<string> => {
  await declareDue(api, alliance, approved.caseId);
  return alliance.house.publish();
};

const NOBODY_COUNTS = ['decision', 'stage:adoption', 'stage:consent', 'stage:disclosure'];

describe('a frozen proposal in which something was exchanged', () => {
  it.each([
    [
      'a word of the outgoing part',
      `UPDATE proposal SET outgoing = outgoing || '{"title": "another"}' WHERE id = $1`,
      NOBODY_COUNTS,
    ],
    [
      'the closed part',
      `UPDATE proposal SET closed_commitment = 'sha256:' || repeat('0', 64) WHERE id = $1`,
      [...NOBODY_COUNTS, 'sources'],
    ],
    ['what opens the closed part', `UPDATE proposal_closed SET salt = 'another' WHERE proposal_id = $1`, ['sources']],
    [
      'the closed part behind its commitment',
      `UPDATE proposal_closed SET closed = '{"items": []}' WHERE proposal_id = $1`,
      ['sources'],
    ],
    [
      'what an outsider reads',
      `UPDATE rendition SET readback = 'nothing' WHERE proposal_id = $1 AND name = 'release.html'`,
      ['readback:release.html'],
    ],
    [
      'the media type',
      `UPDATE rendition SET media_type = 'text/plain' WHERE proposal_id = $1 AND name = 'release.html'`,
      ['files', 'readback:release.html'],
    ],
    [
      'a media type that nobody reads',
      `UPDATE rendition SET media_type = 'image/png' WHERE proposal_id = $1 AND name = 'release.html'`,
      ['files', 'readback:release.html'],
    ],
    ['a file that is missing', `DELETE FROM rendition WHERE proposal_id = $1 AND name = 'release.json'`, ['files']],
    [
      'a file too many',
      `INSERT INTO rendition SELECT proposal_id, 'more.csv', 'text/csv', sha256, bytes, convert_from(bytes, 'UTF8'), protection_id, source_protections
         FROM rendition WHERE proposal_id = $1 AND name = 'release.html'`,
      ['bytes:more.csv', 'files'],
    ],
    ['every file', `DELETE FROM rendition WHERE proposal_id = $1`, ['files', 'withheld-text']],
  ])('%s', async (_what, sql, checks) => {
    await admin.run(sql, [approved.proposalId]);
    expect(await found()).toEqual([...checks].sort());
  });

  it('the bytes of a file, and what an outsider reads in them', async () => {
    const other = Buffer.from('<p>EXERCISE Other words.</p>');
    await admin.run(`UPDATE rendition SET bytes = $2, readback = $3 WHERE proposal_id = $1 AND name = 'release.html'`, [
      approved.proposalId,
      other,
      await readAsOutsider('text/html', other),
    ]);
    expect(await found()).toEqual(['bytes:release.html']);
  });

  it('the digest that the row states: the record says what was signed', async () => {
    await admin.run(`UPDATE proposal SET digest = 'sha256:false' WHERE id = $1`, [approved.proposalId]);
    expect(await outcome()).toBe('published');
    const [event] = await admin.run<{ record: string }>(
      `SELECT record FROM audit_event WHERE action = 'guard.publish' ORDER BY id DESC LIMIT 1`,
    );
    expect(JSON.parse(event!.record)).toMatchObject({
      duty: 'guard',
      details: { digest: proposalDigest(approved.outgoing, approved.closedCommitment) },
    });
  });
});

describe('rows of decisions that a captured api wrote', () => {
  /** Under the person of one live session, with whatever identity and statement. The database would refuse an identity that is not that person's. */
  const write = async (statement: unknown, identity = `forged ${randomUUID()}`, who: Resident = alliance.official) => {
    const session = who === alliance.official ? alliance.firstReviewer : who;
    const row = [randomUUID(), approved.caseId, approved.proposalId, 'adoption', session.person, identity];
    const written = [...row, JSON.stringify(statement)];
    if (identity !== session.identity) expect(await api.as(session).attempt(DECISION, written)).toBe(DENIED);
    // However it came there: the guard does not believe it.
    await admin.run(DECISION, written);
    expect(await admin.run('SELECT 1 FROM decision WHERE id = $1', row.slice(0, 1))).toHaveLength(1);
  };

  /** The approval of Norway is not there; the attacker would like it to be. */
  const withoutNorway = async (): Promise<void> => {
    await admin.run('DELETE FROM decision WHERE identity = $1 AND proposal_id = $2', [
      alliance.norway.identity,
      approved.proposalId,
    ]);
  };

  const asNorway = () => signersOf(alliance).find(([who]) => who === alliance.norway)![1];
  const sign = (
    signer: Parameters<typeof signDecision>[1],
    changes: Partial<Outgoing> = {},
  ): Promise<SignedStatement> =>
    signDecision({ ...approved, outgoing: { ...approved.outgoing, ...changes } }, signer, {
      as: asNorway(),
      verdict: 'approve',
      at: new Date().toISOString(),
    });

  it('forged with a key that no instrument states', async () => {
    await withoutNorway();
    const { person, identity } = alliance.norway;
    await write(await sign({ person, identity, key: (await generateKey()).privateJwk }), identity);
    expect(await found()).toEqual(['decision', 'stage:adoption']);
  });

  it('signed by somebody else who has a key, in the name of the minister and in their own', async () => {
    await withoutNorway();
    const { person, identity } = alliance.norway;
    await write(await sign({ person, identity, key: alliance.planner.key }));
    expect(await found()).toEqual(['decision', 'stage:adoption']);
    await putBack();
    await withoutNorway();
    await write(await sign(alliance.planner), identity);
    expect(await found()).toEqual(['decision', 'stage:adoption']);
  });

  it('copied from a proposal of another case', async () => {
    await withoutNorway();
    const [genuine] = await admin.run<{ statement: SignedStatement }>(
      'SELECT statement FROM decision WHERE proposal_id = $1 AND identity = $2',
      [another.proposalId, alliance.norway.identity],
    );
    await write(genuine!.statement, alliance.norway.identity);
    expect(await found()).toEqual(['decision', 'stage:adoption']);
  });

  it('given on another round of the same case', async () => {
    await withoutNorway();
    await write(await sign(alliance.norway, { round: 2 }), alliance.norway.identity);
    expect(await found()).toEqual(['decision', 'stage:adoption']);
  });

  it('of one minister, copied as if it were of two', async () => {
    await withoutNorway();
    const [belgium] = await admin.run<{ statement: SignedStatement }>(
      'SELECT statement FROM decision WHERE proposal_id = $1 AND identity = $2',
      [approved.proposalId, alliance.belgium.identity],
    );
    await write(belgium!.statement, alliance.norway.identity);
    expect(await found()).toEqual(['stage:adoption']);
  });

  it('of the same minister for a second seat', async () => {
    await withoutNorway();
    await write(await sign(alliance.belgium), alliance.norway.identity);
    expect(await found()).toEqual(['decision', 'stage:adoption']);
  });

  it('of a delegate whose delegation was never accepted', async () => {
    await withoutNorway();
    const as = { ...asNorway(), capacity: { kind: 'delegate' as const, delegation: randomUUID() } };
    const at = new Date().toISOString();
    await write(await signDecision(approved, alliance.official, { as, verdict: 'approve', at }));
    expect(await found()).toEqual(['decision', 'stage:adoption']);
  });

  it.each([
    ['nothing', null],
    ['a text', 'approve'],
    ['no signature', { payload: 'e30', signatures: [] }],
    [
      'a member that nobody signed',
      { payload: 'e30', signatures: [{ protected: 'e30', signature: 'AA', header: {} }] },
    ],
  ])('that are no statements: %s', async (_what, statement) => {
    await write(statement);
    expect(await found()).toEqual(['evidence-format']);
  });

  it('that quote what the database cannot store: the refusal is written nevertheless', async () => {
    const header = { alg: 'EdDSA', kid: '\u0000', typ: 'imprimatur-decision+jws' };
    const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
    await write({ payload: 'e30', signatures: [{ protected: encoded, signature: 'AA' }] });
    expect(await found()).toEqual(['decision']);
  });

  it('in which an approval takes the place of an objection: the objection is what counts', async () => {
    await withoutNorway();
    const { person, identity, key } = alliance.norway;
    const at = new Date().toISOString();
    const objects = await signDecision(approved, { person, identity, key }, { as: asNorway(), verdict: 'object', at });
    await write(await sign(alliance.norway), identity, alliance.norway);
    await write(objects);
    expect(await found()).toEqual(['decision', 'stage:adoption']);
  });
});

describe('the whole approval of one case, carried over to another', () => {
  it('publishes nothing: what was signed names its release, and a release is one case', async () => {
    // The copy is complete: proposal, files, items and every signature of the other case, under a round that is still free.
    const copy = randomUUID();
    await admin.run(
      `INSERT INTO proposal SELECT $1, $2, 9, protection_id, source_protections, outgoing, closed_commitment, digest, frozen_at, frozen_by FROM proposal WHERE id = $3`,
      [copy, approved.caseId, another.proposalId],
    );
    await admin.run(
      `INSERT INTO rendition SELECT $1, name, media_type, sha256, bytes, readback, protection_id, source_protections FROM rendition WHERE proposal_id = $2`,
      [copy, another.proposalId],
    );
    await admin.run(
      `INSERT INTO proposal_closed SELECT $1, protections, salt, closed FROM proposal_closed WHERE proposal_id = $2`,
      [copy, another.proposalId],
    );
    await admin.run(
      `INSERT INTO proposal_item SELECT $2, 9, n, portion_id, treatment, reason_code, substitute, originator, protection_id, case_protection_id
         FROM proposal_item WHERE case_id = $1 AND round = 1`,
      [another.caseId, approved.caseId],
    );
    await admin.run(
      `INSERT INTO decision SELECT gen_random_uuid(), $1, $2, stage, person_id, identity, body, seat, verdict, reason, statement, protection_id, received_at
         FROM decision WHERE proposal_id = $3`,
      [approved.caseId, copy, another.proposalId],
    );
    await declareDue(api, alliance, approved.caseId, { proposalId: copy });
    expect(await refusedFor(admin, alliance, approved.caseId)).toEqual([
      'release',
      'round',
      'sources',
      'withheld-text',
    ]);
    expect(digestOf(another.outgoing)).not.toBe(digestOf(approved.outgoing));
  });
});
