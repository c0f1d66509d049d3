import { randomUUID } from 'node:crypto';
import { LedgerRolledBack } from '#audit';
import { parseVerifierKey, verifyEventProof } from '#ledger';
import { Releases } from '#register';
import { signDecision } from '#workflow';
import {
  type AllianceHouse,
  decideAs,
  frozenCase,
  openAllianceHouse,
  publishedCase,
  signedBy,
} from '../support/alliance';
import { ISSUED } from '../support/authority';
import { Captured, DENIED, administrator, captured, functionsOf, grantsOf } from '../support/captured';
import { APPENDED, SECRETS, TEXT, deniedEach } from '../support/forbidden';
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

/* What a captured guard, register, database or signer's device can and cannot do, row by row of the threat model. */
let alliance: AllianceHouse;
let admin: Captured;
let registerAdmin: Captured;
let api: Captured;
let approved: ApprovedCase;
let published: { release: string };
let putBack: () => Promise<void>;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
  registerAdmin = await administrator(alliance.house, 'register');
  api = await captured(alliance.house, 'api');
  published = await publishedCase(alliance);
  approved = await approvedCase(admin, alliance);
  enterWindow(alliance);
  putBack = await evidenceOf(alliance);
});

afterEach(async () => putBack());

afterAll(async () => {
  for (const each of [api, registerAdmin, admin]) await each.close();
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

describe('the guard', () => {
  const guard = taken('guard');
  const publicSide = taken('guard', 'register');

  it('reads outgoing parts, and neither withheld text nor a closed part', async () => {
    expect(await guard.part.run('SELECT outgoing FROM proposal')).not.toEqual([]);
    await deniedEach(guard.part, [
      ...TEXT,
      ...SECRETS,
      'SELECT portion_id FROM proposal_item',
      'SELECT salt FROM proposal_closed',
    ]);
    expect(await functionsOf(admin, 'guard')).toEqual([
      'sec.overtaken_by(uuid)',
      'sec.person_covers_proposal(uuid,uuid)',
      'sec.sources_match(uuid)',
      'sec.withheld_text_occurs(uuid)',
    ]);
  });

  it('writes no proposal, no rendition, no decision and no instrument', async () => {
    await deniedEach(guard.part, [
      ...APPENDED,
      'INSERT INTO proposal (id) VALUES (gen_random_uuid())',
      'UPDATE proposal SET outgoing = outgoing',
      'UPDATE rendition SET bytes = bytes',
      'INSERT INTO decision (id) VALUES (gen_random_uuid())',
      'INSERT INTO instrument (id) VALUES (gen_random_uuid())',
      'UPDATE release_case SET publish_at = now()',
    ]);
  });

  it('takes nothing back on the public side', async () => {
    await deniedEach(publicSide.part, [
      'DELETE FROM release',
      'UPDATE release SET certificate = certificate',
      'UPDATE release_file SET bytes = bytes',
      'DELETE FROM public_leaf',
      'UPDATE public_checkpoint SET note = note',
      'TRUNCATE release CASCADE',
    ]);
  });

  it('shows no other bytes than were signed: the register does not believe them', async () => {
    const faults: string[] = [];
    const releases = await releasesOf(alliance, faults);
    expect(await releases.byId(published.release)).toMatchObject({ id: published.release });
    await publicSide.part.together(async (statement) => {
      await statement(`INSERT INTO public_leaf VALUES (1, 'r-00000000000000000001', 'false')`);
      await statement(
        `INSERT INTO release SELECT 'r-00000000000000000001', published_at, 1, replace(certificate, $1, 'r-00000000000000000001') FROM release WHERE id = $1`,
        [published.release],
      );
      await statement(
        `INSERT INTO release_file SELECT 'r-00000000000000000001', name, media_type, sha256, bytes FROM release_file WHERE release_id = $1`,
        [published.release],
      );
    });
    expect(await releases.byId('r-00000000000000000001')).toBeUndefined();
    expect(faults.join()).toMatch(/publication-release/);
    expect((await releases.page(undefined, 10)).releases.map(({ id }) => id)).toEqual([published.release]);
  });
});

describe('the register', () => {
  const register = taken('register', 'register');

  it('reads what is released and writes nothing, and reaches nothing else', async () => {
    expect(await grantsOf(registerAdmin, 'register')).toEqual([
      'public.public_checkpoint: SELECT',
      'public.public_leaf: SELECT',
      'public.public_node: SELECT',
      'public.release: SELECT',
      'public.release_file: SELECT',
    ]);
    await deniedEach(register.part, [
      `INSERT INTO release VALUES ('r-1', now(), 0, '')`,
      `UPDATE release_file SET bytes = ''`,
      'DELETE FROM public_checkpoint',
      'SELECT * FROM public_tree',
    ]);
    await expect(Captured.take(alliance.house.databases.main('register'))).rejects.toMatchObject({ code: DENIED });
  });

  it('sees a leaf no earlier than the checkpoint that covers it', async () => {
    const publicGuard = await captured(alliance.house, 'guard', 'register');
    await publicGuard.run(`INSERT INTO public_leaf VALUES (1, 'r-00000000000000000002', 'early')`);
    await publicGuard.run(`INSERT INTO public_node VALUES (0, 1, '\\x00')`);
    await publicGuard.close();
    expect(await register.part.run('SELECT release FROM public_leaf')).toEqual([{ release: published.release }]);
    expect(await register.part.run('SELECT count(*)::int AS n FROM public_node')).toEqual([{ n: 1 }]);
  });
});

describe('the administrator of the database', () => {
  it('forges no decision', async () => {
    const { person, identity } = alliance.norway;
    await admin.run('DELETE FROM decision WHERE proposal_id = $1 AND identity = $2', [approved.proposalId, identity]);
    const as = signersOf(alliance).find(([who]) => who === alliance.norway)![1];
    const key = alliance.official.key;
    const forged = await signDecision(approved, { person, identity, key }, { as, verdict: 'approve', at: ISSUED });
    await admin.run(DECISION, [
      randomUUID(),
      approved.caseId,
      approved.proposalId,
      'adoption',
      person,
      identity,
      JSON.stringify(forged),
    ]);
    await declareDue(api, alliance, approved.caseId);
    expect(await refusedFor(admin, alliance, approved.caseId)).toEqual(['decision', 'stage:adoption']);
  });

  it('alters nothing that is sealed unnoticed: the proof of an event no longer fits, and the sealer signs no more', async () => {
    await alliance.planner.client.documents();
    await alliance.house.seal();
    const [event] = (await alliance.auditor.client.events({ action: 'document.list' })).items;
    const key = parseVerifierKey(alliance.house.authority.officers.logs.ledger);
    const failing = async (): Promise<string[]> =>
      verifyEventProof(await alliance.auditor.client.eventProof(event!.id), [key])
        .filter(({ ok }) => !ok)
        .map(({ check }) => check);
    expect(await failing()).toEqual([]);
    await admin.run(`UPDATE audit_event SET record = replace(record, 'document.list', 'document.none') WHERE id = $1`, [
      event!.id,
    ]);
    expect(await failing()).toEqual(['inclusion']);

    await alliance.planner.client.documents();
    await admin.run(`UPDATE ledger_tree SET nodes = ARRAY(SELECT sha256(node) FROM unnest(nodes) AS node)`);
    await expect(alliance.house.seal()).rejects.toThrow(LedgerRolledBack);
  });
});

describe('a signer’s device', () => {
  it('gives one person’s decision, and no other seat or second voice', async () => {
    const { caseId } = await frozenCase(alliance);
    for (const who of [alliance.originator, alliance.firstReviewer, alliance.secondReviewer])
      await decideAs(who, caseId);
    const proposal = await alliance.belgium.client.proposal(caseId);
    const at = new Date().toISOString();
    const [, norwegian] = signersOf(alliance).find(([who]) => who === alliance.norway)!;
    const own = await signedBy(alliance.belgium, caseId);
    const another = await signDecision(proposal, alliance.belgium, { as: norwegian, verdict: 'approve', at });
    await expect(alliance.belgium.client.decideCase(caseId, { statement: another })).rejects.toMatchObject({
      problem: { code: 'refused', reasons: [{ rule: 'capacity' }] },
    });
    expect(await alliance.belgium.client.decideCase(caseId, { statement: own })).toBe('in-approval');
    await expect(alliance.belgium.client.decideCase(caseId, { statement: own })).rejects.toMatchObject({
      problem: { code: 'refused' },
    });
    expect((await alliance.belgium.client.case(caseId)).decisions).toHaveLength(4);
  });
});

async function releasesOf({ house }: AllianceHouse, faults: string[]): Promise<Releases> {
  const { officers } = house.authority;
  const trust = { officers, publicLog: [parseVerifierKey(officers.logs.publicLog)] };
  return new Releases(await house.as('register', 'register'), trust, (_id, found) => {
    faults.push(...found);
  });
}
