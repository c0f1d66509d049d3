import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AccessPolicy, type Actor, Installation, type Protection, accessReasons } from '#access';
import { Refusals, record } from '#audit';
import { ProblemError } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import { PolicySet, canonicalLabel, portionMark } from '#marking';
import { sha256Hex } from '#signing';
import { copiedFrom, findWrittenDown } from './find-copies';
import { requireDocument } from './document-to-change';
import { assuranceFaults, importFaults } from './import-rules';
import type { LineFault } from './line-fault';
import { type MarkedDocument, parseMarkedText } from './marked-text';
import { OWN_WORDS } from './own-words';
import { insertDocument, insertPortions, insertVersion } from './store/document.store';
import { internProtection } from './store/protection.store';
import { bodyDigest } from './write-down';

/** The largest document that is taken, in bytes. */
export const LARGEST_DOCUMENT = 2 * 1024 * 1024;

/** The step in which the portions of a later version are numbered: between them stands what its writer does not see. */
const ROOM = 65_536;

export interface Imported {
  readonly id: string;
  readonly portions: number;
}

/** Where a new version goes, and what it keeps of its document. */
interface Place {
  readonly ordinal: number;
  readonly protection: Protection;
  readonly extractable: boolean;
}

/** Everything that import asks of its surroundings. */
@Injectable()
export class ImportParts {
  constructor(
    readonly policies: PolicySet,
    readonly installation: Installation,
    readonly access: AccessPolicy,
    readonly clock: Clock,
  ) {}
}

