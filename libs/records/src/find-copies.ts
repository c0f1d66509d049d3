import type { Protection } from '#access';
import type { Tx } from '#database';
import { type PolicySet, portionMark } from '#marking';
import { type ComparedText, type CopyRow, nearCopies, protectionsAlike, sameText } from './store/copy.store';
import type { Target } from './store/document.store';
import { protectionsOf } from './store/protection.store';
import {
  type KnownCopy,
  type Placed,
  type Standing,
  type WrittenDown,
  bodyDigest,
  mayStandUnder,
  writtenDown,
} from './write-down';

/** A text that is about to enter, wherever it does. */
export interface NewText extends Placed {
  /** What this text may repeat although others may not: the portion whose place it takes. */
  readonly own?: string;
  /** Its fields, where it is a target. */
  readonly target?: Target;
}

/** How many characters are looked up, and how many texts are compared, in one statement: none is to take longer than it may. */
const CHARACTERS_AT_ONCE = 200_000;
const TEXTS_AT_ONCE = 50;
/** Who has copied so much need not be told of more. */
const ENOUGH = 200;

/**
 * Which of the texts their writer copied from something higher, at most once a text: as a whole, nearly, or by the figures of a target.
 * Every way that text enters asks here. `given` is what the readers of the texts get anyway; to repeat it is no copy.
 *
 * INVARIANT (no_write_down): texts are compared with what the session of `tx` may read, and with nothing else.
 */
export async function findWrittenDown(
  tx: Tx,
  texts: readonly NewText[],
  policies: PolicySet,
  given: readonly string[] = [],
): Promise<WrittenDown[]> {
  const same = await copiesOfAll(tx, texts, given);
  const near = await nearCopiesOf(tx, texts, given, policies);
  return writtenDown(texts, [...same, ...near], policies);
}

/** Portions with the very text. */
async function copiesOfAll(tx: Tx, texts: readonly NewText[], given: readonly string[]): Promise<KnownCopy[]> {
  const open = new Set(given.map(bodyDigest));
  const places = new Map<string, number[]>();
  texts.forEach(({ text }, n) => {
    const digest = bodyDigest(text);
    if (!open.has(digest)) places.set(digest, [...(places.get(digest) ?? []), n]);
  });
  const rows = await sameText(tx, [...places.keys()]);
  return (await standingOf(tx, rows)).flatMap(({ digest, ...copy }) =>
    (places.get(digest) ?? []).map((n) => ({ ...copy, n, how: 'same' as const })),
  );
}

/** Portions with much of a text, or with its figures, among those that stand higher than it. */
async function nearCopiesOf(
  tx: Tx,
  texts: readonly NewText[],
  given: readonly string[],
  policies: PolicySet,
): Promise<KnownCopy[]> {
  const circles = new Map<string, { circle: number; under: Protection }>();
  const compared = texts.map((text): ComparedText => {
    const key = JSON.stringify(text.under);
    const circle = circles.get(key)?.circle ?? circles.size;
    circles.set(key, { circle, under: text.under });
    return { ...text, circle };
  });
  const alike: (CopyRow & Standing)[] = [];
  for (const { texts: some } of inBatches(compared, Infinity))
    alike.push(...(await standingOf(tx, await protectionsAlike(tx, some, given))));
  const against = [...circles.values()].flatMap(({ circle, under }) =>
    alike
      .filter((place) => !mayStandUnder(policies, under, { ...place, how: 'figures' }))
      .map((place) => ({ ...place, circle })),
  );
  const found: KnownCopy[] = [];
  for (const { from, texts: some } of inBatches(compared, TEXTS_AT_ONCE)) {
    if (against.length === 0 || found.length >= ENOUGH) break;
    const rows = await nearCopies(tx, some, given, against);
    found.push(...(await standingOf(tx, rows)).map((copy) => ({ ...copy, n: copy.n + from })));
  }
  return found;
}

/** The texts in the order in which they came, in parts that are not too large; `from` is the number of the first. */
function inBatches(texts: readonly ComparedText[], most: number): { from: number; texts: ComparedText[] }[] {
  const batches: { from: number; texts: ComparedText[]; characters: number }[] = [];
  texts.forEach((text, n) => {
    const last = batches.at(-1);
    if (last === undefined || last.texts.length >= most || last.characters >= CHARACTERS_AT_ONCE)
      batches.push({ from: n, texts: [text], characters: text.text.length });
    else {
      last.texts.push(text);
      last.characters += text.text.length;
    }
  });
  return batches;
}

/** The rows with the protections that they name; what the session does not hold is left out. */
export async function standingOf<Row extends CopyRow>(tx: Tx, rows: readonly Row[]): Promise<(Row & Standing)[]> {
  if (rows.length === 0) return [];
  const held = await protectionsOf(
    tx,
    rows.flatMap((row) => [row.protectionId, row.documentProtectionId]),
  );
  return rows.flatMap((row): (Row & Standing)[] => {
    const [protection, documentProtection] = [held.get(row.protectionId), held.get(row.documentProtectionId)];
    return protection === undefined || documentProtection === undefined
      ? []
      : [{ ...row, protection, documentProtection }];
  });
}

const HOW: Readonly<Record<WrittenDown['how'], string>> = {
  same: 'this text stands',
  near: 'much of this text stands',
  figures: 'the figures of this text stand',
};

/** What a text was copied from, in words for its writer, who may read it. */
export const copiedFrom = ({ how, from }: WrittenDown, policies: PolicySet): string =>
  `${HOW[how]} under ${portionMark(policies, from.label)} elsewhere`;
