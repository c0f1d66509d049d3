import { verifyCertificate } from '#certificate';
import { parseVerifierKey, verifyConsistency, verifyEventProof } from '#ledger';
import { trustFrom } from '#register';
import type { SignedStatement } from '#signing';
import {
  type AllianceHouse,
  PACKAGE,
  aRequest,
  approveAll,
  decideAs,
  openAllianceHouse,
  signedBy,
} from '../support/alliance';
import type { House, Resident } from '../support/house';
import { aPerson } from '../support/people';
import { codeOf, rulesOf } from '../support/refusal';
import { type TestSite, openSite } from '../support/site';

/* The whole road once: a top-secret target package becomes a public release, and can be proved afterwards. */
let alliance: AllianceHouse;
let house: House;
let visitor: Resident;
let site: TestSite;
let officersFile: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  ({ house } = alliance);
  ({ visitor } = await house.enrol({ visitor: aPerson('visitor').clearedTo('UNCLASSIFIED') }));
  officersFile = JSON.stringify(house.authority.officers);
  const { installation } = house.authority;
  site = await openSite({ transactions: await house.as('register', 'register'), officersFile, installation });
});

afterAll(async () => {
  await site.close();
  await house.close();
});

/** What one step leaves for the next. */
let documentId: string;
let caseId: string;
let voided: SignedStatement;
let release: string;

/** The package; that it exists is no secret, so that everybody cleared for anything sees some of it. */
const KNOWN_PACKAGE = PACKAGE.text().replace('exercise: true', 'mark: NATO UNCLASSIFIED\nexercise: true');
const RESERVE = 'EXERCISE The reserve brigades named in annex seven will not be ready before the winter.';

it('takes the package in, and shows three readers three cuts and a fourth none', async () => {
  ({ id: documentId } = await alliance.planner.client.importDocument(KNOWN_PACKAGE));
  const cut = async ({ client }: Resident) => {
    const { banner, portions } = await client.document(documentId);
    return { banner, marks: portions.map(({ n, mark }) => `${String(n)} ${mark}`) };
  };
  expect(await cut(alliance.planner)).toEqual({
    banner: 'COSMIC TOP SECRET',
    marks: ['1 (NU)', '2 (NU)', '3 (NS)', '4 (CTS)', '5 (CTS)'],
  });
  expect(await cut(alliance.official)).toEqual({ banner: 'NATO SECRET', marks: ['1 (NU)', '2 (NU)', '3 (NS)'] });
  expect(await cut(visitor)).toEqual({ banner: 'NATO UNCLASSIFIED', marks: ['1 (NU)', '2 (NU)'] });
  expect(await codeOf(alliance.stranger.client.document(documentId))).toBe('not-found');
  expect((await alliance.stranger.client.documents()).items).toEqual([]);
});

it('refuses a request with every reason at once', async () => {
  const document = await alliance.requester.client.document(documentId);
  const [title, first, second] = document.portions;
  const wrong = aRequest(document, house.clock.now(), {
    summary: RESERVE,
    audience: { policy: 'NATO', classification: 'SECRET', categories: [] },
    procedure: { id: 'public-release', version: 7 },
    window: { notBefore: '2026-01-02T00:00:00Z', notAfter: '2026-01-01T00:00:00Z' },
    items: [
      { portion: title!.id, treatment: 'include' },
      { portion: title!.id, treatment: 'include' },
      { portion: first!.id, treatment: 'substitute', text: 'By 2032 there are 9,823 of them.' },
      { portion: second!.id, treatment: 'withhold', reasonCode: 'MILITARY-PLANS' },
      { portion: documentId, treatment: 'include' },
    ],
  });
  expect(await rulesOf(alliance.requester.client.submitCase(wrong))).toEqual([
    'audiences-served',
    'each-portion-once',
    'no_write_down',
    'no_write_down',
    'no_write_down',
    'portions-of-the-document',
    'procedure-in-force',
    'silence-is-no-treatment',
    'silence-is-no-treatment',
    'window-has-a-length',
    'window-lies-ahead',
  ]);
  const right = aRequest(document, house.clock.now());
  expect(await codeOf(alliance.planner.client.submitCase(right))).toBe('not-permitted');
  expect(await codeOf(alliance.stranger.client.submitCase(right))).toBe('not-found');
  expect((await alliance.requester.client.cases()).items).toEqual([]);
});

it('previews exactly what the audience would get, to whoever holds every source', async () => {
  const document = await alliance.requester.client.document(documentId);
  caseId = await alliance.requester.client.submitCase(aRequest(document, house.clock.now()));
  const preview = await alliance.requester.client.preview(caseId);
  expect(preview.portions.map(({ text }) => text)).toEqual([
    'EXERCISE New capability targets',
    'EXERCISE The ministers take up new capability targets that are about a third higher than before.',
    'EXERCISE Air defence has priority.',
  ]);
  expect(await codeOf(alliance.official.client.preview(caseId))).toBe('not-found');
  expect(await codeOf(visitor.client.case(caseId))).toBe('not-found');
});

