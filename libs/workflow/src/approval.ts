import { z } from 'zod';
import { type SignedStatement } from '#signing';
import { type ProposalFacts, type SignedDecision, readDecision } from './decision';
import type { Officers } from './instrument';
import { type Outgoing, outgoingSchema, proposalDigest } from './outgoing';
import type { Finding } from './refusal';
import { type Standing, standingOf } from './standing';
import { verifyInstruments } from './verify-instruments';

/** Everything that an approval rests on, as it was signed. */
export interface ApprovalEvidence {
  readonly outgoing: Outgoing;
  readonly closedCommitment: string;
  readonly decisions: readonly SignedStatement[];
  readonly instruments: readonly SignedStatement[];
}

export interface ApprovalTrust {
  readonly officers: Officers;
  /** ISO moment as of which it is judged. */
  readonly now: string;
  /** The guard judges every stage; a certificate carries the public ones alone. */
  readonly stages: 'all' | 'public';
}

export interface ApprovalVerdict {
  readonly approved: boolean;
  readonly findings: readonly Finding[];
  readonly standing: Standing | undefined;
}

/**
 * Judges an approval from first principles: instruments that chain to the officers' keys, signatures, seats and delegations
 * at their time, distinct humans, each stage's rule, the digest of exactly this outgoing part.
 *
 * Finds everything that is wrong, names every check, and never throws on hostile evidence.
 */
export async function verifyApproval(evidence: ApprovalEvidence, trust: ApprovalTrust): Promise<ApprovalVerdict> {
  const outgoing = outgoingSchema.safeParse(evidence.outgoing);
  const commitment = z.string().regex(/^sha256:[0-9a-f]{64}$/).safeParse(evidence.closedCommitment);
  if (!outgoing.success || !commitment.success) {
    return { approved: false, standing: undefined, findings: [{ check: 'outgoing-format', ok: false, detail: 'the outgoing part or the commitment does not have its form' }] };
  }
  const { authority, refused } = await verifyInstruments(evidence.instruments, trust.officers, trust.stages === 'all' ? 'all' : 'excerpt');
  const findings: Finding[] = refused.map(({ id, fault }) => ({ check: 'instrument', ok: false, detail: `${id}: ${fault}` }));
  findings.push(check('installation', outgoing.data.installation === trust.officers.installation, outgoing.data.installation));
  const named = outgoing.data.procedure;
  const procedure = authority.procedure(named.id, named.version, trust.now);
  if (procedure === undefined) {
    findings.push(check('procedure', false, `${named.id} ${String(named.version)} is not in force`));
    return { approved: false, findings, standing: undefined };
  }
  const digest = proposalDigest(outgoing.data, commitment.data);
  findings.push(check('procedure', true, `${named.id} ${String(named.version)}`), check('digest', true, digest));
  const considered = trust.stages === 'all' ? procedure.stages : procedure.stages.filter((stage) => stage.public === true);
  const facts: ProposalFacts = { outgoing: outgoing.data, digest, procedure: { ...procedure, stages: considered }, authority, now: trust.now };
  const read = await readAll(evidence.decisions, facts, findings);
  const standing = standingOf(read, facts);
  findings.push(...decisionFindings(standing), ...stageFindings(standing, facts));
  // INVARIANT (fail_closed): one finding that failed means no.
  return { approved: standing.approved && findings.every((finding) => finding.ok), findings, standing };
}

async function readAll(statements: readonly SignedStatement[], facts: ProposalFacts, findings: Finding[]): Promise<SignedDecision[]> {
  const read: SignedDecision[] = [];
  for (const statement of statements) {
    const decision = await readDecision(statement, facts.authority);
    if (typeof decision === 'string') findings.push(check('decision', false, decision));
    else read.push(decision);
  }
  return read;
}

const decisionFindings = (standing: Standing): Finding[] =>
  standing.refused.map(({ decision, refusals }) =>
    check('decision', false, `${decision.stage}, ${decision.seat ?? decision.identity}: ${refusals.map((each) => `${each.rule} needs ${each.need}, has ${each.have}`).join('; ')}`),
  );

function stageFindings(standing: Standing, facts: ProposalFacts): Finding[] {
  if (standing.stages.length === 0) return [check('stages', false, `${facts.procedure.id} has no stage to judge`)];
  return standing.stages.map((stage) =>
    check(
      `stage:${stage.stage}`,
      stage.state === 'complete',
      `${String(stage.have)} of ${String(stage.need)}${stage.missing.length === 0 ? '' : `; missing: ${stage.missing.join(', ')}`}`,
    ),
  );
}

const check = (name: string, ok: boolean, detail: string): Finding => ({ check: name, ok, detail });
