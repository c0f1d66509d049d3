import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { type Actor, type Protection, accessReasons } from '#access';
import { Refusals, record } from '#audit';
import { type AttachmentMediaType, ProblemError, type Reason } from '#contracts';
import { Transactions, type Tx } from '#database';
import { type Label, type PolicySet, banner, labelAtLeast, parseMark, portionMark } from '#marking';
import { sha256Hex } from '#signing';
import { fileRefusals, isText, largestOf, wordsOf } from './attachment-rules';
import { requireDocument } from './document-to-change';
import { copiedFrom, findWrittenDown, standingOf } from './find-copies';
import { ImportParts } from './import-document';
import { isAssured, labelFaults } from './import-rules';
import { OWN_WORDS } from './own-words';
import { insertAttachment, sameBytes } from './store/attachment.store';
import type { DocumentRow } from './store/document.store';
import { internProtection } from './store/protection.store';
import { mayStandUnder } from './write-down';

/** A file as it is handed in. */
export interface NewFile {
  readonly name: string;
  readonly mark: string;
  readonly mediaType: AttachmentMediaType;
  readonly bytes: Buffer;
}

/** Attaches a file to a document, under a mark of its own and the need-to-know of the document. */
@Injectable()
export class AttachFile {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly parts: ImportParts,
  ) {}

  /** The new attachment. Throws the problem with every reason; then nothing is stored. */
  async run(actor: Actor, documentId: string, file: NewFile): Promise<{ id: string; sha256: string }> {
    try {
      this.requirePermission(actor);
      if (file.bytes.length > largestOf(file.mediaType))
        throw new ProblemError('too-large', {
          detail: `${file.mediaType} has at most ${String(largestOf(file.mediaType))} bytes`,
        });
      return await this.transactions.run(actor, (tx) => this.attach(tx, actor, documentId, file));
    } catch (error) {
      if (error instanceof ProblemError && error.code !== 'record-unavailable') {
        const reasons = (error.extra.reasons ?? []).map(({ code }) => code);
        const thing = { kind: 'Document', id: documentId };
        const details = { problem: error.code, reasons };
        await this.refusals.record(actor, { action: 'document.attach', thing, documentId, details });
      }
      throw error;
    }
  }

  private async attach(
    tx: Tx,
    actor: Actor,
    documentId: string,
    file: NewFile,
  ): Promise<{ id: string; sha256: string }> {
    const { access } = this.parts;
    // It takes the place of nothing, so that nobody need see all of the document.
    const { document, protection: around } = await requireDocument(tx, actor, documentId, access);
    const marked = parseMark(this.parts.policies, file.mark);
    const refusals = fileRefusals(file.name, file.mediaType, file.bytes);
    if (!marked.ok) refusals.push(reason('wrong-mark', 'a mark that the policies know', marked.fault));
    else {
      refusals.push(...this.refuseLabel(actor, marked.label, document, around));
      const under = { label: marked.label, needToKnow: around.needToKnow };
      refusals.push(...(await refuseCopies(tx, file, under, this.parts.policies)));
    }
    if (refusals.length > 0 || !marked.ok) throw new ProblemError('refused', { reasons: refusals });

    const [id, now, sha256] = [randomUUID(), this.parts.clock.now(), sha256Hex(file.bytes)];
    const protectionId = await internProtection(tx, { label: marked.label, needToKnow: around.needToKnow });
    await insertAttachment(tx, {
      id,
      documentId,
      protectionId,
      documentProtectionId: document.protectionId,
      name: file.name,
      mediaType: file.mediaType,
      bytes: file.bytes,
      createdAt: now,
      createdBy: actor.personId,
    });
    const details = { attachment: id, bytes: file.bytes.length, sha256 };
    const thing = { kind: 'Document', id: documentId };
    await record(tx, actor, { action: 'document.attach', outcome: 'done', thing, documentId, details }, now);
    return { id, sha256 };
  }

  private requirePermission(actor: Actor): void {
    const decision = this.parts.access.decide(actor, 'attach', OWN_WORDS);
    if (decision.effect === 'deny') throw new ProblemError('not-permitted', { reasons: accessReasons(decision) });
  }

  private refuseLabel(actor: Actor, label: Label, document: DocumentRow, around: Protection): Reason[] {
    const { access, installation, policies } = this.parts;
    return [
      ...labelFaults(label, actor, installation.highest, policies).map((fault) =>
        reason(fault.code, 'a mark that you may give', fault.reason),
      ),
      ...(isAssured(access, actor, label)
        ? []
        : [reason('session-assurance', 'a session that is stepped up with a code', 'one that is not')]),
      ...(around.needToKnow.some((token) => actor.tokens.includes(token))
        ? []
        : [reason('need-to-know', 'the need-to-know of the document', 'none of it')]),
      // INVARIANT (noninterference): what may be read only whole is read with all that belongs to it, or not at all.
      ...(document.extractable || labelAtLeast(policies, around.label, label)
        ? []
        : [
            reason(
              'beyond-the-whole',
              `a mark that ${banner(policies, around.label)} covers: the document is read only whole`,
              portionMark(policies, label),
            ),
          ]),
    ];
  }
}

/** INVARIANT (no_write_down): neither the bytes nor the words of a file, nor its name, stand higher where its author may read them. */
async function refuseCopies(tx: Tx, file: NewFile, under: Protection, policies: PolicySet): Promise<Reason[]> {
  const same = await standingOf(tx, await sameBytes(tx, sha256Hex(file.bytes)));
  const above = same.find((place) => !mayStandUnder(policies, under, { ...place, how: 'same' }));
  const words = isText(file.mediaType) ? wordsOf(file.bytes) : undefined;
  const texts = [file.name, ...(words === undefined ? [] : [words])].map((text) => ({ text, under }));
  const found = await findWrittenDown(tx, texts, policies);
  const copied = [
    ...(above === undefined
      ? []
      : [`these bytes stand under ${portionMark(policies, above.protection.label)} elsewhere`]),
    ...found.map((copy) => copiedFrom(copy, policies)),
  ];
  return copied.map((have) => ({
    code: 'written-down',
    rule: 'no_write_down',
    need: 'a file that is no copy of what stands higher, or is for fewer readers',
    have,
  }));
}

const reason = (code: string, need: string, have: string): Reason => ({ code, rule: code, need, have });
