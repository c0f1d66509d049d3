import type { Tx } from '#database';
import type { SignedStatement } from '#signing';
import type { Outgoing } from '#workflow';
import type { RenderedFile } from '../rendering/content';

/** A frozen proposal. Never changed; a new round gets a new one. */
export interface ProposalRow {
  readonly id: string;
  readonly caseId: string;
  readonly round: number;
  readonly protectionId: number;
  readonly sourceProtections: readonly number[];
  readonly outgoing: Outgoing;
  readonly closedCommitment: string;
  readonly digest: string;
  readonly frozenAt: Date;
  readonly frozenBy: string;
}

/** The closed part: what is withheld and why, behind one salted commitment. */
export interface ClosedPart {
  readonly protections: readonly number[];
  readonly salt: string;
  readonly closed: unknown;
}

export interface FrozenFile extends RenderedFile {
  readonly sha256: string;
  /** What an outsider reads in it. */
  readonly readback: string;
}

export async function insertProposal(
  tx: Tx,
  row: ProposalRow,
  closed: ClosedPart,
  files: readonly FrozenFile[],
): Promise<void> {
  await tx.change(
    `INSERT INTO proposal (id, case_id, round, protection_id, source_protections, outgoing, closed_commitment, digest, frozen_at, frozen_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      row.id,
      row.caseId,
      row.round,
      row.protectionId,
      row.sourceProtections,
      JSON.stringify(row.outgoing),
      row.closedCommitment,
      row.digest,
      row.frozenAt,
      row.frozenBy,
    ],
  );
  await tx.change('INSERT INTO proposal_closed (proposal_id, protections, salt, closed) VALUES ($1, $2, $3, $4)', [
    row.id,
    closed.protections,
    closed.salt,
    JSON.stringify(closed.closed),
  ]);
  for (const file of files) {
    await tx.change(
      `INSERT INTO rendition (proposal_id, name, media_type, sha256, bytes, readback, protection_id, source_protections)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        row.id,
        file.name,
        file.mediaType,
        file.sha256,
        file.bytes,
        file.readback,
        row.protectionId,
        row.sourceProtections,
      ],
    );
  }
}

/** The proposal, if the session holds every source of its outgoing part. */
export async function findProposal(tx: Tx, id: string): Promise<ProposalRow | undefined> {
  return tx.row<ProposalRow>(
    `SELECT id, case_id AS "caseId", round, protection_id AS "protectionId", source_protections AS "sourceProtections", outgoing,
            closed_commitment AS "closedCommitment", digest, frozen_at AS "frozenAt", frozen_by AS "frozenBy"
       FROM proposal WHERE id = $1`,
    [id],
  );
}

/** The closed part, if the session holds every portion that it speaks of. */
export async function findClosedPart(tx: Tx, proposalId: string): Promise<ClosedPart | undefined> {
  return tx.row<ClosedPart>('SELECT protections, salt, closed FROM proposal_closed WHERE proposal_id = $1', [
    proposalId,
  ]);
}

export type StoredFile = Pick<FrozenFile, 'name' | 'mediaType' | 'sha256' | 'bytes'>;

/** The frozen files, byte for byte, if the session holds every source of the outgoing part. */
export async function renditionsOf(tx: Tx, proposalId: string): Promise<StoredFile[]> {
  return tx.rows<StoredFile>(
    `SELECT name, media_type AS "mediaType", sha256, bytes FROM rendition WHERE proposal_id = $1 ORDER BY name`,
    [proposalId],
  );
}

export interface DecisionRow {
  readonly id: string;
  readonly caseId: string;
  readonly proposalId: string;
  readonly stage: string;
  readonly personId: string;
  readonly identity: string;
  readonly body: string | null;
  readonly seat: string | null;
  readonly verdict: 'approve' | 'object' | 'return';
  readonly reason: string | null;
  readonly statement: SignedStatement;
  readonly receivedAt: Date;
}

/** Stores a decision. One human counts once on a proposal: the database refuses the second by itself. */
export async function insertDecision(tx: Tx, row: DecisionRow, protectionId: number): Promise<void> {
  await tx.change(
    `INSERT INTO decision (id, case_id, proposal_id, stage, person_id, identity, body, seat, verdict, reason, statement, protection_id, received_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      row.id,
      row.caseId,
      row.proposalId,
      row.stage,
      row.personId,
      row.identity,
      row.body,
      row.seat,
      row.verdict,
      row.reason,
      JSON.stringify(row.statement),
      protectionId,
      row.receivedAt,
    ],
  );
}

export async function decisionsOn(tx: Tx, proposalId: string): Promise<DecisionRow[]> {
  return tx.rows<DecisionRow>(
    `SELECT id, case_id AS "caseId", proposal_id AS "proposalId", stage, person_id AS "personId", identity, body, seat, verdict, reason,
            statement, received_at AS "receivedAt"
       FROM decision WHERE proposal_id = $1 ORDER BY received_at, id`,
    [proposalId],
  );
}

/** What the guard has said of a case that the session may know of. */
export async function guardWordOn(
  tx: Tx,
  caseId: string,
): Promise<{
  published: { release: string; publishedAt: Date } | null;
  refusal: { at: Date; findings: unknown } | null;
}> {
  const published = await tx.row<{ release: string; publishedAt: Date }>(
    `SELECT release, published_at AS "publishedAt" FROM publication WHERE case_id = $1`,
    [caseId],
  );
  const refusal = await tx.row<{ at: Date; findings: unknown }>(
    'SELECT at, findings FROM guard_refusal WHERE case_id = $1 ORDER BY at DESC LIMIT 1',
    [caseId],
  );
  return { published: published ?? null, refusal: refusal ?? null };
}
