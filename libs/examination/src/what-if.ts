import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, Decider, type Protection, type Thing, isNeedToKnowToken } from '#access';
import { ProblemError, type WhatIfCommand, type WhatIfView } from '#contracts';
import type { Tx } from '#database';
import { PolicySet, parseMark } from '#marking';
import { documentThing, protectionsOf } from '#records';
import { EXAMINES, Examiner } from './examiner';
import { labelled } from './labelled';
import { type RightsAt, rightsAt } from './rights-at';
import { examinedDocument, examinedPortion } from './store/thing.store';

/** How many of those who gain, and of those who lose, are named. */
const NAMED = 20;

/** The protections that something stands under: its own first, then its document's where it is a portion. */
interface Standing {
  readonly own: Protection;
  readonly around: readonly Protection[];
}

/**
 * Tells a security officer who would gain and who would lose if a document or a portion of it stood under another label. Nothing is
 * changed by it. INVARIANT (labels_only_fall_by_decision): a label is replaced by its originator's authority alone.
 */
@Injectable()
export class WhatIf {
  constructor(
    private readonly examiner: Examiner,
    private readonly access: AccessPolicy,
    private readonly policies: PolicySet,
  ) {}

  async run(actor: Actor, command: WhatIfCommand): Promise<WhatIfView> {
    const { document, portion, steppedUp } = command;
    const event = {
      action: 'rights.what-if',
      thing: { kind: 'Document', id: document },
      documentId: document,
      details: { steppedUp, ...(portion === undefined ? {} : { portion }) },
    };
    return this.examiner.run(actor, { event, asks: [EXAMINES] }, async (tx) => {
      const standing = await standingOf(tx, document, portion);
      if (standing === undefined) throw new ProblemError('not-found');
      const rights = await rightsAt(tx, this.access);
      const { own, around } = standing;
      const supposed = this.supposed(own, command);
      const change = {
        before: documentThing(document, [own, ...around]),
        after: documentThing(document, [supposed, ...around]),
      };
      const { readers, gain, lose } = compared(change, rights, steppedUp);
      return {
        document,
        portion: portion ?? null,
        at: rights.moment.at.toISOString(),
        rulesVersion: rights.rules.version,
        steppedUp,
        before: { ...labelled(own, this.policies), readers: readers.before },
        after: { ...labelled(supposed, this.policies), readers: readers.after },
        gain,
        lose,
      };
    });
  }

  private supposed({ label, needToKnow }: Protection, command: WhatIfCommand): Protection {
    const parsed = command.mark === undefined ? { ok: true as const, label } : parseMark(this.policies, command.mark);
    if (!parsed.ok) throw refused('mark', 'a mark of a policy that is kept here', parsed.fault);
    const strange = (command.needToKnow ?? []).filter((token) => !isNeedToKnowToken(token));
    if (strange.length > 0)
      throw refused('need-to-know', 'tokens such as nation:DEU or list:KESTREL', strange.join(', '));
    return { label: parsed.label, needToKnow: command.needToKnow ?? needToKnow };
  }
}

const refused = (rule: string, need: string, have: string): ProblemError =>
  new ProblemError('refused', { reasons: [{ code: 'what-if', rule, need, have }] });

async function standingOf(tx: Tx, documentId: string, portionId: string | undefined): Promise<Standing | undefined> {
  const document = await examinedDocument(tx, documentId);
  const portion = portionId === undefined ? undefined : await examinedPortion(tx, documentId, portionId);
  if (document === undefined || (portionId !== undefined && portion === undefined)) return undefined;
  const protections = await protectionsOf(tx, [document.protectionId, portion?.protectionId ?? document.protectionId]);
  const around = protections.get(document.protectionId);
  if (around === undefined) return undefined;
  if (portion === undefined) return { own: around, around: [] };
  const own = protections.get(portion.protectionId);
  return own === undefined ? undefined : { own, around: [around] };
}

type Side = WhatIfView['gain'];

/** Everybody, before and after: one engine, asked twice. */
function compared(
  change: { readonly before: Thing; readonly after: Thing },
  rights: RightsAt,
  steppedUp: boolean,
): { readers: { before: number; after: number }; gain: Side; lose: Side } {
  const readers = { before: 0, after: 0 };
  const [gain, lose]: [Side, Side] = [
    { people: 0, examples: [] },
    { people: 0, examples: [] },
  ];
  for (const person of rights.everybody(steppedUp)) {
    const decider = new Decider(person, rights.environment);
    const [before, after] = [decider.decide('read', change.before), decider.decide('read', change.after)];
    const [had, has] = [before.effect === 'permit', after.effect === 'permit'];
    readers.before += Number(had);
    readers.after += Number(has);
    if (had === has) continue;
    const side = has ? gain : lose;
    side.people += 1;
    // What kept them out before, or would keep them out from then on.
    const failed = (has ? before : after).checks.filter(({ outcome }) => !outcome);
    if (side.examples.length < NAMED) side.examples.push({ person: person.personId, office: person.office, failed });
  }
  return { readers, gain, lose };
}
