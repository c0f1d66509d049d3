import type { Tx } from '#database';
import { readAsOutsider } from '#outsider';
import { sha256Hex } from '#signing';
import { type ApprovalVerdict, type Finding, type Officers, type Outgoing, verifyApproval } from '#workflow';
import type { SignedStatement } from '#signing';
import {
  type FrozenProposal,
  type FrozenRendition,
  findFrozenProposal,
  frozenRenditions,
  notCleared,
  questionsOn,
  signedDecisions,
} from './store/evidence.store';

/** What the guard found, and what it would publish. */
export interface Inspection {
  readonly findings: readonly Finding[];
  readonly proposal: FrozenProposal | undefined;
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
  due: { readonly id: string; readonly proposalId: string | null; readonly publishAt: Date },
  trust: { readonly officers: Officers; readonly statements: readonly SignedStatement[]; readonly now: Date },
): Promise<Inspection> {
  const proposal = due.proposalId === null ? undefined : await findFrozenProposal(tx, due.proposalId);
  if (proposal?.caseId !== due.id) {
    const findings = [{ check: 'proposal', ok: false, detail: 'the case names no proposal of its own' }];
    return { findings, proposal: undefined, files: [], decisions: [], verdict: undefined };
  }
  const decisions = await signedDecisions(tx, proposal.id);
  const { outgoing, closedCommitment } = proposal;
  const verdict = await verifyApproval(
    { outgoing, closedCommitment, decisions, instruments: trust.statements },
    { officers: trust.officers, now: trust.now.toISOString(), stages: 'all' },
  );
  const files = await frozenRenditions(tx, proposal.id);
  const findings = [
    ...verdict.findings,
    ...windowFindings(outgoing, due.publishAt, trust.now),
    ...(await fileFindings(outgoing, files)),
    ...(await textFindings(tx, proposal.id)),
    ...(await clearanceFindings(tx, proposal.id, verdict)),
  ];
  return { findings, proposal, files, decisions, verdict };
}

/** What was refused, if anything was. An empty inspection refuses: silence is never a yes. */
export const faultsOf = (inspection: Inspection): Finding[] => {
  const faults = inspection.findings.filter((finding) => !finding.ok);
  if (faults.length > 0 || inspection.verdict?.approved === true) return faults;
  return [{ check: 'approved', ok: false, detail: 'no complete approval was found' }];
};

function windowFindings(outgoing: Outgoing, publishAt: Date, now: Date): Finding[] {
  const parsed = outgoing.window;
  const [from, to] = [new Date(parsed.notBefore), new Date(parsed.notAfter)];
  const within = (moment: Date): boolean => moment >= from && moment < to;
  return [
    {
      check: 'window',
      ok: within(now),
      detail: `it is ${now.toISOString()}, the window is ${parsed.notBefore} to ${parsed.notAfter}`,
    },
    { check: 'hour', ok: within(publishAt) && publishAt <= now, detail: `scheduled for ${publishAt.toISOString()}` },
  ];
}

async function fileFindings(outgoing: Outgoing, files: readonly FrozenRendition[]): Promise<Finding[]> {
  const named = outgoing.renditions;
  const exactly =
    named.length === files.length &&
    named.every((each) => files.some((file) => file.name === each.name && file.mediaType === each.mediaType));
  const findings: Finding[] = [{ check: 'files', ok: exactly, detail: files.map((file) => file.name).join(', ') }];
  for (const file of files) {
    const signed = named.find((each) => each.name === file.name);
    const sha256 = sha256Hex(file.bytes);
    findings.push({
      check: `bytes:${file.name}`,
      ok: sha256 === signed?.sha256 && file.bytes.length === signed.bytes,
      detail: sha256,
    });
    findings.push(await readbackFinding(file));
  }
  return findings;
}

/** The stored read-back must be what an outsider reads in these bytes now: the search for withheld text rests on it. */
async function readbackFinding(file: FrozenRendition): Promise<Finding> {
  const check = `readback:${file.name}`;
  try {
    const ok = (await readAsOutsider(file.mediaType, file.bytes)) === file.readback;
    return { check, ok, detail: ok ? 'as an outsider reads it' : 'an outsider reads something else in it' };
  } catch (error) {
    return { check, ok: false, detail: error instanceof Error ? error.message : 'it cannot be read back' };
  }
}

async function textFindings(tx: Tx, proposalId: string): Promise<Finding[]> {
  const { withheldOccurs, sourcesMatch } = await questionsOn(tx, proposalId);
  return [
    {
      check: 'withheld-text',
      ok: !withheldOccurs,
      detail: withheldOccurs ? 'withheld text occurs in what would leave' : 'no withheld text in what leaves',
    },
    {
      check: 'sources',
      ok: sourcesMatch,
      detail: sourcesMatch
        ? 'the items are those of the case, each with its own originator'
        : 'the items are not those of the case',
    },
  ];
}

async function clearanceFindings(tx: Tx, proposalId: string, verdict: ApprovalVerdict): Promise<Finding[]> {
  const people = verdict.standing?.counted.map((decision) => decision.person) ?? [];
  const uncovered = await notCleared(tx, proposalId, people);
  return [
    {
      check: 'cleared-for-what-they-judge',
      ok: uncovered.length === 0,
      detail: uncovered.length === 0 ? 'all who decided' : uncovered.join(', '),
    },
  ];
}
