import { type Label, type LabelCategory, PUBLIC_LABEL, normalLabel } from './label';
import { ONLY } from './mark';
import { type CategoryValue, type PolicySet, type SecurityPolicy, phraseFor, tagSetOf } from './policy';
import { CONTEXT, RELEASABLE, RELEASABLE_TO, validateLabel } from './validate';

export type ParsedMark = { readonly ok: true; readonly label: Label } | { readonly ok: false; readonly fault: string; readonly meant?: string };

const LONGEST = 500;

/**
 * The label that a mark stands for, in portion or banner form, with or without parentheses, in any case and with doubled
 * blanks. A near miss is refused, with what was probably meant; a mark that the policy forbids is refused with the reason.
 */
export function parseMark(policies: PolicySet, text: string): ParsedMark {
  if (text.length > LONGEST) return { ok: false, fault: 'the mark is too long' };
  const words = text.trim().replace(/^\((.*)\)$/s, '$1').replace(/\s+/g, ' ').trim().toUpperCase();
  if (words === '') return { ok: false, fault: 'there is no mark' };
  if ((words === 'PUBLIC' || words === 'UNMARKED') && policies.get('PUBLIC') !== undefined) return { ok: true, label: PUBLIC_LABEL };
  for (const policy of policies.all()) {
    const parsed = parseUnder(policy, words);
    if (parsed === undefined) continue;
    if (typeof parsed === 'string') return { ok: false, fault: parsed };
    const faults = validateLabel(policies, parsed);
    if (faults.length > 0) return { ok: false, fault: faults.map(({ place, fault }) => `${place}: ${fault}`).join('; ') };
    return { ok: true, label: normalLabel(parsed) };
  }
  const meant = nearest(policies, words);
  return { ok: false, fault: `${JSON.stringify(text.trim())} is no mark`, ...(meant === undefined ? {} : { meant }) };
}

/** What remains of a mark while it is read from the left. */
interface Reading {
  rest: string;
}

/** Takes a phrase from the left, if it stands there as a word. */
function take(reading: Reading, phrase: string): boolean {
  const wanted = phrase.toUpperCase();
  if (!reading.rest.startsWith(wanted)) return false;
  const after = reading.rest.slice(wanted.length);
  if (after !== '' && !/^[ ,/-]/.test(after)) return false;
  reading.rest = after.replace(/^[ ,]+/, '');
  return true;
}

/** The label, a fault in words once the level was recognised, or undefined when the policy does not know how it begins. */
function parseUnder(policy: SecurityPolicy, words: string): Label | string | undefined {
  const reading: Reading = { rest: words };
  const context = takeContext(policy, reading);
  const classification = takeLevel(policy, reading, context.length > 0);
  if (classification === undefined) return undefined;
  const categories: LabelCategory[] = [];
  reading.rest = reading.rest.replace(/^-/, '');
  takeSpecial(policy, reading, categories);
  const list = takeReleaseList(policy, reading);
  if (typeof list === 'string') return list;
  const only = takeOnly(policy, reading);
  takeInformative(policy, reading, categories);
  if (reading.rest !== '') return `${JSON.stringify(reading.rest)} is not understood`;
  const owners = context.length > 0 ? context : tagSetOf(policy, CONTEXT) === undefined ? [] : [policy.name];
  if (only.length > 0) categories.push({ tagSet: ONLY, type: 'PERMISSIVE', values: only });
  if (list.length > 0) categories.push({ tagSet: RELEASABLE_TO, type: 'PERMISSIVE', values: [...list, ...owners] });
  if (owners.length > 0) {
    categories.push({ tagSet: CONTEXT, type: 'PERMISSIVE', values: list.length > 0 ? [...owners, RELEASABLE] : owners });
  }
  return { policy: policy.name, classification, categories };
}

/** A context of its own before the level: `NATO/KFOR CONFIDENTIAL`, `EAPC NR`. A plain `NATO SECRET` is a level, not a context. */
function takeContext(policy: SecurityPolicy, reading: Reading): string[] {
  const first = /^[A-Z/]+(?= )/.exec(reading.rest)?.[0];
  if (first === undefined || first === policy.name) return [];
  const names = tagSetOf(policy, CONTEXT)?.values.map((value) => value.name) ?? [];
  const found = first.split('/').map((word) => names.find((name) => name.toUpperCase() === word && name !== RELEASABLE));
  if (!found.every((name) => name !== undefined)) return [];
  reading.rest = reading.rest.slice(first.length).trim();
  return found;
}

