import { type LogPlace, type NoteKey, checkLogProof } from '#ledger';
import { sha256Hex, verifyStatement } from '#signing';
import { type Finding, type Officers, proposalDigest, verifyApproval, verifyInstruments } from '#workflow';
import { type Certificate, type Publication, certificateSchema, publicationLeaf, publicationSchema } from './certificate';

/** What the reader brings along: the officers' published keys and the public log's. Nothing else is believed. */
export interface CertificateTrust {
  readonly officers: Officers;
  readonly publicLog: readonly NoteKey[];
}

/** A file that claims to be a rendition of the release. */
export interface ClaimedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Verifies a certificate offline: every check is named, and what fails says what. Never throws.
 *
 * With files it also checks that each is, byte for byte, a rendition that the signed statement names.
 */
export async function verifyCertificate(certificate: unknown, trust: CertificateTrust, files?: readonly ClaimedFile[]): Promise<Finding[]> {
  const parsed = certificateSchema.safeParse(certificate);
  if (!parsed.success) {
    return [finding('format', false, parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))];
  }
  const known = parsed.data;
  try {
    const publication = await verifyPublication(known, trust.officers);
    return [
      finding('format', true, known.format),
      ...publication.findings,
      ...(await approvalFindings(known, trust.officers, publication.statement)),
      ...checkLogProof(new TextEncoder().encode(publicationLeaf(known.publication)), known.log satisfies LogPlace, trust.publicLog),
      ...(files ?? []).map((file) => fileFinding(known, file)),
    ];
  } catch (error) {
    return [finding('format', false, error instanceof Error ? error.message : 'it cannot be read')];
  }
}

async function approvalFindings(certificate: Certificate, officers: Officers, publication: Publication | undefined): Promise<Finding[]> {
  if (publication === undefined) return [];
  const verdict = await verifyApproval(certificate, { officers, now: publication.publishedAt, stages: 'public' });
  return [...verdict.findings];
}

async function verifyPublication(
  certificate: Certificate,
  officers: Officers,
): Promise<{ statement: Publication | undefined; findings: Finding[] }> {
  const { outgoing } = certificate;
  const { authority } = await verifyInstruments(certificate.instruments, officers, 'excerpt');
  const verified = await verifyStatement('publication', certificate.publication, (kid) => authority.jwkOf(kid));
  if (!verified.ok) return { statement: undefined, findings: [finding('publication-signature', false, verified.fault)] };
  const parsed = publicationSchema.safeParse(verified.payload);
  if (!parsed.success) return { statement: undefined, findings: [finding('publication-signature', false, 'it is no statement of publication')] };
  const statement = parsed.data;
  const guard = authority.serviceKey(verified.kids[0] ?? '', 'guard', statement.publishedAt);
  const at = Date.parse(statement.publishedAt);
  const { window, installation, release } = outgoing;
  const stages = authority.procedure(outgoing.procedure.id, outgoing.procedure.version, statement.publishedAt)?.stages.map((stage) => stage.id) ?? [];
  const said = statement.stages.map((stage) => stage.stage);
  return {
    statement,
    findings: [
      finding('publication-signature', guard !== undefined, guard === undefined ? 'not the key of a guard that two officers have named' : `signed by the guard, ${guard.body.kid}`),
      finding('publication-installation', statement.installation === installation, statement.installation),
      finding('publication-release', statement.release === release, statement.release),
      finding('publication-proposal', statement.proposal === proposalDigest(outgoing, certificate.closedCommitment), statement.proposal),
      finding('publication-stages', stages.length > 0 && stages.join() === said.join(), said.join(', ')),
      finding('publication-window', at >= Date.parse(window.notBefore) && at < Date.parse(window.notAfter), `${statement.publishedAt}, window ${window.notBefore} to ${window.notAfter}`),
    ],
  };
}

function fileFinding(certificate: Certificate, file: ClaimedFile): Finding {
  const named = certificate.outgoing.renditions.find((rendition) => rendition.name === file.name);
  if (named === undefined) return finding(`file:${file.name}`, false, 'the signed statement names no such file');
  const sha256 = sha256Hex(file.bytes);
  const same = sha256 === named.sha256 && file.bytes.length === named.bytes;
  return finding(`file:${file.name}`, same, same ? `sha256 ${sha256}` : `sha256 ${sha256}, but ${named.sha256} was signed`);
}

const finding = (check: string, ok: boolean, detail: string): Finding => ({ check, ok, detail });
