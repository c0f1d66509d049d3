import type { CaseItemInput, DocumentView, SubmitCaseCommand } from '#contracts';
import { ORIGINATORS, type Verdict, signDecision } from '#workflow';
import { PUBLIC_RELEASE } from './authority';
import { aDocument } from './documents';
import { type House, type HouseOptions, type Resident, openHouse } from './house';
import { aPerson } from './people';

export const MINISTERS = 'defence-ministers';

/** A house with everybody whom a public release takes: three ministers instead of 32. EXERCISE. */
export interface AllianceHouse {
  readonly house: House;
  readonly planner: Resident;
  readonly requester: Resident;
  readonly originator: Resident;
  readonly firstReviewer: Resident;
  readonly secondReviewer: Resident;
  readonly belgium: Resident;
  readonly germany: Resident;
  readonly norway: Resident;
  readonly releaseOfficer: Resident;
  readonly auditor: Resident;
  /** Cleared to SECRET, of Germany, without a role. */
  readonly official: Resident;
  /** Without any clearance. */
  readonly stranger: Resident;
}

const top = (identity: string) => aPerson(identity).clearedTo('TOP SECRET');

export async function openAllianceHouse(options?: HouseOptions): Promise<AllianceHouse> {
  const house = await openHouse(options);
  await house.authority.body(ORIGINATORS, [
    { id: 'ACT', name: 'Allied Command Transformation' },
    { id: 'IS', name: 'International Staff' },
  ]);
  await house.authority.body(MINISTERS, [
    { id: 'BEL', name: 'Belgium' },
    { id: 'DEU', name: 'Germany' },
    { id: 'NOR', name: 'Norway' },
  ]);
  const residents = await house.enrol({
    planner: top('planner').inRole('planner').inCommunity('NDPP-STAFF'),
    requester: top('requester').inRole('requester'),
    originator: top('originator.act').inSeat(ORIGINATORS, 'ACT'),
    firstReviewer: top('reviewer.one').inRole('disclosure-reviewer'),
    secondReviewer: top('reviewer.two').inRole('disclosure-reviewer'),
    belgium: aPerson('minister.bel').from('BEL').clearedTo('TOP SECRET').inSeat(MINISTERS, 'BEL'),
    germany: aPerson('minister.deu').from('DEU').clearedTo('TOP SECRET').inSeat(MINISTERS, 'DEU'),
    norway: aPerson('minister.nor').from('NOR').clearedTo('TOP SECRET').inSeat(MINISTERS, 'NOR'),
    releaseOfficer: top('release-officer').inRole('release-officer'),
    auditor: aPerson('auditor').inRole('auditor'),
    official: aPerson('official.deu').from('DEU').clearedTo('SECRET'),
    stranger: aPerson('stranger'),
  });
  await house.authority.procedure();
  await house.admit();
  return { house, ...residents };
}

/** The package that the cases of the tests draw from: some of it may be told, some must not. EXERCISE. */
export const PACKAGE = aDocument()
  .titled('(NU) EXERCISE New capability targets')
  .saying(
    '(NU) EXERCISE The ministers take up new capability targets that are about a third higher than before.',
    '(NS) EXERCISE The largest gap lies in air and missile defence of the northern region.',
    '(CTS) EXERCISE The reserve brigades named in annex seven will not be ready before the winter.',
  )
  .withTargets(['(CTS)', 'DEU', 'air and missile defence', 4711, 9823, 'systems', 2032]);

/** What becomes of each portion of `PACKAGE`: title and first paragraph leave, one is put in other words, the rest stays. */
export function treatments(document: DocumentView): CaseItemInput[] {
  return document.portions.map(({ id, n }): CaseItemInput => {
    if (n <= 2) return { portion: id, treatment: 'include' };
    if (n === 3) return { portion: id, treatment: 'substitute', text: 'EXERCISE Air defence has priority.' };
    return { portion: id, treatment: 'withhold', reasonCode: 'MILITARY-PLANS' };
  });
}

