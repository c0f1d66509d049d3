import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, type Protection } from '#access';
import { Refusals, decisionOf, record } from '#audit';
import { type AttachmentView, type DocumentView, ProblemError } from '#contracts';
import { Clock, type Entrance, type Tx } from '#database';
import { PolicySet } from '#marking';
import { digestOf } from '#signing';
import { type Cut, KnownProtections, cutBanner, cutsOf } from './cut';
import { documentThing } from './document-thing';
import { viewOfAttachments } from './read-attachment';
import { type Reading, readingOf } from './store/reading.store';

/** Gives a reader exactly their cut of a document, after the read is on the record. */
@Injectable()
export class ReadDocument {
  private readonly known: KnownProtections;

  constructor(
    private readonly refusals: Refusals,
    readonly policies: PolicySet,
    readonly access: AccessPolicy,
    private readonly clock: Clock,
  ) {
    this.known = new KnownProtections(policies);
  }

  /**
   * The cut and its entity tag. `version` is a number of the reader's own counting. Absent and hidden are one answer.
   *
   * INVARIANT (no_read_up): who the reader is and what they see of the document are asked together, and row-level security answers for
   * that session alone; nothing is looked at before the reader is known.
   */
  async run(entrance: Entrance<Actor>, id: string, version?: number): Promise<{ view: DocumentView; etag: string }> {
    const { actor, given } = await entrance.within(async (tx, entering) => {
      const [reader, reading] = await Promise.all([entering, readingOf(tx, id)]);
      return { actor: reader, given: await this.give(tx, reader, { id, reading, version }) };
    });
    if (given !== undefined) return given;
    await this.refusals.record(actor, { action: 'document.read', thing: { kind: 'Document', id }, documentId: id });
    throw new ProblemError('not-found');
  }

  private async give(
    tx: Tx,
    actor: Actor,
    { id, reading, version }: { id: string; reading: Reading | undefined; version: number | undefined },
  ): Promise<{ view: DocumentView; etag: string } | undefined> {
    if (reading === undefined) return undefined;
    const protections = this.known.metBefore(reading.protections);
    const own = protections.get(reading.protectionId);
    if (own === undefined) return undefined;
    const readable = this.readable(actor, id, own, protections);
    if (readable.size === 0) return undefined;
    const cuts = cutsOf(reading.versions, reading.portions, readable, this.policies, this.known);
    const cut = version === undefined ? cuts.at(-1) : cuts[version - 1];
    if (cut === undefined) return undefined;
    const attachments = viewOfAttachments(actor, reading.attachments, { protections, around: own }, this);
    const details = {
      portions: cut.portions.map((portion) => portion.id),
      cut: cut.digest,
      ...(attachments.length === 0 ? {} : { attachments: attachments.map((attachment) => attachment.id) }),
    };
    const listed = reading.attachments.filter((row) => attachments.some(({ id: shown }) => shown === row.id));
    const under = [...cut.portions, ...listed].map(({ protectionId }) => [protectionId, reading.protectionId]);
    const decision = decisionOf(actor, 'read', documentThing(id, []), [[reading.protectionId], ...under]);
    await record(
      tx,
      actor,
      { action: 'document.read', outcome: 'done', thing: { kind: 'Document', id }, documentId: id, details, decision },
      this.clock.now(),
    );
    return { etag: tagOf(cut, attachments), view: { ...this.viewOf(id, reading, own, cut), attachments } };
  }

  /**
   * The protections of the document that the actor may read under: what is decided of one holds for every portion under it. None
   * at all where the document itself is closed.
   *
   * INVARIANT (list_equals_filter_of_check): row-level security and the access decision agree; where they do not, the answer is no.
   */
  private readable(
    actor: Actor,
    id: string,
    own: Protection,
    protections: ReadonlyMap<number, Protection>,
  ): ReadonlyMap<number, Protection> {
    const permits = (...asked: Protection[]): boolean => this.access.permits(actor, 'read', documentThing(id, asked));
    return permits(own)
      ? new Map([...protections].filter(([, protection]) => protection === own || permits(protection, own)))
      : new Map();
  }

  private viewOf(id: string, reading: Reading, own: Protection, cut: Cut): Omit<DocumentView, 'attachments'> {
    const { originator, exercise, extractable } = reading;
    const labels = new Map(cut.portions.map(({ protection }) => [protection, labelView(protection)]));
    return {
      id,
      mark: this.known.mark(own),
      banner: cutBanner(cut, this.policies, this.known),
      originator,
      exercise,
      extractable,
      version: cut.version,
      date: cut.date.toISOString(),
      portions: cut.portions.map(({ n, id: portionId, kind, mark, protection, originator: from, body, target }) => ({
        n,
        id: portionId,
        kind,
        mark,
        label: labels.get(protection) ?? labelView(protection),
        originator: from,
        text: body,
        ...(target === undefined ? {} : { target }),
      })),
    };
  }
}

type LabelView = DocumentView['portions'][number]['label'];

const labelView = ({ label }: Protection): LabelView => ({
  ...label,
  categories: label.categories.map((each) => ({ ...each, values: [...each.values] })),
});

/** The entity tag of what one reader sees: of the cut, and of the attachments where there are any. */
function tagOf(cut: Cut, attachments: readonly AttachmentView[]): string {
  const digest = attachments.length === 0 ? cut.digest : digestOf({ cut: cut.digest, attachments });
  return `"${digest.slice('sha256:'.length)}"`;
}
