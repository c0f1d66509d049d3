import { randomUUID } from 'node:crypto';
import { record } from '#audit';
import { type Certificate, publicInstruments, publicationLeaf } from '#certificate';
import { type Clock, type Transactions, type Tx, leaveInOutbox } from '#database';
import type { AuthorityReader, TrustAnchor } from '#people';
import { type AppendedLeaf, type LogSigner, appendToPublicLog, findRelease, showRelease } from '#register';
import { type PrivateJwk, type SignedStatement, canonicalJson, digestOf, sha256Hex, signStatement, statementId } from '#signing';
import { type Authority, nextCaseState } from '#workflow';
import { type Inspection, faultsOf, inspect } from './inspect';
import { type DueCase, type FrozenProposal, notePublication, noteRefusal, setState, takeDueCase } from './store/evidence.store';

/** The guard's keys: its own, with which it signs publications, and the public log's. */
export interface GuardKeys {
  readonly own: PrivateJwk;
  readonly log: LogSigner;
}

/** What the guard works with. The officers' keys come from a file that no other process can write. */
export interface GuardParts {
  readonly restricted: Transactions;
  readonly register: Transactions;
  readonly anchor: TrustAnchor;
  readonly authority: AuthorityReader;
  readonly clock: Clock;
}

/** A release that is about to become public, everything of it verified. */
interface Ready {
  readonly proposal: FrozenProposal;
  readonly inspection: Inspection;
  readonly authority: Authority;
  readonly statements: readonly SignedStatement[];
  readonly at: Date;
}

/**
 * The guard: the only one who writes to the public side.
 *
 * Publishing is idempotent across the two databases, never one transaction over both: leaf, signature, then release and
 * certificate in one transaction, then the note on the restricted side. A crash between any two is resumed.
 */
export class Guard {
  constructor(
    private readonly parts: GuardParts,
    private readonly keys: GuardKeys,
  ) {}

  /** Deals with one case whose hour has come: published, refused, or nothing was due. */
  async round(): Promise<'published' | 'refused' | 'idle'> {
    return this.parts.restricted.asDuty(async (tx) => {
      const now = this.parts.clock.now();
      const due = await takeDueCase(tx, now);
      if (due === undefined) return 'idle';
      const { authority, statements } = await this.parts.authority.read(tx);
      const inspection = await inspect(tx, due, { officers: this.parts.anchor.officers, statements, now });
      const resumed = inspection.proposal === undefined ? undefined : await this.alreadyShown(inspection.proposal);
      const faults = faultsOf(inspection);
      if (resumed === undefined && (faults.length > 0 || inspection.proposal === undefined)) {
        await this.refuse(tx, due, faults, now);
        return 'refused';
      }
      if (inspection.proposal === undefined) return 'idle';
      const shown = resumed ?? (await this.show({ proposal: inspection.proposal, inspection, authority, statements, at: now }));
      await this.note(tx, due, inspection.proposal, shown);
      return 'published';
    });
  }

  /** A release of this very proposal that an interrupted round has shown already. */
  private async alreadyShown(proposal: FrozenProposal): Promise<{ certificate: string; publishedAt: Date } | undefined> {
    const stored = await this.parts.register.asDuty((tx) => findRelease(tx, proposal.outgoing.release));
    if (stored === undefined) return undefined;
    const { outgoing } = JSON.parse(stored.certificate) as Certificate;
    if (digestOf(outgoing) !== digestOf(proposal.outgoing)) throw new Error(`another release is public as ${proposal.outgoing.release}`);
    return { certificate: stored.certificate, publishedAt: stored.publishedAt };
  }

  private async show(ready: Ready): Promise<{ certificate: string; publishedAt: Date }> {
    const { outgoing } = ready.proposal;
    const wanted = await this.publicationOf(ready);
    const appended = await appendToPublicLog(this.parts.register, outgoing.release, publicationLeaf(wanted), this.keys.log);
    // After a crash the leaf of the first attempt stands; the certificate must carry that one.
    const { publication } = JSON.parse(appended.leaf) as { publication: SignedStatement };
    const certificate = canonicalJson(certificateOf(ready, publication, appended, this.guardKid(publication)));
    const publishedAt = new Date((JSON.parse(Buffer.from(publication.payload, 'base64url').toString('utf8')) as { publishedAt: string }).publishedAt);
    const { leafIndex, treeSize, root, checkpoint } = appended;
    await this.parts.register.asDuty((tx) =>
      showRelease(tx, { id: outgoing.release, publishedAt, leafIndex, certificate }, ready.inspection.files, { treeSize, root, note: checkpoint }),
    );
    return { certificate, publishedAt };
  }

  private guardKid(publication: SignedStatement): string {
    const header = JSON.parse(Buffer.from(publication.signatures[0]?.protected ?? '', 'base64url').toString('utf8')) as { kid: string };
    return header.kid;
  }

