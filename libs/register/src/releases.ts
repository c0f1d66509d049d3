import { type Certificate, certificateSchema, verifyCertificate } from '#certificate';
import type { Transactions, Tx } from '#database';
import type { NoteKey } from '#ledger';
import { sha256Hex } from '#signing';
import type { Officers } from '#workflow';
import { type StoredFile, type StoredRelease, filesOf, findRelease, newestReleases } from './store/release.store';

/** What the register believes: the officers' keys and the public log's. Published beforehand, by another way. */
export interface RegisterTrust {
  readonly officers: Officers;
  readonly publicLog: readonly NoteKey[];
}

/** A release that has passed every check of its certificate, with the files that it names, byte for byte. */
export interface VerifiedRelease {
  readonly id: string;
  readonly publishedAt: string;
  readonly certificate: Certificate;
  readonly certificateText: string;
  readonly files: readonly StoredFile[];
  /** The words of the release, from its data rendition. */
  readonly content: ReleasedWords;
}

export interface ReleasedWords {
  readonly portions: readonly {
    readonly n: number;
    readonly kind: 'title' | 'paragraph' | 'target';
    readonly text: string;
    readonly target?: {
      readonly nation: string;
      readonly area: string;
      readonly quantityNow: number;
      readonly quantityRequired: number;
      readonly unit: string;
      readonly dueYear: number;
    };
  }[];
}

/**
 * What the public sees of the releases.
 *
 * INVARIANT (what_you_sign_is_what_ships): a release is verified, files and all, each time it is loaded, and what fails is
 * not there: same answer as for a release that does not exist.
 */
export class Releases {
  private readonly verified = new Map<string, string>();

  constructor(
    private readonly transactions: Transactions,
    private readonly trust: RegisterTrust,
    private readonly onFault: (id: string, faults: readonly string[]) => void,
  ) {}

  async byId(id: string): Promise<VerifiedRelease | undefined> {
    return this.transactions.asDuty(async (tx) => {
      const stored = await findRelease(tx, id);
      return stored === undefined ? undefined : this.believe(tx, stored);
    });
  }

  /** The newest releases before a key; `next` is the key of the following page. */
  async page(
    before: { at: string; id: string } | undefined,
    limit: number,
  ): Promise<{ releases: VerifiedRelease[]; next: { at: string; id: string } | undefined }> {
    return this.transactions.asDuty(async (tx) => {
      const stored = await newestReleases(tx, before, limit);
      const shown = stored.slice(0, limit);
      const releases: VerifiedRelease[] = [];
      for (const row of shown) {
        const release = await this.believe(tx, row);
        if (release !== undefined) releases.push(release);
      }
      const last = shown.at(-1);
      const more = stored.length > limit && last !== undefined;
      return { releases, next: more ? { at: last.publishedAt.toISOString(), id: last.id } : undefined };
    });
  }

  private async believe(tx: Tx, stored: StoredRelease): Promise<VerifiedRelease | undefined> {
    const files = await filesOf(tx, stored.id);
    const state = sha256Hex(
      `${stored.id}\n${sha256Hex(stored.certificate)}\n${files.map((file) => `${file.name} ${file.mediaType} ${sha256Hex(file.bytes)}`).join('\n')}`,
    );
    if (this.verified.get(stored.id) !== state) {
      const faults = await this.faultsOf(stored, files);
      if (faults.length > 0) {
        this.onFault(stored.id, faults);
        return undefined;
      }
      this.verified.set(stored.id, state);
    }
    const certificate = certificateSchema.parse(JSON.parse(stored.certificate));
    const data = files.find((file) => file.name === 'release.json');
    if (data === undefined) return undefined;
    return {
      id: stored.id,
      publishedAt: publishedAtOf(certificate),
      certificate,
      certificateText: stored.certificate,
      files,
      content: JSON.parse(data.bytes.toString('utf8')) as ReleasedWords,
    };
  }

  private async faultsOf(stored: StoredRelease, files: readonly StoredFile[]): Promise<string[]> {
    const parsed: unknown = jsonOrNull(stored.certificate);
    const findings = await verifyCertificate(
      parsed,
      this.trust,
      files.map(({ name, bytes }) => ({ name, bytes })),
    );
    const faults = findings.filter((finding) => !finding.ok).map((finding) => `${finding.check}: ${finding.detail}`);
    const certificate = certificateSchema.safeParse(parsed);
    if (!certificate.success) return faults.length > 0 ? faults : ['format: not a certificate'];
    const named = certificate.data.outgoing.renditions;
    if (certificate.data.outgoing.release !== stored.id)
      faults.push('release: the certificate speaks of another release');
    if (publishedAtOf(certificate.data) !== stored.publishedAt.toISOString())
      faults.push('published: the row says another moment than the guard signed');
    if (
      named.length !== files.length ||
      named.some((file) => files.find((each) => each.name === file.name)?.mediaType !== file.mediaType)
    ) {
      faults.push('files: not exactly those that were signed');
    }
    return faults;
  }
}

/** The moment of publication as the guard signed it. */
function publishedAtOf(certificate: Certificate): string {
  const payload = JSON.parse(Buffer.from(certificate.publication.payload, 'base64url').toString('utf8')) as {
    publishedAt: string;
  };
  return payload.publishedAt;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
