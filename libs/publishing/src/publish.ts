import { createHmac, randomUUID } from 'node:crypto';
import { record } from '#audit';
import {
  type Certificate,
  certificateSchema,
  composeCertificate,
  publicationLeaf,
  publicationOf,
  publicationSchema,
} from '#certificate';
import { type Clock, type Transactions, type Tx, leaveInOutbox } from '#database';
import type { AuthorityReader, TrustAnchor } from '#people';
import { type LogSigner, appendToPublicLog, findRelease, showRelease } from '#register';
import {
  type PrivateJwk,
  type SignedStatement,
  canonicalJson,
  digestOf,
  payloadOf,
  sha256Hex,
  signStatement,
  thumbprint,
} from '#signing';
import { type ApprovalEvidence, type Authority, nextCaseState, statementSchema } from '#workflow';
import { type Inspection, faultsOf, inspect } from './inspect';
import {
  type DueCase,
  type FrozenProposal,
  type FrozenRendition,
  notePublication,
  noteRefusal,
  setState,
  takeDueCase,
} from './store/evidence.store';

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
  readonly evidence: ApprovalEvidence;
  readonly files: readonly FrozenRendition[];
  readonly authority: Authority;
  readonly at: Date;
}

/** A release that is public: its certificate as it is served, and the moment that the guard signed. */
interface Shown {
  readonly certificate: string;
  readonly publishedAt: Date;
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
      const { proposal } = inspection;
      const shown = proposal === undefined ? undefined : await this.alreadyShown(proposal);
      const faults = shown === undefined ? faultsOf(inspection) : [];
      if (proposal === undefined || faults.length > 0) {
        await this.refuse(tx, due, faults, now);
        return 'refused';
      }
      await this.note(
        tx,
        due,
        proposal,
        shown ?? (await this.show(readyFrom(inspection, proposal, { authority, statements, at: now }))),
      );
      return 'published';
    });
  }

  /** A release of this very proposal that an interrupted round has shown already. */
  private async alreadyShown(proposal: FrozenProposal): Promise<Shown | undefined> {
    const stored = await this.parts.register.asDuty((tx) => findRelease(tx, proposal.outgoing.release));
    if (stored === undefined) return undefined;
    const { outgoing } = certificateSchema.parse(JSON.parse(stored.certificate)) satisfies Certificate;
    if (digestOf(outgoing) !== digestOf(proposal.outgoing)) {
      throw new Error(`another release is public as ${proposal.outgoing.release}`);
    }
    return { certificate: stored.certificate, publishedAt: stored.publishedAt };
  }

  private async show({ evidence, files, authority, at }: Ready): Promise<Shown> {
    const { release } = evidence.outgoing;
    const saltOf = (stage: string): string => this.saltOf(release, stage);
    const wanted = publicationOf(evidence, authority, { publishedAt: at.toISOString(), saltOf });
    const leaf = publicationLeaf(await signStatement('publication', wanted, this.keys.own));
    const log = await appendToPublicLog(this.parts.register, release, leaf, this.keys.log);
    // After a crash the leaf of the first attempt stands; the certificate must carry that one.
    const publication = statementSchema.parse((JSON.parse(log.leaf) as { publication: unknown }).publication);
    const guardKid = thumbprint(this.keys.own);
    const certificate = canonicalJson(await composeCertificate(evidence, authority, { publication, guardKid, log }));
    const publishedAt = new Date(publicationSchema.parse(payloadOf(publication)).publishedAt);
    const { leafIndex, treeSize, root, checkpoint } = log;
    await this.parts.register.asDuty((tx) =>
      showRelease(tx, { id: release, publishedAt, leafIndex, certificate }, files, {
        treeSize,
        root,
        note: checkpoint,
      }),
    );
    return { certificate, publishedAt };
  }

  /** The salt of a stage that is not public: derived from the guard's key, so that a resumed round has the same one. */
  private saltOf(release: string, stage: string): string {
    return createHmac('sha256', Buffer.from(this.keys.own.d, 'base64url')).update(`${release}\n${stage}`).digest('hex');
  }

  private async note(tx: Tx, due: DueCase, proposal: FrozenProposal, shown: Shown): Promise<void> {
    const now = this.parts.clock.now();
    const next = nextCaseState('scheduled', 'publish', {});
    if (!next.ok) throw new Error('a scheduled case can be published');
    const { release, procedure } = proposal.outgoing;
    await notePublication(tx, {
      caseId: due.id,
      proposalId: proposal.id,
      release,
      publishedAt: shown.publishedAt,
      certificateSha256: sha256Hex(shown.certificate),
      stageSalts: await this.saltsOf(tx, release, procedure),
    });
    await setState(tx, due.id, next.state, now);
    const details = { proposal: proposal.id, digest: proposal.digest, release };
    const event = {
      action: 'guard.publish',
      outcome: 'done',
      thing: { kind: 'Case', id: due.id },
      caseId: due.id,
      details,
    } as const;
    await record(tx, { duty: 'guard' }, event, now);
    await leaveInOutbox(tx, { topic: 'case.published', payload: { caseId: due.id } });
  }

  /** What opens the commitments of the publication to those who know of the case. */
  private async saltsOf(
    tx: Tx,
    release: string,
    named: { id: string; version: number },
  ): Promise<Record<string, string>> {
    const authority = await this.parts.authority.current(tx);
    const stages = authority.procedure(named.id, named.version)?.stages ?? [];
    const closed = stages.filter((stage) => stage.public !== true);
    return Object.fromEntries(closed.map((stage) => [stage.id, this.saltOf(release, stage.id)]));
  }

  /** Refuses on the record and gives the case back: only a new round, with new signatures, comes before the guard again. */
  private async refuse(
    tx: Tx,
    due: DueCase,
    faults: readonly { check: string; detail: string }[],
    now: Date,
  ): Promise<void> {
    const next = nextCaseState('scheduled', 'return', {});
    if (!next.ok) throw new Error('a scheduled case can be returned');
    const proposalId = due.proposalId ?? due.id;
    await noteRefusal(tx, { id: randomUUID(), caseId: due.id, proposalId, at: now, findings: faults });
    await setState(tx, due.id, next.state, now);
    const details = { checks: faults.map((fault) => fault.check) };
    const event = {
      action: 'guard.refuse',
      outcome: 'refused',
      thing: { kind: 'Case', id: due.id },
      caseId: due.id,
      details,
    } as const;
    await record(tx, { duty: 'guard' }, event, now);
    await leaveInOutbox(tx, { topic: 'case.returned', payload: { caseId: due.id } });
  }
}

function readyFrom(
  inspection: Inspection,
  { outgoing, closedCommitment }: FrozenProposal,
  facts: { readonly authority: Authority; readonly statements: readonly SignedStatement[]; readonly at: Date },
): Ready {
  const evidence = { outgoing, closedCommitment, decisions: inspection.decisions, instruments: facts.statements };
  return { evidence, files: inspection.files, authority: facts.authority, at: facts.at };
}
