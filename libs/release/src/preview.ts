import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor } from '#access';
import { Refusals, decisionOf, record } from '#audit';
import { ProblemError } from '#contracts';
import { Clock, Transactions, type Tx } from '#database';
import { sha256Hex } from '#signing';
import { caseThing, onTheRecord, refuseFor, requireCase } from './case-of';
import { releaseContent } from './outgoing-content';
import { loadRound } from './round';
import type { RenderedFile, ReleaseContent } from './rendering/content';
import { letterRefusals } from './rendering/letters';
import { renderAll } from './rendering/render';
import type { CaseRow } from './store/case.store';
import { type StoredFile, renditionsOf } from './store/proposal.store';

export interface Preview {
  readonly content: ReleaseContent;
  readonly files: readonly (RenderedFile & { readonly sha256: string })[];
}

/**
 * Exactly what the audience would get. Before the freeze it is rendered for the one who asks; afterwards the files are the
 * frozen bytes themselves. It is made of several portions, so the reader must hold each of them.
 */
@Injectable()
export class PreviewCase {
  constructor(
    private readonly transactions: Transactions,
    private readonly refusals: Refusals,
    private readonly access: AccessPolicy,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, id: string): Promise<Preview> {
    return onTheRecord(this.refusals, actor, { action: 'case.preview', caseId: id }, () =>
      this.transactions.run(actor, async (tx) => {
        const row = await requireCase(tx, actor, { id, action: 'read' }, this.access);
        const preview = await this.render(tx, actor, row);
        await this.recordPreview(tx, actor, row, 'all');
        return preview;
      }),
    );
  }

  /** One file of the preview. */
  async file(actor: Actor, id: string, name: string): Promise<RenderedFile> {
    return onTheRecord(this.refusals, actor, { action: 'case.preview', caseId: id }, () =>
      this.transactions.run(actor, async (tx) => {
        const row = await requireCase(tx, actor, { id, action: 'read' }, this.access);
        const found = (await this.render(tx, actor, row)).files.find((file) => file.name === name);
        if (found === undefined) throw new ProblemError('not-found');
        await this.recordPreview(tx, actor, row, name);
        return { name: found.name, mediaType: found.mediaType, bytes: found.bytes };
      }),
    );
  }

  private async render(tx: Tx, actor: Actor, row: CaseRow): Promise<Preview> {
    if (row.proposalId !== null) return frozenPreview(await renditionsOf(tx, row.proposalId));
    const round = await loadRound(tx, actor, row, this.access);
    refuseFor(round.refusals);
    const content = releaseContent(row, round.treated, round.exercise);
    refuseFor(letterRefusals(content));
    const files = await renderAll(content, this.clock.now());
    return { content, files: files.map((file) => ({ ...file, sha256: sha256Hex(file.bytes) })) };
  }

  private async recordPreview(tx: Tx, actor: Actor, row: CaseRow, file: string): Promise<void> {
    await record(
      tx,
      actor,
      {
        action: 'case.preview',
        outcome: 'done',
        thing: { kind: 'Case', id: row.id },
        caseId: row.id,
        documentId: row.documentId,
        decision: decisionOf(actor, 'read', caseThing(row), [[row.protectionId]]),
        details: { file },
      },
      this.clock.now(),
    );
  }
}

/** The frozen files, and their words as the data rendition gives them. A session that holds not every source sees none. */
function frozenPreview(files: readonly StoredFile[]): Preview {
  const data = files.find((file) => file.name === 'release.json');
  if (data === undefined) throw new ProblemError('not-found');
  return { content: JSON.parse(data.bytes.toString('utf8')) as ReleaseContent, files };
}