function takeLevel(policy: SecurityPolicy, reading: Reading, afterContext: boolean): string | undefined {
  const ways = policy.classifications.flatMap((classification) => [
    ...classification.markings.map((marking) => ({ name: classification.name, phrase: marking.phrase })),
    ...(afterContext ? [{ name: classification.name, phrase: classification.name }] : []),
  ]);
  const longestFirst = [...ways].sort((a, b) => b.phrase.length - a.phrase.length);
  return longestFirst.find((way) => take(reading, way.phrase))?.name;
}

function takeSpecial(policy: SecurityPolicy, reading: Reading, categories: LabelCategory[]): void {
  for (const tagSet of policy.tagSets.filter((each) => each.type === 'RESTRICTIVE')) {
    const values = takeAll(reading, tagSet.values);
    if (values.length > 0) categories.push({ tagSet: tagSet.name, type: 'RESTRICTIVE', values });
  }
}

function takeInformative(policy: SecurityPolicy, reading: Reading, categories: LabelCategory[]): void {
  reading.rest = reading.rest.replace(/^[–-] ?/u, '');
  for (const tagSet of policy.tagSets.filter((each) => each.type === 'INFORMATIVE')) {
    const values = takeAll(reading, tagSet.values);
    if (values.length > 0) categories.push({ tagSet: tagSet.name, type: 'INFORMATIVE', values });
  }
}

function takeReleaseList(policy: SecurityPolicy, reading: Reading): string[] | string {
  if (!take(reading, 'RELEASABLE TO') && !take(reading, 'REL TO') && !take(reading, 'REL')) return [];
  const values = takeAll(reading, tagSetOf(policy, RELEASABLE_TO)?.values ?? []);
  return values.length === 0 ? `nobody that is known is named after REL in ${JSON.stringify(reading.rest)}` : values;
}

/** `ONLY DEU NLD` of a portion, `Germany, Netherlands Only` of a banner. */
function takeOnly(policy: SecurityPolicy, reading: Reading): string[] {
  const known = tagSetOf(policy, ONLY)?.values ?? [];
  if (take(reading, 'ONLY')) return takeAll(reading, known);
  const before = reading.rest;
  const values = takeAll(reading, known);
  if (values.length > 0 && take(reading, 'ONLY')) return values;
  reading.rest = before;
  return [];
}

/** Every value that stands next, by name or by any of its phrases; the longest phrase first. */
function takeAll(reading: Reading, values: readonly CategoryValue[]): string[] {
  const ways = values
    .flatMap((value) => [value.name, ...value.markings.map((marking) => marking.phrase)].map((phrase) => ({ name: value.name, phrase })))
    .sort((a, b) => b.phrase.length - a.phrase.length);
  const found: string[] = [];
  for (;;) {
    reading.rest = reading.rest.replace(/^-/, '');
    const way = ways.find((each) => take(reading, each.phrase));
    if (way === undefined) return found;
    found.push(way.name);
  }
}

/** The mark that is a slip of the pen away. */
function nearest(policies: PolicySet, words: string): string | undefined {
  const marks = policies.all().flatMap((policy) =>
    policy.classifications.flatMap((classification) =>
      ['portionMarking', 'pageTopBottom'].flatMap((code) => {
        const phrase = phraseFor(classification.markings, code);
        return phrase === undefined ? [] : [code === 'portionMarking' ? { shown: `(${phrase})`, phrase } : { shown: phrase, phrase }];
      }),
    ),
  );
  const head = words.split(/ REL| ONLY|-/)[0] ?? words;
  return marks
    .map(({ shown, phrase }) => ({ shown, slips: distance(head.slice(0, 40), phrase), most: phrase.length <= 3 ? 2 : 4 }))
    .filter(({ slips, most }) => slips <= most)
    .sort((a, b) => a.slips - b.slips)[0]?.shown;
}

/** Edit distance; a swap of neighbours counts one. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_unused, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + cost, swap));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? Infinity;
}
