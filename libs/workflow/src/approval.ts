import { z } from 'zod';
import { type SignedStatement } from '#signing';
import type { Authority } from './authority';
import { type ProposalFacts, type SignedDecision, readDecision } from './decision';
import type { Officers } from './instrument';
import { type Outgoing, outgoingSchema, proposalDigest } from './outgoing';
import type { Finding } from './refusal';
import { statementSchema } from './statement-schema';
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

const evidenceSchema = z.object({
  outgoing: outgoingSchema,
  closedCommitment: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  decisions: z.array(statementSchema).max(10_000),
  instruments: z.array(statementSchema).max(100_000),
});

/**
 * Judges an approval from first principles: instruments that chain to the officers' keys, signatures, seats and delegations
 * at their time, distinct humans, each stage's rule, the digest of exactly this outgoing part.
 *
 * Finds everything that is wrong, names every check, and never throws on hostile evidence. What it cannot judge, because the
 * labels of the portions are not in the outgoing part, is whether each signer was cleared for what they judged.
 */
export async function verifyApproval(evidence: ApprovalEvidence, trust: ApprovalTrust): Promise<ApprovalVerdict> {
  try {
    const parsed = evidenceSchema.safeParse(evidence);
    if (parsed.success) return await judge(parsed.data, trust);
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    return { approved: false, standing: undefined, findings: [check('evidence-format', false, faults.join('; '))] };
  } catch (error) {
    // INVARIANT (fail_closed): an error means no.
    return {
      approved: false,
      standing: undefined,
      findings: [check('evidence-format', false, error instanceof Error ? error.message : 'it cannot be read')],
    };
  }
}

async function judge(evidence: z.output<typeof evidenceSchema>, trust: ApprovalTrust): Promise<ApprovalVerdict> {
  const { outgoing, closedCommitment } = evidence;
  const { authority, refused } = await verifyInstruments(
    evidence.instruments,
    trust.officers,
    trust.stages === 'all' ? 'all' : 'excerpt',
  );
  const findings: Finding[] = [
    ...refused.map(({ id, fault }) => check('instrument', false, `${id}: ${fault}`)),
    ...(refused.length === 0
      ? [check('instruments', true, `${String(authority.all().length)} chain to the officers' keys`)]
      : []),
    check('installation', outgoing.installation === trust.officers.installation, outgoing.installation),
    ...(trust.stages === 'all' ? [requesterFinding(outgoing, authority, trust.now)] : []),
  ];
  const named = `${outgoing.procedure.id} ${String(outgoing.procedure.version)}`;
  const procedure = authority.procedure(outgoing.procedure.id, outgoing.procedure.version, trust.now);
  if (procedure === undefined)
    return {
      approved: false,
      findings: [...findings, check('procedure', false, `${named} is not in force`)],
      standing: undefined,
    };

  const digest = proposalDigest(outgoing, closedCommitment);
  findings.push(check('procedure', true, named), check('digest', true, digest));
  const stages = trust.stages === 'all' ? procedure.stages : procedure.stages.filter((stage) => stage.public === true);
  const facts: ProposalFacts = { outgoing, digest, procedure: { ...procedure, stages }, authority, now: trust.now };
  const standing = standingOf(await readAll(evidence.decisions, facts, findings), facts);
  findings.push(...decisionFindings(standing), ...stageFindings(standing, facts));
  // INVARIANT (fail_closed): one finding that failed means no.
  return { approved: standing.approved && findings.every((finding) => finding.ok), findings, standing };
}

/** Whoever does not know the requester cannot tell that they did not decide on their own request. */
function requesterFinding(outgoing: Outgoing, authority: Authority, now: string): Finding {
  const requester = authority.person(outgoing.requestedBy.person, now);
  return check(
    'requester',
    requester !== undefined,
    requester === undefined ? 'no instrument names the requester' : outgoing.requestedBy.office,
  );
}

async function readAll(
  statements: readonly SignedStatement[],
  facts: ProposalFacts,
  findings: Finding[],
): Promise<SignedDecision[]> {
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
    check(
      'decision',
      false,
      `${decision.stage}, ${decision.seat ?? decision.identity}: ${refusals.map((each) => `${each.rule} needs ${each.need}, has ${each.have}`).join('; ')}`,
    ),
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
