import { Injectable } from '@nestjs/common';
import {
  AccessPolicy,
  type Actor,
  Installation,
  type Protection,
  type Thing,
  accessReasons,
  environmentOf,
  protectionChecks,
} from '#access';
import { type MarkedWordsInput, ProblemError, type Reason } from '#contracts';
import type { Tx } from '#database';
import { type Label, PolicySet, labelAtLeast, parseMark, portionMark } from '#marking';
import { copiedFrom, findWrittenDown, internProtection, protectionsOf } from '#records';
import type { NewWords } from './store/request.store';
import { type WordsKind, wordsAbout } from './store/words.store';

/** What somebody is about to write, for whom, and what the access decision is asked about it. */
export interface Writing {
  readonly words: MarkedWordsInput;
  /** The persons who may read it: writer and addressees. Whoever is named and not cleared for the mark reads nothing of it. */
  readonly readers: readonly string[];
  readonly action: string;
  readonly thing: Omit<Thing, 'protections'> & { readonly kind: Thing['kind'] };
}

/** Words as they are shown: behind their mark. */
export interface MarkedWords {
  readonly mark: string;
  readonly text: string;
}

/** Text that people write about access: each with a protection of its own, chosen by who writes it. */
@Injectable()
export class WordsAboutAccess {
  constructor(
    private readonly access: AccessPolicy,
    private readonly policies: PolicySet,
    private readonly installation: Installation,
  ) {}

  /**
   * Takes words in under the mark that their writer gives them. Throws the problem with every reason.
   *
   * INVARIANT (no_write_down): nobody marks above their own clearance, and what the writer can read under a higher mark, or in a
   * narrower circle, does not enter under this one.
   */
  async take(tx: Tx, actor: Actor, { words, readers, action, thing }: Writing): Promise<NewWords> {
    const label = this.labelOf(words.mark);
    const needToKnow = [...new Set(readers)].sort().map((person) => `person:${person}`);
    const under: Protection = { label, needToKnow };
    const decision = this.access.decide(actor, action, { ...thing, protections: [under] });
    if (decision.effect === 'deny') throw new ProblemError('not-permitted', { reasons: accessReasons(decision) });
    const reasons = [...this.aboveInstallation(label), ...(await this.copies(tx, words.text, under))];
    if (reasons.length > 0) throw new ProblemError('refused', { reasons });
    return { text: words.text, protectionId: await internProtection(tx, under) };
  }

  /** What the actor may read of the words about these things, by thing and kind. */
  async about(
    tx: Tx,
    actor: Actor,
    ids: readonly string[],
  ): Promise<(id: string, kind: WordsKind) => MarkedWords | null> {
    const rows = await wordsAbout(tx, ids);
    const protections = await protectionsOf(
      tx,
      rows.map(({ protectionId }) => protectionId),
    );
    const shown = new Map<string, MarkedWords>();
    for (const { about, kind, text, protectionId } of rows) {
      const protection = protections.get(protectionId);
      if (protection !== undefined && this.holds(actor, protection))
        shown.set(`${about} ${kind}`, { mark: portionMark(this.policies, protection.label), text });
    }
    return (id, kind) => shown.get(`${id} ${kind}`) ?? null;
  }

  private holds(actor: Actor, protection: Protection): boolean {
    const rules = this.access.rulesOf(actor.rulesVersion);
    if (rules === undefined) return false;
    return protectionChecks(actor, protection, environmentOf(actor, rules)).every(({ outcome }) => outcome);
  }

  private labelOf(mark: string): Label {
    const parsed = parseMark(this.policies, mark);
    if (parsed.ok) return parsed.label;
    throw new ProblemError('refused', {
      reasons: [{ code: 'mark', rule: 'words-are-marked', need: 'a mark that a policy knows', have: parsed.fault }],
    });
  }

  private aboveInstallation(label: Label): Reason[] {
    if (labelAtLeast(this.policies, this.installation.highest, label)) return [];
    const have = portionMark(this.policies, label);
    return [{ code: 'mark', rule: 'above-installation', need: 'a mark that this installation holds', have }];
  }

  private async copies(tx: Tx, text: string, under: Protection): Promise<Reason[]> {
    const found = await findWrittenDown(tx, [{ text, under }], this.policies);
    return found.map((copy) => ({
      code: 'written-down',
      rule: 'no_write_down',
      need: 'words that are no copy of what stands higher, or is for fewer readers',
      have: copiedFrom(copy, this.policies),
    }));
  }
}