export const HOUR = 3_600_000;

/** A request to tell the public some of a document. The window begins in an hour and lasts a day. */
export function aRequest(
  document: DocumentView,
  now: Date,
  changes: Partial<SubmitCaseCommand> = {},
): SubmitCaseCommand {
  return {
    document: document.id,
    title: 'EXERCISE Ministers adopt new targets',
    summary: 'EXERCISE What the public may know of the new targets.',
    audience: { policy: 'PUBLIC', classification: 'UNMARKED', categories: [] },
    procedure: { id: PUBLIC_RELEASE.id },
    window: {
      notBefore: new Date(now.getTime() + HOUR).toISOString(),
      notAfter: new Date(now.getTime() + 25 * HOUR).toISOString(),
    },
    items: treatments(document),
    ...changes,
  };
}

/** A submitted case over a freshly imported package, not yet frozen. */
export async function submittedCase({
  house,
  planner,
  requester,
}: AllianceHouse): Promise<{ caseId: string; documentId: string }> {
  const { id } = await planner.client.importDocument(PACKAGE.text());
  const document = await requester.client.document(id);
  const caseId = await requester.client.submitCase(aRequest(document, house.clock.now()));
  return { caseId, documentId: id };
}

/** The same, frozen. */
export async function frozenCase(
  alliance: AllianceHouse,
): Promise<{ caseId: string; documentId: string; digest: string }> {
  const submitted = await submittedCase(alliance);
  return { ...submitted, digest: await alliance.requester.client.freezeCase(submitted.caseId) };
}

/** Signs in the one capacity that the case offers to somebody, and hands the decision in. Answers the state of the case. */
export async function decideAs(
  who: Resident,
  caseId: string,
  verdict: Verdict['verdict'] = 'approve',
): Promise<string> {
  return who.client.decideCase(caseId, { statement: await signedBy(who, caseId, verdict) });
}

/** The signed decision alone, not handed in. */
export async function signedBy(who: Resident, caseId: string, verdict: Verdict['verdict'] = 'approve') {
  const [proposal, [as]] = await Promise.all([who.client.proposal(caseId), who.client.capacities(caseId)]);
  if (as === undefined) throw new Error(`${who.identity} may not decide on this case`);
  return signDecision(proposal, who, { as, verdict, at: new Date().toISOString() });
}

/** Everybody approves, in the order of the stages: the case ends as approved. */
export async function approveAll(alliance: AllianceHouse, caseId: string): Promise<string> {
  const { originator, firstReviewer, secondReviewer, belgium, germany, norway } = alliance;
  let state = '';
  for (const who of [originator, firstReviewer, secondReviewer, belgium, germany, norway])
    state = await decideAs(who, caseId);
  return state;
}

/** Scheduled at the beginning of its window; the clock still stands before it. */
export async function scheduledCase(
  alliance: AllianceHouse,
): Promise<{ caseId: string; documentId: string; release: string; publishAt: string }> {
  const { caseId, documentId } = await frozenCase(alliance);
  await approveAll(alliance, caseId);
  const { window, release } = await alliance.releaseOfficer.client.case(caseId);
  await alliance.releaseOfficer.client.scheduleCase(caseId, window.notBefore);
  return { caseId, documentId, release, publishAt: window.notBefore };
}

/** Published: the clock stands just after its hour. */
export async function publishedCase(
  alliance: AllianceHouse,
): Promise<{ caseId: string; documentId: string; release: string }> {
  const scheduled = await scheduledCase(alliance);
  const { clock } = alliance.house;
  clock.advance(Date.parse(scheduled.publishAt) - clock.now().getTime() + 1_000);
  const outcome = await alliance.house.publish();
  if (outcome !== 'published') throw new Error(`the guard said ${outcome}`);
  return scheduled;
}
