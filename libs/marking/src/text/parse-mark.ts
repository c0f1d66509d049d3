import { type CategoryType, type Label, type LabelCategory, PUBLIC_LABEL, normalLabel } from '../label';
import { CONTEXT, ONLY, RELEASABLE, RELEASABLE_TO } from '../nato-form';
import { nearMisses } from './near-miss';
import { banner, portionMark } from './mark';
import type { PolicySet, SecurityPolicy } from '../policy';
import { validateLabel } from '../label/validate-label';
import { type ValuePhrase, folded, vocabularyOf } from './vocabulary';

export type ParsedMark =
  | { readonly ok: true; readonly label: Label }
  | { readonly ok: false; readonly fault: string; readonly meant?: string };

/** A longer text is no mark (characters). */
export const LONGEST_MARK = 500;

/**
 * The label that a mark stands for, in portion or banner form, with or without parentheses, in any case and with doubled
 * blanks. A near miss is refused, with what was probably meant; a mark that the policy forbids is refused with the reason.
 */
export function parseMark(policies: PolicySet, text: string): ParsedMark {
  if (text.length > LONGEST_MARK) return { ok: false, fault: 'the mark is too long' };
  const bare = text.trim();
  const words = folded(bare.startsWith('(') && bare.endsWith(')') ? bare.slice(1, -1) : bare);
  if (words === '') return { ok: false, fault: 'there is no mark' };
  const read = understand(policies, words);
  if ('label' in read) return { ok: true, label: read.label };
  const meant = suggestion(policies, words, read.rest);
  return {
    ok: false,
    fault: read.fault ?? `${JSON.stringify(bare)} is no mark`,
    ...(meant === undefined ? {} : { meant }),
  };
}

type Understanding = { readonly label: Label } | { readonly fault?: string; readonly rest: string };

function understand(policies: PolicySet, words: string): Understanding {
  if ((words === 'PUBLIC' || words === 'UNMARKED') && policies.get(PUBLIC_LABEL.policy) !== undefined)
    return { label: PUBLIC_LABEL };
  for (const policy of policies.all()) {
    const reading = new MarkReading(policy, words);
    const label = reading.label();
    if (label === undefined) continue;
    if (typeof label === 'string') return { fault: label, rest: reading.rest };
    const faults = validateLabel(policies, label);
    if (faults.length > 0)
      return { fault: faults.map(({ place, fault }) => `${place}: ${fault}`).join('; '), rest: '' };
    return { label: normalLabel(label) };
  }
  return { rest: words };
}

/** The first near miss that is a whole, valid mark, written as this product writes it. */
function suggestion(policies: PolicySet, words: string, rest: string): string | undefined {
  for (const { words: corrected, form } of nearMisses(policies, words, rest)) {
    const read = understand(policies, corrected);
    if ('label' in read) return form === 'portion' ? portionMark(policies, read.label) : banner(policies, read.label);
  }
  return undefined;
}

/** A mark being read from the left. */
class MarkReading {
  constructor(
    private readonly policy: SecurityPolicy,
    public rest: string,
  ) {}

  /** The label; a fault in words once the level was recognised; undefined when the policy does not know how the mark begins. */
  label(): Label | string | undefined {
    const vocabulary = vocabularyOf(this.policy);
    const level = vocabulary.levels.find(({ words }) => this.take(words));
    if (level === undefined) return undefined;
    const special = this.special();
    const lists = this.lists();
    if (typeof lists === 'string') return lists;
    this.rest = this.rest.replace(/^- ?(?=\S)/, '');
    const informative = this.ofType('INFORMATIVE');
    if (this.rest !== '') return `${JSON.stringify(this.rest)} is not understood`;
    const owner = level.owner === undefined ? [] : [level.owner];
    const { only = [], release } = lists;
    const context = release === undefined ? owner : [...owner, RELEASABLE];
    const permissive: readonly (readonly [string, readonly string[]])[] = [
      [ONLY, only],
      [RELEASABLE_TO, release === undefined ? [] : [...release, ...owner]],
      [CONTEXT, owner.length === 0 ? [] : context],
    ];
    return {
      policy: this.policy.name,
      classification: level.classification,
      categories: [
        ...special,
        ...informative,
        ...permissive
          .filter(([, values]) => values.length > 0)
          .map(([tagSet, values]) => ({ tagSet, type: 'PERMISSIVE' as const, values })),
      ],
    };
  }

  /** `-A` and `-B` hang on the level by a dash; one letter after a blank is too little to be read as a designator. */
  private special(): LabelCategory[] {
    if (!this.rest.startsWith('-')) return this.ofType('RESTRICTIVE', (phrase) => phrase.words.length > 1);
    this.rest = this.rest.slice(1).trimStart();
    const before = this.rest;
    const found = this.ofType('RESTRICTIVE');
    if (found.length === 0) this.rest = `- ${before}`.trimEnd();
    return found;
  }

  private ofType(type: CategoryType, allowed: (phrase: ValuePhrase) => boolean = () => true): LabelCategory[] {
    return this.policy.tagSets
      .filter((tagSet) => tagSet.type === type)
      .map(({ name }) => ({ tagSet: name, type, values: this.values(name, allowed) }))
      .filter(({ values }) => values.length > 0);
  }

  /** `REL UKR`, `Releasable to Ukraine`, `ONLY DEU NLD`, `Germany, Netherlands Only`: each once, in either order. */
  private lists(): { only?: string[]; release?: string[] } | string {
    const found: { only?: string[]; release?: string[] } = {};
    for (;;) {
      const before = this.rest;
      if (found.release === undefined && ['RELEASABLE TO', 'REL TO', 'REL'].some((words) => this.take(words))) {
        found.release = this.values(RELEASABLE_TO);
        if (found.release.length === 0) return this.nobodyKnown(RELEASABLE_TO);
      } else if (found.only === undefined) {
        const only = this.only();
        if (typeof only === 'string') return only;
        if (only.length > 0) found.only = only;
      }
      if (this.rest === before) return found;
    }
  }

  private only(): string[] | string {
    if (this.take('ONLY')) {
      const after = this.values(ONLY);
      return after.length > 0 ? after : this.nobodyKnown(ONLY);
    }
    const start = this.rest;
    const before = this.values(ONLY);
    if (before.length > 0 && this.take('ONLY')) return before;
    this.rest = start;
    return [];
  }

  private nobodyKnown(list: string): string {
    return `${list}: ${this.rest === '' ? 'nobody is named' : `${JSON.stringify(this.rest)} is not known`}`;
  }

  /** Every value of a tag set that stands next. */
  private values(tagSet: string, allowed: (phrase: ValuePhrase) => boolean = () => true): string[] {
    const phrases = (vocabularyOf(this.policy).values.get(tagSet) ?? []).filter(allowed);
    const found: string[] = [];
    for (;;) {
      const next = phrases.find(({ words }) => this.take(words));
      if (next === undefined) return found;
      found.push(next.value);
      // Designators hang together by dashes: `CTS-A-B`.
      if (tagSet !== RELEASABLE_TO && tagSet !== ONLY) this.rest = this.rest.replace(/^-(?=[A-Z])/, '');
    }
  }

  /** Takes a phrase from the left, if it stands there as whole words, and the blank or comma after it. */
  private take(words: string): boolean {
    if (!this.rest.startsWith(words)) return false;
    const after = this.rest.slice(words.length);
    if (after !== '' && !/^[ ,/-]/.test(after)) return false;
    this.rest = after.replace(/^[ ,/]+/, '');
    return true;
  }
}
