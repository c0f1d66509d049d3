import { type Certificate, certificateSchema } from '#certificate';
import { type Clock, type Transactions, systemClock } from '#database';
import type { Finding, Outgoing } from '#workflow';
import { type DecidedStage, decidedStages } from './deciders';
import { type JudgedRelease, judgeRelease, printFrom, publicationIn, sha256Of } from './judge-release';
import { DATA_RENDITION, type ReleasedWords, readWords } from './released-words';
import {
  type ReleasePrint,
  fileOf,
  filesOf,
  findPrint,
  findRelease,
  newestPrints,
  printsAtLeaves,
} from './store/release.store';
import type { RegisterTrust } from './trust';

/** What lists and feeds show of a release: fields of the signed statement and nothing else. */
export interface ReleaseHead {
  readonly id: string;
  /** The moment of publication as the guard signed it, ISO. */
  readonly publishedAt: string;
  readonly title: string;
  readonly summary: string;
  readonly exercise: boolean;
  readonly renditions: Outgoing['renditions'];
  readonly leafIndex: number;
}

/** A release that has passed every check of its certificate. */
export interface VerifiedRelease extends ReleaseHead {
  readonly certificate: Certificate;
  /** The certificate as it was published, byte for byte. */
  readonly certificateText: string;
  /** The words of the release, from its data rendition. */
  readonly words: ReleasedWords;
  readonly stages: readonly DecidedStage[];
  readonly findings: readonly Finding[];
  /** When the findings were made. */
  readonly checkedAt: Date;
}

/** A file of a verified release, byte for byte as it was signed. */
export interface VerifiedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly sha256: string;
  readonly bytes: Buffer;
}

/** Where a page of the list ends. */
export interface ReleaseKey {
  readonly at: string;
  readonly id: string;
}

/** What is remembered of a release that was judged, as long as what lies there has not changed. */
interface Judgement {
  readonly print: string;
  readonly certificateSha256: string;
  readonly head: ReleaseHead | undefined;
  readonly findings: readonly Finding[];
  readonly at: Date;
  /** Worked out when a page first asks for it: lists do not. */
  stages?: Promise<readonly DecidedStage[]>;
}

const MOST_REMEMBERED = 2_000;

/**
 * What the public sees of the releases.
 *
 * INVARIANT (what_you_sign_is_what_ships): a release is verified whole, certificate and files, and again as soon as anything
 * of what lies there has changed; what fails is not there: same answer as for a release that does not exist. Each certificate
 * and file that leaves is hashed here, on its way, against what was signed: the database is never believed.
 */
export class Releases {
  private readonly judgements = new Map<string, Judgement>();
  /** Judgements that are being made: when everybody comes at the hour, one does the work. */
  private readonly judging = new Map<string, Promise<Judgement | undefined>>();

  constructor(
    private readonly transactions: Transactions,
    private readonly trust: RegisterTrust,
    private readonly onFault: (id: string, faults: readonly string[]) => void,
    private readonly clock: Clock = systemClock,
  ) {}

  /** A release with everything that its pages say, its checks made within the last so many milliseconds. */
  async byId(id: string, checkedWithinMs = Number.POSITIVE_INFINITY): Promise<VerifiedRelease | undefined> {
    const loaded = await this.transactions.asDuty(async (tx) => {
      const print = await findPrint(tx, id);
      if (print === undefined) return undefined;
      return { print, stored: await findRelease(tx, id), data: await fileOf(tx, id, DATA_RENDITION) };
    });
    if (loaded === undefined) return undefined;
    this.forgetOlder(id, checkedWithinMs);
    const judgement = await this.judgementOf(loaded.print);
    if (judgement?.head === undefined) return undefined;
    const { head, findings } = judgement;
    const certificateText = loaded.stored?.certificate ?? '';
    const data = loaded.data ?? Buffer.alloc(0);
    if (sha256Of(certificateText) !== judgement.certificateSha256 || !isAsSigned(head, DATA_RENDITION, data)) {
      this.tellChange(id);
      return undefined;
    }
    const certificate = certificateSchema.parse(JSON.parse(certificateText));
    const words = readWords(data, certificate.outgoing);
    if (typeof words === 'string') throw new Error('the words of a release that was verified cannot be read');
    const stages = await (judgement.stages ??= decidedStages(certificate, this.trust));
    return { ...head, certificate, certificateText, words, stages, findings, checkedAt: judgement.at };
  }

