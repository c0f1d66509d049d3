import { EVERYONE, type Protection } from '#access';
import type { Tx } from '#database';
import type { Label, PolicySet } from '#marking';
import { type NewText, type SourcePortion, copiedFrom, findWrittenDown } from '#records';
import type { Refusal } from '#workflow';
import type { Plan } from './plan-items';

/** A text of a case, and what to call it. */
interface CaseText extends Omit<NewText, 'under'> {
  readonly where: string;
}

/**
 * Why the texts that a request has for its audience cannot stand; empty when they can. They are compared with whatever the requester
 * may read, in this document and in others.
 *
 * INVARIANT (no_write_down): title, summary and substitutes are no copies, near ones included, of what the audience does not hold.
 * What the request gives to the audience may be repeated. A substitute is made from the portion whose place it takes, so it is like it: how
 * much of it may be told is what the originator consents to. Sentences and figures of it stay behind all the same (`plan-items.ts`).
 */
export async function refuseCopiesIn(
  tx: Tx,
  plan: Plan & { readonly audience: Label },
  source: readonly SourcePortion[],
  policies: PolicySet,
): Promise<Refusal[]> {
  const named = new Map(plan.items.map((item) => [item.portion, item]));
  const given = source.filter(({ id }) => named.get(id)?.treatment === 'include').map(({ body }) => body);
  const substitutes = source.flatMap(({ id, body }): CaseText[] => {
    const item = named.get(id);
    return item?.treatment === 'substitute' ? [{ where: `substitute for ${id}`, text: item.text, own: body }] : [];
  });
  const texts = [{ where: 'title', text: plan.title }, { where: 'summary', text: plan.summary }, ...substitutes];
  return refuseCopies(tx, texts, { under: { label: plan.audience, needToKnow: [EVERYONE] }, given }, policies);
}

/** Why words cannot stand under a protection, because their writer took them from something higher. */
export async function refuseCopies(
  tx: Tx,
  texts: readonly CaseText[],
  { under, given }: { readonly under: Protection; readonly given: readonly string[] },
  policies: PolicySet,
): Promise<Refusal[]> {
  const found = await findWrittenDown(
    tx,
    texts.map((text) => ({ ...text, under })),
    policies,
    given,
  );
  return found.map((copy) => ({
    code: 'written-down',
    rule: 'no_write_down',
    need: `a ${texts[copy.n]?.where ?? 'text'} that is no copy of what stands higher, or is for fewer readers`,
    have: copiedFrom(copy, policies),
  }));
}