  /** What the guard signs. The stages that are not public appear as commitments to their decisions alone. */
  private async publicationOf(ready: Ready): Promise<SignedStatement> {
    const { outgoing, digest } = ready.proposal;
    const byStage = decisionsByStage(ready.inspection);
    const stages = ready.inspection.verdict?.standing?.stages ?? [];
    return signStatement(
      'publication',
      {
        installation: outgoing.installation,
        release: outgoing.release,
        proposal: digest,
        publishedAt: ready.at.toISOString(),
        stages: stages.map(({ stage }) => ({ stage, state: 'complete', decisions: digestOf((byStage.get(stage) ?? []).map(statementId).sort()) })),
      },
      this.keys.own,
    );
  }

  private async note(tx: Tx, due: DueCase, proposal: FrozenProposal, shown: { certificate: string; publishedAt: Date }): Promise<void> {
    const now = this.parts.clock.now();
    const next = nextCaseState('scheduled', 'publish', {});
    if (!next.ok) throw new Error('a scheduled case can be published');
    await notePublication(tx, {
      caseId: due.id,
      proposalId: proposal.id,
      release: proposal.outgoing.release,
      publishedAt: shown.publishedAt,
      certificateSha256: sha256Hex(shown.certificate),
    });
    await setState(tx, due.id, next.state, now);
    const details = { proposal: proposal.id, digest: proposal.digest, release: proposal.outgoing.release };
    await record(tx, { duty: 'guard' }, { action: 'guard.publish', outcome: 'done', thing: { kind: 'Case', id: due.id }, caseId: due.id, details }, now);
    await leaveInOutbox(tx, { topic: 'case.published', payload: { caseId: due.id } });
  }

  /** Refuses on the record and gives the case back: only a new round, with new signatures, comes before the guard again. */
  private async refuse(tx: Tx, due: DueCase, faults: readonly { check: string; detail: string }[], now: Date): Promise<void> {
    const next = nextCaseState('scheduled', 'return', {});
    if (!next.ok) throw new Error('a scheduled case can be returned');
    await noteRefusal(tx, { id: randomUUID(), caseId: due.id, proposalId: due.proposalId ?? due.id, at: now, findings: faults });
    await setState(tx, due.id, next.state, now);
    const details = { checks: faults.map((fault) => fault.check) };
    await record(tx, { duty: 'guard' }, { action: 'guard.refuse', outcome: 'refused', thing: { kind: 'Case', id: due.id }, caseId: due.id, details }, now);
    await leaveInOutbox(tx, { topic: 'case.returned', payload: { caseId: due.id } });
  }
}

function certificateOf(ready: Ready, publication: SignedStatement, appended: AppendedLeaf, guardKid: string): Certificate {
  const { outgoing, closedCommitment } = ready.proposal;
  const procedure = ready.authority.procedure(outgoing.procedure.id, outgoing.procedure.version, ready.at.toISOString());
  const publicStages = new Set(procedure?.stages.filter((stage) => stage.public === true).map((stage) => stage.id) ?? []);
  const counted = (ready.inspection.verdict?.standing?.counted ?? []).filter((decision) => publicStages.has(decision.stage));
  const byStage = decisionsByStage(ready.inspection);
  const decisions = [...publicStages].flatMap((stage) => byStage.get(stage) ?? []);
  const kids = [guardKid, ...decisions.flatMap((statement) => statement.signatures.map((signature) => kidOf(signature.protected)))];
  const instruments = publicInstruments(ready.statements, ready.authority, { outgoing, decisions: counted, kids });
  const { leafIndex, treeSize, inclusion, checkpoint } = appended;
  return {
    format: 'imprimatur-certificate/1',
    outgoing,
    closedCommitment,
    decisions: decisions.map(copyOf),
    instruments: instruments.map(copyOf),
    publication: copyOf(publication),
    log: { leafIndex, treeSize, inclusion: [...inclusion], checkpoint },
  };
}

const copyOf = (statement: SignedStatement): { payload: string; signatures: { protected: string; signature: string }[] } => ({
  payload: statement.payload,
  signatures: statement.signatures.map((each) => ({ ...each })),
});

const kidOf = (header: string): string => (JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { kid: string }).kid;

/** The signed decisions that count, by stage. */
function decisionsByStage(inspection: Inspection): Map<string, SignedStatement[]> {
  const byStage = new Map<string, SignedStatement[]>();
  for (const statement of inspection.decisions) {
    const { stage } = JSON.parse(Buffer.from(statement.payload, 'base64url').toString('utf8')) as { stage: string };
    byStage.set(stage, [...(byStage.get(stage) ?? []), statement]);
  }
  return byStage;
}
