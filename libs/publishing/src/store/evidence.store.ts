import { type Tx, storable } from '#database';
import type { SignedStatement } from '#signing';
import type { Finding } from '#workflow';

/** A case whose hour has come, locked against every change until the guard is done with it. */
export interface DueCase {
  readonly id: string;
  /** The public id and the requester: the two things of a case that nobody can change after its request. */
  readonly release: string;
  readonly requestedBy: string;
  readonly proposalId: string | null;
  readonly publishAt: Date;
}

/** The next case that is due, past those named. What was published once is never due again, whatever its state says. */
export async function takeDueCase(tx: Tx, now: Date, past: readonly string[]): Promise<DueCase | undefined> {
  return tx.row<DueCase>(
    `SELECT id, release, requested_by AS "requestedBy", proposal_id AS "proposalId", publish_at AS "publishAt" FROM release_case c
      WHERE state = 'scheduled' AND publish_at <= $1 AND isfinite(publish_at) AND id <> ALL ($2::uuid[])
        AND NOT EXISTS (SELECT 1 FROM publication p WHERE p.case_id = c.id)
      ORDER BY publish_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [now, past],
  );
}

/** The proposal as the guard may read it: the outgoing part and the commitment, never the closed part. Nothing of it is believed yet. */
export interface StoredProposal {
  readonly id: string;
  readonly caseId: string;
  readonly round: number;
  readonly outgoing: unknown;
  readonly closedCommitment: string;
}

export async function findStoredProposal(tx: Tx, id: string): Promise<StoredProposal | undefined> {
  return tx.row<StoredProposal>(
    'SELECT id, case_id AS "caseId", round, outgoing, closed_commitment AS "closedCommitment" FROM proposal WHERE id = $1',
    [id],
  );
}

/** More than a proposal can have: one of these too many is found, and a million are not loaded to find it. */
const MOST_FILES = 21;
const MOST_DECISIONS = 10_001;

export interface FrozenRendition {
  readonly name: string;
  readonly mediaType: string;
  readonly sha256: string;
  readonly bytes: Buffer;
  readonly readback: string;
}

export async function frozenRenditions(tx: Tx, proposalId: string): Promise<FrozenRendition[]> {
  return tx.rows<FrozenRendition>(
    'SELECT name, media_type AS "mediaType", sha256, bytes, readback FROM rendition WHERE proposal_id = $1 ORDER BY name LIMIT $2',
    [proposalId, MOST_FILES],
  );
}

export async function signedDecisions(tx: Tx, proposalId: string): Promise<SignedStatement[]> {
  const rows = await tx.rows<{ statement: SignedStatement }>(
    'SELECT statement FROM decision WHERE proposal_id = $1 ORDER BY received_at, id LIMIT $2',
    [proposalId, MOST_DECISIONS],
  );
  return rows.map((row) => row.statement);
}

/** What the database answers of text and rows that the guard never reads. */
export interface Answers {
  readonly withheldOccurs: boolean;
  readonly sourcesMatch: boolean;
  /** What came after the proposal: a later round, a return, a withdrawal, a refusal of the guard. */
  readonly overtakenBy: readonly string[];
}

/** The questions about what the guard never reads; they take a proposal id and nothing else. */
export async function questionsOn(tx: Tx, proposalId: string): Promise<Answers> {
  const row = await tx.row<Answers>(
    `SELECT sec.withheld_text_occurs($1) AS "withheldOccurs", sec.sources_match($1) AS "sourcesMatch",
            sec.overtaken_by($1) AS "overtakenBy"`,
    [proposalId],
  );
  return row ?? { withheldOccurs: true, sourcesMatch: false, overtakenBy: ['nothing is known of it'] };
}

/** Those of the persons whose rights at this moment do not cover what they judged. */
export async function notCleared(tx: Tx, proposalId: string, people: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    'SELECT id FROM unnest($2::uuid[]) AS id WHERE NOT coalesce(sec.person_covers_proposal(id, $1), false)',
    [proposalId, people],
  );
  return rows.map((row) => row.id);
}

export async function noteRefusal(
  tx: Tx,
  refusal: {
    readonly id: string;
    readonly caseId: string;
    readonly proposalId: string;
    readonly at: Date;
    readonly findings: readonly Finding[];
  },
): Promise<void> {
  // A detail may quote a hostile statement.
  const findings = refusal.findings.map((finding) => ({ ...finding, detail: storable(finding.detail) }));
  await tx.change('INSERT INTO guard_refusal (id, case_id, proposal_id, at, findings) VALUES ($1, $2, $3, $4, $5)', [
    refusal.id,
    refusal.caseId,
    refusal.proposalId,
    refusal.at,
    JSON.stringify(findings),
  ]);
}

export async function notePublication(
  tx: Tx,
  publication: {
    readonly caseId: string;
    readonly proposalId: string;
    readonly release: string;
    readonly publishedAt: Date;
    readonly certificateSha256: string;
    /** By stage: what opens the commitments to decisions that are not public. */
    readonly stageSalts: Readonly<Record<string, string>>;
  },
): Promise<void> {
  await tx.change(
    `INSERT INTO publication (case_id, proposal_id, release, published_at, certificate_sha256, stage_salts)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      publication.caseId,
      publication.proposalId,
      publication.release,
      publication.publishedAt,
      publication.certificateSha256,
      JSON.stringify(publication.stageSalts),
    ],
  );
}

export async function setState(tx: Tx, caseId: string, state: string, at: Date): Promise<void> {
  await tx.change('UPDATE release_case SET state = $2, updated_at = $3 WHERE id = $1', [caseId, state, at]);
}
