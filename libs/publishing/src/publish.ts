import { createHmac, randomUUID } from 'node:crypto';
import { record } from '#audit';
import {
  type Certificate,
  certificateSchema,
  composeCertificate,
  publicationLeaf,
  publicationOf,
  publicationSchema,
  verifyCertificate,
} from '#certificate';
import { type Clock, type Transactions, type Tx, leaveInOutbox } from '#database';
import { parseVerifierKey } from '#ledger';
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
import { type ApprovalEvidence, type Authority, type Finding, nextCaseState, statementSchema } from '#workflow';
import { type Inspection, type OwnProposal, faultsOf, inspect } from './inspect';
import {
  type DueCase,
  type FrozenRendition,
  notePublication,
  noteRefusal,
  setState,
  takeDueCase,
} from './store/evidence.store';

/** The class of SQLSTATE for values that cannot be what they claim to be. */
const DATA_EXCEPTION = '22';

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
  readonly digest: string;
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
  /** Cases that could not be judged: the others come first, then these are tried again. */
  private readonly passedBy = new Set<string>();

  constructor(
    private readonly parts: GuardParts,
    private readonly keys: GuardKeys,
  ) {}

  /**
   * Deals with one case whose hour has come: published, refused, or nothing was due. Throws when it could not be judged; it
   * then stays due, and holds no other case up.
   */
  async round(): Promise<'published' | 'refused' | 'idle'> {
    return this.parts.restricted.asDuty(async (tx) => {
      const now = this.parts.clock.now();
      const due = await takeDueCase(tx, now, [...this.passedBy]);
      if (due === undefined) {
        this.passedBy.clear();
        return 'idle';
      }
      try {
        return await this.dealWith(tx, due, now);
      } catch (error) {
        this.passedBy.add(due.id);
        throw error;
      }
    });
  }

  private async dealWith(tx: Tx, due: DueCase, now: Date): Promise<'published' | 'refused'> {
    const { authority, statements } = await this.parts.authority.read(tx);
    const inspection = await this.inspect(tx, due, { statements, now });
    const { proposal } = inspection;
    const already = proposal === undefined ? undefined : await this.alreadyShown(proposal);
    const faults =
      already === undefined ? faultsOf(inspection) : 'check' in already ? [already, ...faultsOf(inspection)] : [];
    if (proposal === undefined || faults.length > 0) return this.refuse(tx, due, faults, now);
    const shown = already ?? (await this.show(readyFrom(inspection, proposal, { authority, statements, at: now })));
    if ('check' in shown) return this.refuse(tx, due, [shown], now);
    await this.note(tx, due, proposal, shown);
    return 'published';
  }

  /** Data that the database itself cannot judge is hostile data, and a finding like any other. */
  private async inspect(
    tx: Tx,
    due: DueCase,
    facts: { readonly statements: readonly SignedStatement[]; readonly now: Date },
  ): Promise<Inspection> {
    try {
      return await tx.attempt(() => inspect(tx, due, { officers: this.parts.anchor.officers, ...facts }));
    } catch (error) {
      const code = (error as { driverError?: { code?: string } }).driverError?.code ?? '';
      if (!code.startsWith(DATA_EXCEPTION)) throw error;
      const fault = { check: 'evidence-format', ok: false, detail: `the database cannot judge it (${code})` };
      return { findings: [fault], proposal: undefined, files: [], decisions: [], verdict: undefined };
    }
  }

  /** A release of this very proposal that an interrupted round has shown already, or that another one is public in its place. */
  private async alreadyShown({ outgoing }: OwnProposal): Promise<Shown | Finding | undefined> {
    const stored = await this.parts.register.asDuty((tx) => findRelease(tx, outgoing.release));
    if (stored === undefined) return undefined;
    const shown = certificateSchema.parse(JSON.parse(stored.certificate)) satisfies Certificate;
    return digestOf(shown.outgoing) === digestOf(outgoing)
      ? { certificate: stored.certificate, publishedAt: stored.publishedAt }
      : { check: 'release', ok: false, detail: 'another proposal is public as this release; ask for it as a new case' };
  }

  /** Makes it public. Answers what is in the way, if an earlier round has left its leaf under the same release. */
  private async show({ evidence, digest, files, authority, at }: Ready): Promise<Shown | Finding> {
    const { release } = evidence.outgoing;
    const guardKid = thumbprint(this.keys.own);
    if (authority.guardKey(guardKid, at.toISOString()) === undefined)
      throw new Error(`the guard's key ${guardKid} is not one that two officers have named`);
    const saltOf = (stage: string): string => this.saltOf(release, stage);
    const wanted = publicationOf(evidence, authority, { publishedAt: at.toISOString(), saltOf });
    const leaf = publicationLeaf(await signStatement('publication', wanted, this.keys.own));
    const log = await appendToPublicLog(this.parts.register, release, leaf, this.keys.log);
    // After a crash the leaf of the first attempt stands; the certificate must carry that one.
    const publication = statementSchema.parse((JSON.parse(log.leaf) as { publication: unknown }).publication);
    const said = publicationSchema.parse(payloadOf(publication));
    if (said.proposal !== digest)
      return {
        check: 'public-log',
        ok: false,
        detail: 'the public log names another proposal; ask for it as a new case',
      };
    const composed = await composeCertificate(evidence, authority, { publication, guardKid, log });
    await this.requireBelief(composed, files);
    const certificate = canonicalJson(composed);
    const publishedAt = new Date(said.publishedAt);
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

  /** INVARIANT (what_you_sign_is_what_ships): nothing is shown that a stranger with the officers' file would not believe. */
  private async requireBelief(certificate: Certificate, files: readonly FrozenRendition[]): Promise<void> {
    const { officers } = this.parts.anchor;
    const trust = { officers, publicLog: [parseVerifierKey(officers.logs.publicLog)] };
    const failed = (await verifyCertificate(certificate, trust, files)).filter(({ ok }) => !ok);
    if (failed.length > 0)
      throw new Error(`the certificate would not be believed: ${failed.map(({ check }) => check).join(', ')}`);
  }

  /** The salt of a stage that is not public: derived from the guard's key, so that a resumed round has the same one. */
  private saltOf(release: string, stage: string): string {
    return createHmac('sha256', Buffer.from(this.keys.own.d, 'base64url')).update(`${release}\n${stage}`).digest('hex');
  }

  private async note(tx: Tx, due: DueCase, proposal: OwnProposal, shown: Shown): Promise<void> {
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
  private async refuse(tx: Tx, due: DueCase, faults: readonly Finding[], now: Date): Promise<'refused'> {
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
    return 'refused';
  }
}

function readyFrom(
  inspection: Inspection,
  { outgoing, closedCommitment, digest }: OwnProposal,
  facts: { readonly authority: Authority; readonly statements: readonly SignedStatement[]; readonly at: Date },
): Ready {
  const evidence = { outgoing, closedCommitment, decisions: inspection.decisions, instruments: facts.statements };
  return { evidence, digest, files: inspection.files, authority: facts.authority, at: facts.at };
}