/** Takes a portion-marked document in, or a new version of one. As a whole or not at all. */
@Injectable()
export class ImportDocument {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly parts: ImportParts,
  ) {}

  /** A new document. Throws `import-refused` with line and reason of every fault; then nothing is stored. */
  async run(actor: Actor, bytes: Buffer): Promise<Imported> {
    return this.onTheRecord(actor, undefined, () => this.take(actor, bytes, undefined));
  }

  /** The next version of a document, in place of what its writer sees of it. What they do not see stays (migration 079). */
  async version(actor: Actor, documentId: string, bytes: Buffer): Promise<Imported> {
    return this.onTheRecord(actor, documentId, () => this.take(actor, bytes, documentId).catch(tooLate));
  }

  private async take(actor: Actor, bytes: Buffer, documentId: string | undefined): Promise<Imported> {
    this.requirePermission(actor);
    const document = this.parse(bytes);
    return this.transactions.run(actor, async (tx) => {
      const place = documentId === undefined ? undefined : await this.placeOf(tx, actor, documentId);
      const faults = importFaults(document, actor, this.parts.installation.highest, this.parts.policies);
      faults.push(...assuranceFaults(document, actor, this.parts.access, this.parts.policies));
      const protection = place?.protection ?? { label: document.mark, needToKnow: document.needToKnow };
      if (place !== undefined) faults.push(...this.placeFaults(document, place));
      faults.push(...(await this.copies(tx, document, protection)));
      if (faults.length > 0) throw refusedFor(faults);
      return this.store(tx, actor, document, { bytes, documentId, ordinal: place?.ordinal ?? 1 });
    });
  }

  private requirePermission(actor: Actor): void {
    const decision = this.parts.access.decide(actor, 'import', OWN_WORDS);
    if (decision.effect === 'permit') return;
    throw new ProblemError('not-permitted', {
      reasons: accessReasons(decision),
    });
  }

  private parse(bytes: Buffer): MarkedDocument {
    if (bytes.length > LARGEST_DOCUMENT)
      throw new ProblemError('too-large', { detail: `a document has at most ${String(LARGEST_DOCUMENT)} bytes` });
    const parsed = parseMarkedText(decoded(bytes), this.parts.policies);
    if (!parsed.ok) throw refusedFor(parsed.faults);
    return parsed.document;
  }

  /** Where a new version goes. */
  private async placeOf(tx: Tx, actor: Actor, documentId: string): Promise<Place> {
    const { document, latest, protection } = await requireDocument(tx, actor, documentId, this.parts.access);
    return { ordinal: latest.ordinal + 1, protection, extractable: document.extractable };
  }

  /** A version stands under its document's protection, which was fixed when the document came in. */
  private placeFaults(document: MarkedDocument, { protection, extractable }: Place): LineFault[] {
    const kept = [
      {
        code: 'need-to-know',
        reason: 'a version keeps the need-to-know of its document',
        is: [...document.needToKnow].sort().join() === [...protection.needToKnow].sort().join(),
      },
      {
        code: 'document-mark',
        reason: 'a version keeps the mark of its document; another label takes a decision',
        is: canonicalLabel(document.mark) === canonicalLabel(protection.label),
      },
      {
        code: 'reading',
        reason: `a version is read as its document: ${extractable ? 'in cuts' : 'only whole'}`,
        is: document.extractable === extractable,
      },
    ];
    return kept.filter(({ is }) => !is).map(({ code, reason }) => ({ line: 1, code, reason }));
  }

  private async copies(tx: Tx, document: MarkedDocument, protection: Protection): Promise<LineFault[]> {
    // The subject is no portion, but text it is: it stands under the document's own mark.
    const subject =
      document.subject === undefined ? [] : [{ line: 1, label: protection.label, text: document.subject }];
    const written = [...document.portions, ...subject].map((each) => ({
      ...each,
      under: { label: each.label, needToKnow: protection.needToKnow },
    }));
    const { policies } = this.parts;
    return (await findWrittenDown(tx, written, policies)).flatMap((found): LineFault[] => {
      const { line, label } = written[found.n] ?? { line: 1, label: protection.label };
      const reason = `${copiedFrom(found, policies)}, ${portionMark(policies, label)} is lower or for more readers`;
      return [{ line, code: 'written-down', reason }];
    });
  }

  private async store(
    tx: Tx,
    actor: Actor,
    document: MarkedDocument,
    source: { readonly bytes: Buffer; readonly documentId: string | undefined; readonly ordinal: number },
  ): Promise<Imported> {
    const now = this.parts.clock.now();
    const id = source.documentId ?? randomUUID();
    const versionId = randomUUID();
    const { needToKnow } = document;
    const protectionId = await internProtection(tx, { label: document.mark, needToKnow });
    if (source.documentId === undefined) {
      const { originator, exercise, extractable } = document;
      await insertDocument(tx, {
        id,
        protectionId,
        originator,
        subject: document.subject ?? null,
        exercise,
        extractable,
        createdAt: now,
        createdBy: actor.personId,
      });
    }
    const sha256 = sha256Hex(source.bytes);
    await insertVersion(tx, {
      id: versionId,
      documentId: id,
      ordinal: source.ordinal,
      protectionId,
      sha256,
      createdAt: now,
      createdBy: actor.personId,
    });
    const ids = new Map<string, number>();
    for (const { label } of document.portions) {
      const key = JSON.stringify(label);
      if (!ids.has(key)) ids.set(key, await internProtection(tx, { label, needToKnow }));
    }
    await insertPortions(
      tx,
      { documentId: id, documentProtectionId: protectionId },
      document.portions.map(({ kind, label, originator, text, target }, index) => ({
        id: randomUUID(),
        versionId,
        ordinal: source.ordinal === 1 ? index + 1 : (index + 1) * ROOM,
        kind,
        protectionId: ids.get(JSON.stringify(label)) ?? 0,
        originator,
        body: text,
        digest: bodyDigest(text),
        ...(target === undefined ? {} : { target }),
      })),
    );
    const action = source.documentId === undefined ? 'document.import' : 'document.version';
    const details = { portions: document.portions.length, sha256 };
    await record(tx, actor, { action, outcome: 'done', thing: { kind: 'Document', id }, documentId: id, details }, now);
    return { id, portions: document.portions.length };
  }

  private async onTheRecord(
    actor: Actor,
    documentId: string | undefined,
    work: () => Promise<Imported>,
  ): Promise<Imported> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ProblemError && error.code !== 'record-unavailable') {
        const faults = (error.extra.faults ?? []).map(({ line, code }) => `${String(line)}:${code}`);
        await this.refusals.record(actor, {
          action: 'document.refused',
          ...(documentId === undefined ? {} : { documentId, thing: { kind: 'Document', id: documentId } }),
          details: { problem: error.code, faults },
        });
      }
      throw error;
    }
  }
}

/** Two versions at once: the place of the second is taken. */
function tooLate(error: unknown): never {
  if ((error as { driverError?: { code?: string } }).driverError?.code === '23505')
    throw new ProblemError('conflict', { detail: 'another version came in at the same moment' }, { cause: error });
  throw error;
}

const refusedFor = (faults: readonly LineFault[]): ProblemError =>
  new ProblemError('import-refused', { faults: [...faults].sort((a, b) => a.line - b.line) });

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const line = firstBrokenLine(bytes);
    throw new ProblemError('import-refused', {
      faults: [{ line, code: 'not-utf-8', reason: 'the text is not UTF-8' }],
    });
  }
}

function firstBrokenLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    line += 1;
    start = end + 1;
  }
  return line;
}