  /** One file of a release. */
  async file(id: string, name: string): Promise<VerifiedFile | undefined> {
    const loaded = await this.transactions.asDuty(async (tx) => {
      const print = await findPrint(tx, id);
      return print === undefined ? undefined : { print, bytes: await fileOf(tx, id, name) };
    });
    const head = loaded === undefined ? undefined : (await this.judgementOf(loaded.print))?.head;
    const named = head?.renditions.find((rendition) => rendition.name === name);
    if (head === undefined || named === undefined) return undefined;
    const bytes = loaded?.bytes;
    if (bytes === undefined || !isAsSigned(head, name, bytes)) {
      this.tellChange(id);
      return undefined;
    }
    return { name, mediaType: named.mediaType, sha256: named.sha256, bytes };
  }

  /** The newest releases before a key; `next` is the key of the following page. */
  async page(
    before: ReleaseKey | undefined,
    limit: number,
  ): Promise<{ releases: ReleaseHead[]; next: ReleaseKey | undefined }> {
    const prints = await this.transactions.asDuty((tx) => newestPrints(tx, before, limit));
    const shown = prints.slice(0, limit);
    const last = shown.at(-1);
    const more = prints.length > limit && last !== undefined;
    return {
      releases: await this.headsOf(shown),
      next: more ? { at: last.publishedAt.toISOString(), id: last.id } : undefined,
    };
  }

  /** The releases whose leaves stand at these places of the public log. */
  async atLeaves(leafIndices: readonly number[]): Promise<ReleaseHead[]> {
    return this.headsOf(await this.transactions.asDuty((tx) => printsAtLeaves(tx, leafIndices)));
  }

  private async headsOf(prints: readonly ReleasePrint[]): Promise<ReleaseHead[]> {
    const heads: ReleaseHead[] = [];
    for (const print of prints) {
      const head = (await this.judgementOf(print))?.head;
      if (head !== undefined) heads.push(head);
    }
    return heads;
  }

  private async judgementOf(print: ReleasePrint): Promise<Judgement | undefined> {
    const text = textOf(print);
    const known = this.judgements.get(print.id);
    if (known?.print === text) return known;
    const running = this.judging.get(text);
    if (running !== undefined) return running;
    const judging = this.judge(print.id).finally(() => this.judging.delete(text));
    this.judging.set(text, judging);
    return judging;
  }

  private async judge(id: string): Promise<Judgement | undefined> {
    const loaded = await this.transactions.asDuty(async (tx) => {
      const stored = await findRelease(tx, id);
      return stored === undefined ? undefined : { stored, files: await filesOf(tx, id) };
    });
    if (loaded === undefined) return undefined;
    const { stored, files } = loaded;
    const judged = await judgeRelease(stored, files, this.trust);
    if (judged.faults.length > 0) this.onFault(id, judged.faults);
    const print = printFrom(stored, files);
    const judgement: Judgement = {
      print: textOf(print),
      certificateSha256: print.certificateSha256,
      head: headOf(judged),
      findings: judged.findings,
      at: this.clock.now(),
    };
    this.remember(id, judgement);
    return judgement;
  }

  private remember(id: string, judgement: Judgement): void {
    this.judgements.delete(id);
    const [oldest] = this.judgements.keys();
    if (oldest !== undefined && this.judgements.size >= MOST_REMEMBERED) this.judgements.delete(oldest);
    this.judgements.set(id, judgement);
  }

  private forgetOlder(id: string, ms: number): void {
    const known = this.judgements.get(id);
    if (known !== undefined && this.clock.now().getTime() - known.at.getTime() > ms) this.judgements.delete(id);
  }

  /** The database gave other bytes than those that it gave the hash of: nothing is shown. */
  private tellChange(id: string): void {
    this.judgements.delete(id);
    this.onFault(id, ['bytes: they changed between the check and the answer']);
  }
}

function headOf({ content, faults }: JudgedRelease): ReleaseHead | undefined {
  const publication = content === undefined ? undefined : publicationIn(content.certificate);
  if (content === undefined || publication === undefined || faults.length > 0) return undefined;
  const { outgoing, log } = content.certificate;
  return {
    id: outgoing.release,
    publishedAt: publication.publishedAt,
    title: outgoing.title,
    summary: outgoing.summary,
    exercise: outgoing.exercise,
    renditions: outgoing.renditions,
    leafIndex: log.leafIndex,
  };
}

const isAsSigned = (head: ReleaseHead, name: string, bytes: Buffer): boolean =>
  head.renditions.find((rendition) => rendition.name === name)?.sha256 === sha256Of(bytes);

const textOf = ({ id, publishedAt, leafIndex, certificateSha256, files }: ReleasePrint): string =>
  JSON.stringify([id, publishedAt.toISOString(), leafIndex, certificateSha256, files]);
