import { randomUUID } from 'node:crypto';
import { readAsOutsider } from '#outsider';
import { type SignedStatement, sha256Hex } from '#signing';
import { ORIGINATORS, type Outgoing, type SpeakingAs, signDecision } from '#workflow';
import { type AllianceHouse, HOUR, MINISTERS, approveAll, frozenCase } from './alliance';
import type { Captured } from './captured';
import type { Resident } from './house';
import { photograph } from './photograph';

/** A case that everybody has approved, as it lies in the database. EXERCISE. */
export interface ApprovedCase {
  readonly caseId: string;
  readonly documentId: string;
  readonly proposalId: string;
  readonly outgoing: Outgoing;
  readonly closedCommitment: string;
}

/** A case that went the whole way; without its PDF, because reading one back takes the guard a process each time. */
export async function approvedCase(admin: Captured, alliance: AllianceHouse): Promise<ApprovedCase> {
  const { caseId, documentId } = await frozenCase(alliance);
  await approveAll(alliance, caseId);
  const frozen = { documentId, ...(await storedProposal(admin, caseId)) };
  const renditions = frozen.outgoing.renditions.filter((each) => each.name !== 'release.pdf');
  await admin.run(`DELETE FROM rendition WHERE proposal_id = $1 AND name = 'release.pdf'`, [frozen.proposalId]);
  await frozenByTheAttacker(admin, alliance, frozen, { changes: { renditions } });
  return { ...frozen, outgoing: { ...frozen.outgoing, renditions } };
}

/** The proposal of a case, with the id that the api never tells. */
export async function storedProposal(admin: Captured, caseId: string): Promise<Omit<ApprovedCase, 'documentId'>> {
  const [row] = await admin.run<{ id: string; outgoing: Outgoing; closed: string }>(
    'SELECT p.id, p.outgoing, p.closed_commitment AS closed FROM proposal p JOIN release_case c ON c.proposal_id = p.id WHERE c.id = $1',
    [caseId],
  );
  if (row === undefined) throw new Error('the case has no proposal');
  return { caseId, proposalId: row.id, outgoing: row.outgoing, closedCommitment: row.closed };
}

/** The tables that an attack on evidence touches. */
const EVIDENCE = [
  'clearance',
  'portion',
  'release_case',
  'proposal_item',
  'proposal',
  'proposal_closed',
  'rendition',
  'decision',
  'case_remark',
  'guard_refusal',
  'publication',
];

const REGISTER = ['public_leaf', 'public_node', 'public_tree', 'public_checkpoint', 'release', 'release_file'];

/** Remembers the evidence and the public side; what comes back puts both back. */
export async function evidenceOf({ house }: AllianceHouse): Promise<() => Promise<void>> {
  const restricted = await photograph(house.databases.main('superuser'), EVIDENCE);
  const register = await photograph(house.databases.register('superuser'), REGISTER);
  return async () => {
    await restricted();
    await register();
  };
}

/** Everybody whose approval it takes, in the capacity in which they speak. */
export function signersOf(alliance: AllianceHouse): [Resident, SpeakingAs][] {
  const seat = (stage: string, body: string, id: string): SpeakingAs => ({
    stage,
    body,
    seat: id,
    capacity: { kind: 'holder' },
  });
  const reviewer: SpeakingAs = { stage: 'disclosure', body: null, seat: null, capacity: { kind: 'role' } };
  return [
    [alliance.originator, seat('consent', ORIGINATORS, 'ACT')],
    [alliance.firstReviewer, reviewer],
    [alliance.secondReviewer, reviewer],
    [alliance.belgium, seat('adoption', MINISTERS, 'BEL')],
    [alliance.germany, seat('adoption', MINISTERS, 'DEU')],
    [alliance.norway, seat('adoption', MINISTERS, 'NOR')],
  ];
}

