import type { LogPlace } from '#ledger';
import { type SignedStatement, canonicalJson, payloadOf } from '#signing';
import {
  type ApprovalEvidence,
  type Authority,
  type Decision,
  type Procedure,
  decisionSchema,
  proposalDigest,
  readDecision,
} from '#workflow';
import { type Certificate, type Publication, certificateSchema, decisionsCommitment } from './certificate';
import { publicInstruments } from './public-instruments';

/** The decisions and instruments that a certificate carries. */
export interface PublicParts {
  readonly decisions: SignedStatement[];
  readonly instruments: SignedStatement[];
}

/**
 * Of an approval that has been judged: the decisions of the public stages, and of the instruments those alone that they, the
 * procedure and the guard's key need. Throws when the evidence is not one that `verifyApproval` has approved: that is a bug.
 */
export async function partsForPublic(
  evidence: ApprovalEvidence,
  authority: Authority,
  guardKid: string,
): Promise<PublicParts> {
  const procedure = procedureOf(evidence, authority);
  const decisions: Decision[] = [];
  const kids = new Set([guardKid]);
  const statements = ofPublicStages(evidence.decisions, procedure);
  for (const statement of statements) {
    const read = await readDecision(statement, authority);
    if (typeof read === 'string') throw new Error(`a decision that was counted cannot be read: ${read}`);
    decisions.push(read.decision);
    kids.add(read.kid);
  }
  const instruments = publicInstruments(evidence.instruments, authority, {
    outgoing: evidence.outgoing,
    decisions,
    kids: [...kids],
  });
  return { decisions: statements, instruments };
}

/**
 * What the guard is about to sign on an approval that it has judged. `publishedAt` is an ISO moment; `saltOf` gives a random
 * salt for each stage that is not public.
 */
export function publicationOf(
  evidence: ApprovalEvidence,
  authority: Authority,
  facts: { readonly publishedAt: string; readonly saltOf: (stage: string) => string },
): Publication {
  const { outgoing, closedCommitment } = evidence;
  return {
    installation: outgoing.installation,
    release: outgoing.release,
    proposal: proposalDigest(outgoing, closedCommitment),
    publishedAt: facts.publishedAt,
    stages: procedureOf(evidence, authority).stages.map((stage) => ({
      stage: stage.id,
      state: 'complete',
      decisions: decisionsCommitment(
        ofStage(evidence.decisions, stage.id),
        stage.public === true ? null : facts.saltOf(stage.id),
      ),
    })),
  };
}

/** The certificate of a release, from what the guard has judged, signed and logged. Throws when a part does not have its form. */
export async function composeCertificate(
  evidence: ApprovalEvidence,
  authority: Authority,
  published: { readonly publication: SignedStatement; readonly guardKid: string; readonly log: LogPlace },
): Promise<Certificate> {
  const { leafIndex, treeSize, inclusion, checkpoint } = published.log;
  return certificateSchema.parse({
    format: 'imprimatur-certificate/1',
    outgoing: evidence.outgoing,
    closedCommitment: evidence.closedCommitment,
    ...(await partsForPublic(evidence, authority, published.guardKid)),
    publication: published.publication,
    log: { leafIndex, treeSize, inclusion, checkpoint },
  });
}

/** The statements that claim to be decisions of a stage, each once. Their signatures are judged elsewhere. */
export function ofStage(statements: readonly SignedStatement[], stage: string): SignedStatement[] {
  const distinct = new Map(statements.map((statement) => [canonicalJson(statement), statement]));
  return [...distinct.values()].filter((statement) => stageOf(statement) === stage);
}

function stageOf(statement: SignedStatement): string | undefined {
  try {
    return decisionSchema.safeParse(payloadOf(statement)).data?.stage;
  } catch {
    return undefined;
  }
}

const ofPublicStages = (statements: readonly SignedStatement[], procedure: Procedure): SignedStatement[] =>
  procedure.stages.filter((stage) => stage.public === true).flatMap((stage) => ofStage(statements, stage.id));

function procedureOf({ outgoing }: ApprovalEvidence, authority: Authority): Procedure {
  const procedure = authority.procedure(outgoing.procedure.id, outgoing.procedure.version);
  if (procedure === undefined) throw new Error(`the procedure ${outgoing.procedure.id} is not known`);
  return procedure;
}