it('freezes it: the bytes that were frozen are those that everybody is shown', async () => {
  const digest = await alliance.requester.client.freezeCase(caseId);
  const proposal = await alliance.belgium.client.proposal(caseId);
  expect(proposal.digest).toBe(digest);
  for (const { name, sha256 } of proposal.outgoing.renditions) {
    const bytes = await alliance.belgium.client.rendition(caseId, name);
    expect(Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(bytes))).toString('hex')).toBe(sha256);
  }
  expect(await rulesOf(alliance.requester.client.freezeCase(caseId))).toEqual(['freeze-follows-draft']);
});

it('hears nobody before their stage, and the requester not at all', async () => {
  expect(await rulesOf(decideAs(alliance.belgium, caseId))).toEqual(['stage:consent', 'stage:disclosure']);
  const asReviewer = await signedBy(alliance.firstReviewer, caseId);
  expect(await codeOf(alliance.requester.client.decideCase(caseId, { statement: asReviewer }))).toBe('not-permitted');
  expect(await rulesOf(alliance.norway.client.decideCase(caseId, { statement: asReviewer }))).toContain('in-own-name');
});

it('is consented by the originator, reviewed by two, and stopped by a minister who objects', async () => {
  expect(await decideAs(alliance.originator, caseId)).toBe('in-approval');
  expect(await decideAs(alliance.firstReviewer, caseId)).toBe('in-approval');
  expect(await decideAs(alliance.secondReviewer, caseId)).toBe('in-approval');
  voided = await signedBy(alliance.germany, caseId);
  expect(await decideAs(alliance.belgium, caseId, 'object')).toBe('objected');
  const { stages } = await alliance.requester.client.case(caseId);
  expect(stages.map(({ stage, state }) => `${stage} ${state}`)).toEqual([
    'consent complete',
    'disclosure complete',
    'adoption stopped',
  ]);
  expect(await rulesOf(decideAs(alliance.germany, caseId))).toContain('decide-follows-in-approval');
  const { window } = await alliance.requester.client.case(caseId);
  expect(await rulesOf(alliance.releaseOfficer.client.scheduleCase(caseId, window.notBefore))).toEqual([
    'schedule-follows-approved-or-scheduled',
    'stage:adoption',
  ]);
});

it('is amended: what was signed before is void', async () => {
  const { items, window } = await alliance.requester.client.case(caseId);
  await alliance.requester.client.amendCase(caseId, {
    title: 'EXERCISE Ministers adopt new targets',
    summary: 'EXERCISE What the public may know.',
    window,
    items: items.map(({ n, portion }) =>
      n <= 2 ? { portion, treatment: 'include' } : { portion, treatment: 'withhold', reasonCode: 'MILITARY-PLANS' },
    ),
  });
  await alliance.requester.client.freezeCase(caseId);
  const { round, decisions } = await alliance.requester.client.case(caseId);
  expect({ round, decisions }).toEqual({ round: 2, decisions: [] });
  expect(await rulesOf(alliance.germany.client.decideCase(caseId, { statement: voided }))).toContain(
    'change_voids_approval',
  );
});

it('is adopted by all, and scheduled within the window that they signed', async () => {
  expect(await approveAll(alliance, caseId)).toBe('approved');
  const view = await alliance.releaseOfficer.client.case(caseId);
  ({ release } = view);
  const late = view.window.notAfter;
  expect(await rulesOf(alliance.releaseOfficer.client.scheduleCase(caseId, late))).toEqual(['within-the-window']);
  expect(await codeOf(alliance.requester.client.scheduleCase(caseId, view.window.notBefore))).toBe('not-permitted');
  await alliance.releaseOfficer.client.scheduleCase(caseId, view.window.notBefore);
  expect((await alliance.releaseOfficer.client.case(caseId)).state).toBe('scheduled');
});

it('cannot be told from what does not exist, before its hour', async () => {
  expect(await house.publish()).toBe('idle');
  const nothing = `r-${'0'.repeat(20)}`;
  for (const path of ['', '/certificate', '/certificate.json', '/files/release.html', '/files/release.pdf'])
    expect(await site.raw(`/releases/${release}${path}`)).toBe(await site.raw(`/releases/${nothing}${path}`));
  expect(await site.text('/')).not.toContain('EXERCISE Ministers');
});

