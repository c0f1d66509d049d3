import type { Tx } from '#database';
import { readAsOutsider } from '#outsider';
import { type SignedStatement, sha256Hex } from '#signing';
import {
  type ApprovalVerdict,
  type Finding,
  type Officers,
  type Outgoing,
  outgoingSchema,
  proposalDigest,
  verifyApproval,
} from '#workflow';
import {
  type DueCase,
  type FrozenRendition,
  type StoredProposal,
  findStoredProposal,
  frozenRenditions,
  notCleared,
  questionsOn,
  signedDecisions,
} from './store/evidence.store';

/** A proposal that is the case's own, in the form that its signers read. */
export interface OwnProposal {
  readonly id: string;
  readonly outgoing: Outgoing;
  readonly closedCommitment: string;
  /** What everyone signed, worked out here. */
  readonly digest: string;
}

/** What the guard found, and what it would publish. */
export interface Inspection {
  readonly findings: readonly Finding[];
  readonly proposal: OwnProposal | undefined;
  readonly files: readonly FrozenRendition[];
  readonly decisions: readonly SignedStatement[];
  readonly verdict: ApprovalVerdict | undefined;
}

/**
 * Re-verifies a proposal from first principles: it believes the officers' keys and the bytes, and no row of the database.
 *
 * Every check is made and named, so that a refusal says all that is wrong.
 */
export async function inspect(
  tx: Tx,
  due: DueCase,
  trust: { readonly officers: Officers; readonly statements: readonly SignedStatement[]; readonly now: Date },
): Promise<Inspection> {
  const stored = due.proposalId === null ? undefined : await findStoredProposal(tx, due.proposalId);
  if (stored?.caseId !== due.id) return nothingBut(finding('proposal', false, 'the case names no proposal of its own'));
  const parsed = outgoingSchema.safeParse(stored.outgoing);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    return nothingBut(finding('evidence-format', false, faults.join('; ')));
  }
  const outgoing = parsed.data;
  const { id, closedCommitment } = stored;
  const decisions = await signedDecisions(tx, id);
  const verdict = await verifyApproval(
    { outgoing, closedCommitment, decisions, instruments: trust.statements },
    { officers: trust.officers, now: trust.now.toISOString(), stages: 'all' },
  );
  const files = await frozenRenditions(tx, id);
  const own = ownFindings(due, stored, outgoing);
  const findings = [
    ...own,
    ...verdict.findings,
    audienceFinding(outgoing),
    ...windowFindings(outgoing, due.publishAt, trust.now),
    ...(await fileFindings(outgoing, files)),
    ...(await answeredFindings(tx, id)),
    ...(await clearanceFindings(tx, id, verdict)),
  ];
  const proposal = { id, outgoing, closedCommitment, digest: proposalDigest(outgoing, closedCommitment) };
  return { findings, proposal: own.every(({ ok }) => ok) ? proposal : undefined, files, decisions, verdict };
}

/** What was refused, if anything was. An empty inspection refuses: silence is never a yes. */
export const faultsOf = (inspection: Inspection): Finding[] => {
  const faults = inspection.findings.filter(({ ok }) => !ok);
  if (faults.length > 0 || inspection.verdict?.approved === true) return faults;
  return [finding('approved', false, 'no complete approval was found')];
};

const finding = (check: string, ok: boolean, detail: string): Finding => ({ check, ok, detail });

const nothingBut = (fault: Finding): Inspection => ({
  findings: [fault],
  proposal: undefined,
  files: [],
  decisions: [],
  verdict: undefined,
});

/**
 * Whether what was signed speaks of this very case. Rows can be copied; but the release and the requester of a case never
 * change, one release is one case, and one round of a case has one proposal.
 */
function ownFindings(due: DueCase, stored: StoredProposal, outgoing: Outgoing): Finding[] {
  return [
    finding('release', outgoing.release === due.release, outgoing.release),
    finding('round', outgoing.round === stored.round, `round ${String(outgoing.round)} was signed`),
    finding('requested-by', outgoing.requestedBy.person === due.requestedBy, outgoing.requestedBy.person),
  ];
}

/** The register is the public's: what was approved for somebody else does not leave through it. */
function audienceFinding({ audience }: Outgoing): Finding {
  const everybody =
    audience.policy === 'PUBLIC' && audience.classification === 'UNMARKED' && audience.categories.length === 0;
  return finding('audience', everybody, `${audience.policy} ${audience.classification}`);
}

function windowFindings(outgoing: Outgoing, publishAt: Date, now: Date): Finding[] {
  const parsed = outgoing.window;
  const [from, to] = [new Date(parsed.notBefore), new Date(parsed.notAfter)];
  const within = (moment: Date): boolean => moment >= from && moment < to;
  const window = `it is ${now.toISOString()}, the window is ${parsed.notBefore} to ${parsed.notAfter}`;
  return [
    finding('window', within(now), window),
    finding('hour', within(publishAt) && publishAt <= now, `scheduled for ${publishAt.toISOString()}`),
  ];
}

async function fileFindings(outgoing: Outgoing, files: readonly FrozenRendition[]): Promise<Finding[]> {
  const named = outgoing.renditions;
  const exactly =
    named.length === files.length &&
    named.every((each) => files.some((file) => file.name === each.name && file.mediaType === each.mediaType));
  const findings: Finding[] = [finding('files', exactly, files.map((file) => file.name).join(', '))];
  for (const file of files) {
    const signed = named.find((each) => each.name === file.name);
    const sha256 = sha256Hex(file.bytes);
    const asSigned = sha256 === signed?.sha256 && file.bytes.length === signed.bytes;
    findings.push(finding(`bytes:${file.name}`, asSigned, sha256), await readbackFinding(file));
  }
  return findings;
}

/** The stored read-back must be what an outsider reads in these bytes now: the search for withheld text rests on it. */
async function readbackFinding(file: FrozenRendition): Promise<Finding> {
  const check = `readback:${file.name}`;
  try {
    const ok = (await readAsOutsider(file.mediaType, file.bytes)) === file.readback;
    return finding(check, ok, ok ? 'as an outsider reads it' : 'an outsider reads something else in it');
  } catch (error) {
    return finding(check, false, error instanceof Error ? error.message : 'it cannot be read back');
  }
}

async function answeredFindings(tx: Tx, proposalId: string): Promise<Finding[]> {
  const { withheldOccurs, sourcesMatch, overtakenBy } = await questionsOn(tx, proposalId);
  const text = withheldOccurs ? 'withheld text occurs in what would leave' : 'no withheld text in what leaves';
  const sources = sourcesMatch
    ? 'the items are those of the case, each with its own originator'
    : 'the items are not those of the case';
  const later = overtakenBy.length === 0 ? 'nothing came after it' : `after it came ${overtakenBy.join(', ')}`;
  return [
    finding('withheld-text', !withheldOccurs, text),
    finding('sources', sourcesMatch, sources),
    finding('not-overtaken', overtakenBy.length === 0, later),
  ];
}

async function clearanceFindings(tx: Tx, proposalId: string, verdict: ApprovalVerdict): Promise<Finding[]> {
  const people = verdict.standing?.counted.map((decision) => decision.person) ?? [];
  const uncovered = await notCleared(tx, proposalId, people);
  const detail = uncovered.length === 0 ? 'all who decided' : uncovered.join(', ');
  return [finding('cleared-for-what-they-judge', uncovered.length === 0, detail)];
}
