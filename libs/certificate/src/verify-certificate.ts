import { type NoteKey, checkLogProof } from '#ledger';
import { sha256Hex, verifyStatement } from '#signing';
import {
  type Authority,
  type Finding,
  type Officers,
  type Procedure,
  proposalDigest,
  verifyApproval,
  verifyInstruments,
} from '#workflow';
import {
  type Certificate,
  type Publication,
  certificateSchema,
  decisionsCommitment,
  publicationLeaf,
  publicationSchema,
} from './certificate';
import { ofStage } from './compose';

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
 * The checks: format; publication-signature, -installation, -release, -proposal, -stages, -decisions, -window; then those of
 * the approval (instruments, installation, procedure, digest, each public stage); then those of the log (checkpoint-signature,
 * checkpoint-origin, tree-size, inclusion). With files also, for each, that it is byte for byte a rendition that was signed.
 */
export async function verifyCertificate(
  certificate: unknown,
  trust: CertificateTrust,
  files?: readonly ClaimedFile[],
): Promise<Finding[]> {
  try {
    const parsed = certificateSchema.safeParse(certificate);
    if (!parsed.success) {
      return [
        finding(
          'format',
          false,
          parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
        ),
      ];
    }
    const known = parsed.data;
    const { authority } = await verifyInstruments(known.instruments, trust.officers, 'excerpt');
    const publication = await readPublication(known, authority);
    const statement = typeof publication === 'string' ? undefined : publication.statement;
    // Without a moment of publication the rest is judged as of the last one possible: what else is wrong is still told.
    const now = statement?.publishedAt ?? known.outgoing.window.notAfter;
    const verdict = await verifyApproval(known, { officers: trust.officers, now, stages: 'public' });
    return [
      finding('format', true, known.format),
      ...(typeof publication === 'string'
        ? [finding('publication-signature', false, publication)]
        : publicationFindings(known, publication, authority)),
      ...verdict.findings,
      ...checkLogProof(new TextEncoder().encode(publicationLeaf(known.publication)), known.log, trust.publicLog),
      ...(files ?? []).map((file) => fileFinding(known, file)),
    ];
  } catch (error) {
    // INVARIANT (fail_closed): what cannot be read is a check that failed.
    return [finding('format', false, error instanceof Error ? error.message : 'it cannot be read')];
  }
}

interface SignedPublication {
  readonly statement: Publication;
  readonly kid: string;
}

async function readPublication(certificate: Certificate, authority: Authority): Promise<SignedPublication | string> {
  const verified = await verifyStatement('publication', certificate.publication, (kid) => authority.jwkOf(kid));
  if (!verified.ok) return verified.fault;
  const parsed = publicationSchema.safeParse(verified.payload);
  const [kid, ...others] = verified.kids;
  if (!parsed.success) return 'it is no statement of publication';
  return kid === undefined || others.length > 0 ? 'one guard signs a publication' : { statement: parsed.data, kid };
}

function publicationFindings(
  certificate: Certificate,
  { statement, kid }: SignedPublication,
  authority: Authority,
): Finding[] {
  const { outgoing } = certificate;
  const guard = authority.guardKey(kid, statement.publishedAt);
  const at = Date.parse(statement.publishedAt);
  const { window, installation, release } = outgoing;
  const procedure = authority.procedure(outgoing.procedure.id, outgoing.procedure.version, statement.publishedAt);
  const stages = procedure?.stages.map((stage) => stage.id) ?? [];
  const said = statement.stages.map((stage) => stage.stage);
  return [
    finding(
      'publication-signature',
      guard !== undefined,
      guard === undefined ? 'not the key of a guard that two officers have named' : `signed by the guard, ${kid}`,
    ),
    finding('publication-installation', statement.installation === installation, statement.installation),
    finding('publication-release', statement.release === release, statement.release),
    finding(
      'publication-proposal',
      statement.proposal === proposalDigest(outgoing, certificate.closedCommitment),
      statement.proposal,
    ),
    finding(
      'publication-stages',
      stages.length > 0 && JSON.stringify(stages) === JSON.stringify(said),
      said.join(', '),
    ),
    ...(procedure === undefined ? [] : decisionsFindings(certificate, statement, procedure)),
    finding(
      'publication-window',
      at >= Date.parse(window.notBefore) && at < Date.parse(window.notAfter),
      `${statement.publishedAt}, window ${window.notBefore} to ${window.notAfter}`,
    ),
  ];
}

/** The decisions of each public stage are exactly those that the guard has seen. */
const decisionsFindings = (certificate: Certificate, statement: Publication, procedure: Procedure): Finding[] =>
  procedure.stages
    .filter((stage) => stage.public === true)
    .map(({ id }) => {
      const committed = statement.stages.find((stage) => stage.stage === id)?.decisions;
      const decisions = ofStage(certificate.decisions, id);
      return finding(
        `publication-decisions:${id}`,
        committed === decisionsCommitment(decisions, null),
        `${String(decisions.length)} decisions, ${committed ?? 'none committed to'}`,
      );
    });

function fileFinding(certificate: Certificate, file: ClaimedFile): Finding {
  const named = certificate.outgoing.renditions.find((rendition) => rendition.name === file.name);
  if (named === undefined) return finding(`file:${file.name}`, false, 'the signed statement names no such file');
  const sha256 = sha256Hex(file.bytes);
  const same = sha256 === named.sha256 && file.bytes.length === named.bytes;
  return finding(
    `file:${file.name}`,
    same,
    same ? `sha256 ${sha256}` : `sha256 ${sha256}, but ${named.sha256} was signed`,
  );
}

const finding = (check: string, ok: boolean, detail: string): Finding => ({ check, ok, detail });