it('is published at its hour, and shows the words that were signed and no other', async () => {
  const { window } = await alliance.releaseOfficer.client.case(caseId);
  house.clock.advance(Date.parse(window.notBefore) - house.clock.now().getTime() + 1_000);
  expect(await house.publish()).toBe('published');
  expect(await house.publish()).toBe('idle');
  expect(await alliance.requester.client.case(caseId)).toMatchObject({ state: 'published', published: { release } });

  const page = await site.text(`/releases/${release}`);
  expect(page).toContain('about a third higher than before');
  const { outgoing } = await alliance.belgium.client.proposal(caseId);
  for (const { name, sha256, mediaType } of outgoing.renditions) {
    const response = await site.get(`/releases/${release}/files/${name}`);
    expect(response.headers.get('content-type')).toContain(mediaType.split(';')[0]);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')).toBe(sha256);
    expect(bytes.toString('utf8')).not.toContain('reserve brigades');
  }
  const everything = [page, await site.text('/'), await site.text(`/releases/${release}/certificate.json`)].join('\n');
  for (const secret of ['reserve brigades', '4711', '9823', 'northern region', 'MILITARY-PLANS'])
    expect(everything).not.toContain(secret);
  expect(site.faults).toEqual([]);
});

it('carries a certificate that verifies offline, and one byte of it changed does not', async () => {
  const trust = trustFrom(officersFile, house.authority.installation);
  const certificate = await site.text(`/releases/${release}/certificate.json`);
  const failing = async (text: string): Promise<string[]> =>
    (await verifyCertificate(JSON.parse(text), trust)).filter(({ ok }) => !ok).map(({ check }) => check);
  expect(await failing(certificate)).toEqual([]);
  const other = certificate.replace('What the public may know.', 'What the public may knew.');
  expect(await failing(other)).toEqual(expect.arrayContaining(['publication-proposal', 'decision', 'stage:adoption']));
  for (let at = 3; at < certificate.length; at += Math.floor(certificate.length / 20)) {
    const changed = `${certificate.slice(0, at)}${certificate[at] === 'x' ? 'y' : 'x'}${certificate.slice(at + 1)}`;
    expect(await failing(changed).catch(() => ['not JSON'])).not.toEqual([]);
  }
  const strangers = { ...trust, publicLog: [parseVerifierKey(house.authority.officers.logs.ledger)] };
  expect((await verifyCertificate(JSON.parse(certificate), strangers)).filter(({ ok }) => !ok)).toMatchObject([
    { check: 'checkpoint-signature' },
  ]);
});

it('is traced by the auditor back to every read, who sees no word of it', async () => {
  await house.seal();
  const { auditor } = alliance;
  const ofCase = (await auditor.client.events({ case: caseId, limit: 200 })).items;
  const done = ofCase.filter(({ outcome }) => outcome === 'done').map(({ action }) => action);
  for (const [action, times] of Object.entries({
    'case.submit': 1,
    'case.freeze': 2,
    'case.amend': 1,
    'case.decide': 10,
    'case.schedule': 1,
    'guard.publish': 1,
  }))
    expect([action, done.filter((each) => each === action).length]).toEqual([action, times]);
  expect(ofCase.filter(({ outcome }) => outcome === 'refused').map(({ action }) => action)).toEqual(
    expect.arrayContaining(['case.decide', 'case.schedule', 'case.freeze', 'case.preview', 'case.read']),
  );
  const readers = (await auditor.client.events({ document: documentId, action: 'document.read', outcome: 'done' }))
    .items;
  expect(new Set(readers.map(({ person }) => person))).toEqual(
    new Set([alliance.planner, alliance.official, visitor, alliance.requester].map(({ person }) => person)),
  );
  expect(JSON.stringify([ofCase, readers])).not.toContain('EXERCISE The');
  expect(await codeOf(auditor.client.document(documentId))).toBe('not-found');
  expect(await codeOf(alliance.planner.client.events())).toBe('not-permitted');
});

it('leaves a record that proves itself: each event is in the ledger, and the ledger only grew', async () => {
  const { client } = alliance.auditor;
  const key = parseVerifierKey(house.authority.officers.logs.ledger);
  const [published] = (await client.events({ action: 'guard.publish' })).items;
  const proof = await client.eventProof(published!.id);
  expect(verifyEventProof(proof, [key]).filter(({ ok }) => !ok)).toEqual([]);
  const changed = { ...proof, record: { ...(proof.record as object), outcome: 'refused' } };
  expect(verifyEventProof(changed, [key]).filter(({ ok }) => !ok)).toMatchObject([{ check: 'inclusion' }]);

  const before = await client.checkpoint();
  await house.seal();
  const after = await client.checkpoint();
  expect(after.treeSize).toBeGreaterThan(before.treeSize);
  const { proof: consistent } = await client.consistency(before.treeSize, after.treeSize);
  const root = (note: string): Buffer => Buffer.from(note.split('\n')[2]!, 'base64');
  const asked = {
    first: before.treeSize,
    second: after.treeSize,
    firstRoot: root(before.checkpoint),
    secondRoot: root(after.checkpoint),
    proof: consistent.map((hash) => Buffer.from(hash, 'hex')),
  };
  expect(verifyConsistency(asked)).toBeNull();
  expect(verifyConsistency({ ...asked, firstRoot: asked.secondRoot })).not.toBeNull();
});
