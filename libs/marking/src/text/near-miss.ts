import { type PolicySet, type SecurityPolicy, classificationOf } from '../policy';
import { vocabularyOf } from './vocabulary';

/** Words that were perhaps meant, and the form in which they were written. */
export interface NearMiss {
  readonly words: string;
  readonly form: 'portion' | 'banner';
}

/**
 * Corrections of a mark that was not understood, the likeliest first and of equally likely ones the highest level first, so
 * that a slip is never explained downwards. `rest` is where reading stopped: all of it when not even the level was known.
 */
export function nearMisses(policies: PolicySet, words: string, rest: string): NearMiss[] {
  return policies
    .all()
    .flatMap((policy) => (rest === words ? levelSlips(policy, words) : valueSlips(policy, words, rest)));
}

function levelSlips(policy: SecurityPolicy, words: string): NearMiss[] {
  const heads = [words.split(/[ ,-]/)[0] ?? words, words.split(/ (?:REL|ONLY|-)|,/)[0] ?? words];
  return vocabularyOf(policy)
    .levels.filter(({ owner }) => owner === undefined || owner === policy.name)
    .flatMap((level) => {
      const form = level.words.includes(' ') ? ('banner' as const) : ('portion' as const);
      const head = form === 'portion' ? heads[0] : heads[1];
      if (head === undefined || head.length > 60) return [];
      const slips =
        head === level.classification || head === `${policy.name} ${level.classification}`
          ? 1
          : distance(head, level.words);
      const rank = classificationOf(policy, level.classification)?.hierarchy ?? 0;
      const most = level.words.length > 3 ? 3 : 1;
      return slips > most ? [] : [{ words: level.words + words.slice(head.length), form, slips, rank }];
    })
    .sort((a, b) => a.slips - b.slips || b.rank - a.rank);
}

function valueSlips(policy: SecurityPolicy, words: string, rest: string): NearMiss[] {
  const wrong = rest.split(/[ ,/]/)[0] ?? '';
  if (wrong.length < 3 || wrong.length > 40 || !words.endsWith(rest)) return [];
  const before = words.slice(0, words.length - rest.length);
  const form = words.includes(',') || /RELEASABLE/.test(words) ? ('banner' as const) : ('portion' as const);
  return vocabularyOf(policy)
    .lists.flatMap(({ phrases }) => phrases)
    .map((phrase) => ({
      words: before + phrase.words + rest.slice(wrong.length),
      form,
      slips: distance(wrong, phrase.words),
    }))
    .filter(({ slips }) => slips <= (wrong.length > 5 ? 2 : 1))
    .sort((a, b) => a.slips - b.slips);
}

/** Edit distance; a swap of neighbours counts one. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_unused, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + cost, swap));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? Infinity;
}
