import { randomBytes } from 'node:crypto';
import { composeCertificate, publicationLeaf, publicationOf } from '#certificate';
import { Transactions, openDataSource } from '#database';
import { appendToPublicLog, showRelease } from '#register';
import { type PrivateJwk, canonicalJson, generateKey, sha256Hex, signStatement, thumbprint } from '#signing';
import { type Authority, type Outgoing, verifyInstruments } from '#workflow';
import type { ReleaseContent, ReleasedPortion, RenderedFile } from '../../libs/release/src/rendering/content';
import { renderCsv } from '../../libs/release/src/rendering/csv';
import { renderHtml } from '../../libs/release/src/rendering/html';
import { renderJson } from '../../libs/release/src/rendering/json';
import { renderAll } from '../../libs/release/src/rendering/render';
import { type TestAlliance, anAlliance, everyApproval } from './authority';
import { type TestDatabases, openDatabases } from './cluster';

/** What a test publishes. What it does not say is as in any release. EXERCISE. */
export interface Publishing {
  readonly release?: string;
  readonly title?: string;
  readonly summary?: string;
  readonly exercise?: boolean;
  readonly portions?: readonly ReleasedPortion[];
  /** ISO moment, within the window of the outgoing part. */
  readonly publishedAt?: string;
  /** Makes the PDF too, which takes its time. */
  readonly withPdf?: boolean;
  /** Changes what is signed, after it was rendered. */
  readonly signing?: (outgoing: Outgoing) => Outgoing;
}

export interface Published {
  readonly outgoing: Outgoing;
  readonly files: readonly RenderedFile[];
  readonly certificate: string;
  readonly publishedAt: string;
}

export const PORTIONS: readonly ReleasedPortion[] = [
  { n: 1, kind: 'title', text: 'EXERCISE New capability targets' },
  {
    n: 2,
    kind: 'paragraph',
    text: 'EXERCISE The ministers take up targets that are about a third higher than before.',
  },
  {
    n: 3,
    kind: 'target',
    text: 'EXERCISE air and missile defence',
    target: {
      nation: 'EXERCISE alliance',
      area: 'air and missile defence',
      quantityNow: 100,
      quantityRequired: 130,
      unit: 'percent',
      dueYear: 2032,
    },
  },
];

export const PUBLISHED_AT = '2026-06-05T15:00:02.000Z';

/**
 * The public side on its own: the register's database, filled as the guard fills it, with real signatures over real files and
 * without the restricted side. For tests that need many releases, or odd ones.
 */
export class PublicSide {
  private constructor(
    readonly databases: TestDatabases,
    readonly alliance: TestAlliance,
    private readonly guardKey: PrivateJwk,
    private readonly guard: Transactions,
    private readonly verified: Authority,
  ) {}

  static async open(seats?: readonly { id: string; name: string }[]): Promise<PublicSide> {
    const databases = await openDatabases();
    const alliance = await anAlliance(seats);
    const { privateJwk } = await generateKey();
    await alliance.authority.serviceKey(privateJwk);
    const guard = new Transactions(await openDataSource({ url: databases.register('guard'), pool: 2 }));
    const { authority } = await verifyInstruments(alliance.authority.statements, alliance.authority.officers);
    return new PublicSide(databases, alliance, privateJwk, guard, authority);
  }

  get officersFile(): string {
    return `${JSON.stringify(this.alliance.authority.officers, null, 2)}\n`;
  }

  get installation(): string {
    return this.alliance.authority.installation;
  }

  /** Renders, has everybody approve, logs and shows a release. */
  async publish(publishing: Publishing = {}): Promise<Published> {
    const { outgoing, files } = await this.prepared(publishing);
    const publishedAt = publishing.publishedAt ?? PUBLISHED_AT;
    const { authority: registry } = this.alliance;
    const proposal = { outgoing, closedCommitment: this.alliance.proposal.closedCommitment };
    const evidence = {
      ...proposal,
      decisions: await everyApproval(this.alliance, proposal),
      instruments: registry.statements,
    };
    const authority = this.verified;
    const saltOf = (): string => randomBytes(16).toString('hex');
    const publication = await signStatement(
      'publication',
      publicationOf(evidence, authority, { publishedAt, saltOf }),
      this.guardKey,
    );
    const signer = { name: `${this.installation}/public-log`, seed: registry.logSeeds.publicLog };
    const log = await appendToPublicLog(this.guard, outgoing.release, publicationLeaf(publication), signer);
    const guardKid = thumbprint(this.guardKey);
    const certificate = canonicalJson(await composeCertificate(evidence, authority, { publication, guardKid, log }));
    const { leafIndex, treeSize, root, checkpoint: note } = log;
    const stored = files.map((file) => ({ ...file, sha256: sha256Hex(file.bytes) }));
    const row = { id: outgoing.release, publishedAt: new Date(publishedAt), leafIndex, certificate };
    await this.guard.asDuty((tx) => showRelease(tx, row, stored, { treeSize, root, note }));
    return { outgoing, files, certificate, publishedAt };
  }

  private async prepared(publishing: Publishing): Promise<{ outgoing: Outgoing; files: RenderedFile[] }> {
    const { authority, requester } = this.alliance;
    const { withPdf = false, signing = (outgoing: Outgoing) => outgoing } = publishing;
    const content: ReleaseContent = {
      release: publishing.release ?? `r-${randomBytes(10).toString('hex')}`,
      title: publishing.title ?? 'EXERCISE Ministers adopt new targets',
      summary: publishing.summary ?? 'EXERCISE What the public may know of the new targets.',
      exercise: publishing.exercise ?? true,
      portions: publishing.portions ?? PORTIONS,
    };
    const plain = [
      renderHtml(content),
      renderJson(content),
      ...[renderCsv(content)].filter((file) => file !== undefined),
    ];
    const files = withPdf ? await renderAll(content, new Date('2026-05-20T10:00:00Z')) : plain;
    const { release, title, summary, exercise } = content;
    const renditions = files.map(({ name, mediaType, bytes }) => ({
      name,
      mediaType,
      bytes: bytes.length,
      sha256: sha256Hex(bytes),
    }));
    return {
      files,
      outgoing: signing(authority.outgoing(requester, { release, title, summary, exercise, renditions })),
    };
  }

  /** Leaves an entry in the log for which no release is shown: what an interrupted publication leaves. */
  async logOnly(release: string): Promise<void> {
    const leaf = canonicalJson({ publication: { interrupted: release } });
    const seed = this.alliance.authority.logSeeds.publicLog;
    await appendToPublicLog(this.guard, release, leaf, { name: `${this.installation}/public-log`, seed });
  }

  /** Connections as the register's own role. */
  async asRegister(): Promise<Transactions> {
    return new Transactions(await openDataSource({ url: this.databases.register('register'), pool: 5 }));
  }

  async close(): Promise<void> {
    await this.guard.close();
    await this.databases.drop();
  }
}
