import { type Label, type LabelCategory, valuesOf } from '../label';
import type { LabelRecord } from '../label/record';
import { CONTEXT, RELEASABLE, RELEASABLE_TO } from '../nato-form';
import { folded } from '../text/vocabulary';
import { NATIONAL_WORDS, NATIONS, type Evidence, type NationalWord, type NatoLevel, WHY_NONE } from './national-words';

/** What a nation calls a level on a day; no words, and why, where it has none. */
export interface NationalEquivalent {
  readonly nation: string;
  readonly words: readonly string[];
  readonly evidence?: Evidence;
  readonly why?: string;
}

/** A day as `YYYY-MM-DD`, or a moment that begins with one. */
const holdsOn = ({ from, until }: NationalWord, day: string): boolean =>
  (from === undefined || from <= day.slice(0, 10)) && (until === undefined || day.slice(0, 10) <= until);

/** What each of the 32 nations calls a NATO level on a day, or why it has no word for it. */
export function nationalEquivalents(level: NatoLevel, day: string, nations = NATIONS): NationalEquivalent[] {
  return nations.map((nation) => {
    const found = NATIONAL_WORDS.filter((each) => each.nation === nation && each.level === level && holdsOn(each, day));
    const evidence = found[0]?.evidence;
    return evidence === undefined
      ? { nation, words: [], why: WHY_NONE[`${nation} ${level}`] ?? 'it has no word for this level on that day' }
      : { nation, words: found.map(({ word }) => word), evidence };
  });
}

/**
 * The NATO level of a nation's word on a day.
 *
 * INVARIANT: a word means nothing without its nation and its day: SECRETO is TOP SECRET in Spain and SECRET in Portugal, and
 * SECRET is CONFIDENTIAL in Romania.
 */
export function levelOfWord(
  nation: string,
  word: string,
  day: string,
):
  | { readonly ok: true; readonly level: NatoLevel; readonly evidence: Evidence }
  | { readonly ok: false; readonly fault: string } {
  if (!NATIONS.includes(nation)) return { ok: false, fault: `${nation} is no nation of NATO` };
  const known = NATIONAL_WORDS.filter((each) => each.nation === nation && folded(each.word) === folded(word));
  const found = known.find((each) => holdsOn(each, day));
  if (found !== undefined) return { ok: true, level: found.level, evidence: found.evidence };
  const [other] = known;
  if (other === undefined) return { ok: false, fault: `${nation} has no classification ${JSON.stringify(word)}` };
  const days = [
    ...(other.from === undefined ? [] : [`from ${other.from}`]),
    ...(other.until === undefined ? [] : [`until ${other.until}`]),
  ];
  return {
    ok: false,
    fault: `${other.word} of ${nation} was ${other.level} ${days.join(' ')}, not on ${day.slice(0, 10)}`,
  };
}

/** An alternative that can be offered, or why none can be. */
export type OfferedAlternative =
  | { readonly nation: string; readonly ok: true; readonly record: LabelRecord }
  | { readonly nation: string; readonly ok: false; readonly fault: string };

/**
 * Alternative labels under the nations' own policies, for an originator to declare beside a NATO label (ADatP-4774 section 4:
 * the originator's label itself is never overwritten). A nation's policy goes by its code, because no public register names them.
 *
 * Refused where the nation has no word, and where the label restricts further: nobody knows what ATOMAL, a community or a list
 * of nations is under another policy, and an alternative without them would let more people read. Release lists only widen and
 * are left out. Offered, never used: a decision takes the originator's label or an alternative that was declared.
 */
export function nationalAlternatives(
  record: LabelRecord,
  day: string,
  nations: readonly string[],
): OfferedAlternative[] {
  const { label } = record;
  const level = LEVELS.find((each) => each === label.classification);
  const refused = label.policy !== 'NATO' ? 'only NATO labels have these equivalents' : inTheWay(label);
  return nations.map((nation): OfferedAlternative => {
    if (refused !== undefined) return { nation, ok: false, fault: refused };
    if (level === undefined) return { nation, ok: false, fault: `${label.classification} has no national equivalent` };
    if (!NATIONS.includes(nation)) return { nation, ok: false, fault: `${nation} is no nation of NATO` };
    const [equivalent] = nationalEquivalents(level, day, [nation]);
    const [word] = equivalent?.words ?? [];
    if (word === undefined) return { nation, ok: false, fault: `${nation} has none: ${equivalent?.why ?? ''}` };
    return { nation, ok: true, record: alternative(record, nation, word) };
  });
}

const LEVELS: readonly NatoLevel[] = ['TOP SECRET', 'SECRET', 'CONFIDENTIAL', 'RESTRICTED'];

function alternative({ originator, created, review }: LabelRecord, nation: string, word: string): LabelRecord {
  return {
    kind: 'alternative',
    label: { policy: nation, classification: word.toUpperCase(), categories: [] },
    ...(originator === undefined ? {} : { originator }),
    created,
    ...(review === undefined ? {} : { review }),
  };
}

function inTheWay(label: Label): string | undefined {
  const owners = valuesOf(label, CONTEXT).filter((value) => value !== RELEASABLE);
  if (owners.some((owner) => owner !== 'NATO')) return `nobody knows what ${owners.join(', ')} is under another policy`;
  const deciding = ({ tagSet, type }: LabelCategory): boolean =>
    type !== 'INFORMATIVE' && tagSet !== CONTEXT && tagSet !== RELEASABLE_TO;
  const found = label.categories.find(deciding);
  return found === undefined
    ? undefined
    : `nobody knows what ${found.tagSet} (${found.values.join(', ')}) is under another policy`;
}