/** Everybody's genuine signature under an outgoing part: what a captured api gets when nobody reads closely. */
export const everybodySigns = (
  alliance: AllianceHouse,
  proposal: { readonly outgoing: Outgoing; readonly closedCommitment: string },
): Promise<{ who: Resident; as: SpeakingAs; statement: SignedStatement }[]> =>
  Promise.all(
    signersOf(alliance).map(async ([who, as]) => ({
      who,
      as,
      statement: await signDecision(proposal, who, { as, verdict: 'approve', at: new Date().toISOString() }),
    })),
  );

/**
 * Lets the database hold what a captured api would have written at the freeze: another outgoing part, everybody's genuine
 * signatures under it and, if words are given, one file that says them.
 */
export async function frozenByTheAttacker(
  admin: Captured,
  alliance: AllianceHouse,
  base: ApprovedCase,
  forged: { readonly changes?: Partial<Outgoing>; readonly words?: string },
): Promise<void> {
  const { proposalId } = base;
  let outgoing: Outgoing = { ...base.outgoing, ...forged.changes };
  if (forged.words !== undefined) {
    const file = Buffer.from(JSON.stringify({ words: forged.words }));
    const [name, mediaType] = ['release.json', 'application/json'];
    outgoing = { ...outgoing, renditions: [{ name, mediaType, bytes: file.length, sha256: sha256Hex(file) }] };
    await admin.run(`DELETE FROM rendition WHERE proposal_id = $1 AND name <> $2`, [proposalId, name]);
    await admin.run(
      `UPDATE rendition SET media_type = $2, bytes = $3, sha256 = $4, readback = $5 WHERE proposal_id = $1`,
      [proposalId, mediaType, file, sha256Hex(file), await readAsOutsider(mediaType, file)],
    );
  }
  await admin.run('UPDATE proposal SET outgoing = $2 WHERE id = $1', [proposalId, JSON.stringify(outgoing)]);
  await admin.run('DELETE FROM decision WHERE proposal_id = $1', [proposalId]);
  for (const { who, as, statement } of await everybodySigns(alliance, { ...base, outgoing }))
    await admin.run(DECISION, [
      randomUUID(),
      base.caseId,
      proposalId,
      as.stage,
      who.person,
      who.identity,
      JSON.stringify(statement),
    ]);
}

/** A row of a decision with whatever stands in it, under the protection of its case. */
export const DECISION = `INSERT INTO decision (id, case_id, proposal_id, stage, person_id, identity, verdict, statement, protection_id, received_at)
  SELECT $1, $2, $3, $4, $5, $6, 'approve', $7, protection_id, now() FROM release_case WHERE id = $2`;

/** The captured api says that a case is due now: these are columns that it may write. */
export async function declareDue(
  api: Captured,
  alliance: AllianceHouse,
  caseId: string,
  columns: { readonly proposalId?: string; readonly publishAt?: string } = {},
): Promise<void> {
  const publishAt = columns.publishAt ?? new Date(alliance.house.clock.now().getTime() - 1_000).toISOString();
  await api
    .as(alliance.requester)
    .run(
      `UPDATE release_case SET state = 'scheduled', publish_at = $2, proposal_id = coalesce($3, proposal_id) WHERE id = $1`,
      [caseId, publishAt, columns.proposalId ?? null],
    );
}

/** Lets the guard look; answers the names of the checks that failed, each once. Throws unless it refused. */
export async function refusedFor(admin: Captured, alliance: AllianceHouse, caseId: string): Promise<string[]> {
  const outcome = await alliance.house.publish();
  if (outcome !== 'refused') throw new Error(`the guard said ${outcome}`);
  const [refusal] = await admin.run<{ findings: { check: string }[] }>(
    'SELECT findings FROM guard_refusal WHERE case_id = $1 ORDER BY at DESC LIMIT 1',
    [caseId],
  );
  return [...new Set(refusal?.findings.map((finding) => finding.check))].sort();
}

/** Sets the clock into the window of the cases that were made so far. */
export function enterWindow({ house }: AllianceHouse): void {
  house.clock.advance(HOUR + 60_000);
}
