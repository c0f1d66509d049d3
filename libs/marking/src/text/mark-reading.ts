import type { CategoryType, Label, LabelCategory } from '../label';
import { CONTEXT, RELEASABLE, RELEASABLE_TO, hasContext } from '../nato-form';
import { type SecurityPolicy, entriesOf } from '../policy';
import { type ListVocabulary, type ValuePhrase, vocabularyOf } from './vocabulary';

/** A mark being read from the left: a level, then lists, each tag set once. */
export class MarkReading {
  private readonly found = new Map<ListVocabulary, string[]>();

  constructor(
    private readonly policy: SecurityPolicy,
    public rest: string,
    private readonly texts: readonly string[],
  ) {}

  /** The label; a fault in words once the level was recognised; undefined when the policy does not know how the mark begins. */
  label(): Label | string | undefined {
    const level = vocabularyOf(this.policy).levels.find(({ words }) => this.take(words));
    if (level === undefined) return undefined;
    while (this.rest !== '') {
      const outcome = this.hanging() ?? this.named() ?? this.followed() ?? this.bare();
      if (outcome === undefined) return `${this.quoted(this.rest)} is not understood`;
      if (outcome !== true) return outcome;
    }
    return {
      policy: this.policy.name,
      classification: level.classification,
      categories: this.categories(level.owner),
    };
  }

  /** Under NATO the level names the context, and a release list repeats it and adds `Releasable`. */
  private categories(owner: string | undefined): LabelCategory[] {
    const read = [...this.found].map(([{ tagSet }, values]) => ({ tagSet: tagSet.name, type: tagSet.type, values }));
    if (!hasContext(this.policy) || owner === undefined) return read;
    const released = read.some(({ tagSet }) => tagSet === RELEASABLE_TO);
    const context = { tagSet: CONTEXT, type: 'PERMISSIVE' as const, values: released ? [owner, RELEASABLE] : [owner] };
    return [
      context,
      ...read.map((each) => (each.tagSet === RELEASABLE_TO ? { ...each, values: [...each.values, owner] } : each)),
    ];
  }

  /** Lists that are still to come; under NATO never the context, which the level has named. */
  private get lists(): ListVocabulary[] {
    return vocabularyOf(this.policy).lists.filter(
      (list) => !this.found.has(list) && !(hasContext(this.policy) && list.tagSet.name === CONTEXT),
    );
  }

  /** `-A-B` hangs on the level, `- STAFF` stands after it. */
  private hanging(): true | string | undefined {
    if (!this.rest.startsWith('-')) return undefined;
    const types: CategoryType[] = this.rest.startsWith('- ')
      ? ['INFORMATIVE', 'RESTRICTIVE']
      : ['RESTRICTIVE', 'INFORMATIVE'];
    const whole = this.rest;
    this.rest = whole.slice(1).trimStart();
    for (const type of types)
      if (
        this.takeBest(
          this.lists.filter(({ tagSet }) => tagSet.type === type),
          () => true,
        )
      )
        return true;
    return `${this.quoted(this.rest === '' ? whole : this.rest)} is not understood`;
  }

  /** `REL UKR`, `Releasable to Ukraine`, `ONLY DEU NLD`, `Only: Germany`. */
  private named(): true | string | undefined {
    for (const list of this.lists) {
      if (!list.before.some((words) => this.take(words))) continue;
      const values = this.values(list);
      if (values.length === 0)
        return `${list.tagSet.name}: ${this.rest === '' ? 'nobody is named' : `${this.quoted(this.rest)} is not known`}`;
      list.after.some((words) => this.take(words));
      this.found.set(list, values);
      return true;
    }
    return undefined;
  }

  /** `Germany, Netherlands Only`. */
  private followed(): true | undefined {
    const start = this.rest;
    for (const list of this.lists.filter(({ after }) => after.length > 0)) {
      const values = this.values(list);
      if (values.length > 0 && list.after.some((words) => this.take(words))) {
        this.found.set(list, values);
        return true;
      }
      this.rest = start;
    }
    return undefined;
  }

  /** `CTS ATOMAL`. One letter after a blank is too little to be read as a value, and a word of two tag sets says nothing. */
  private bare(): true | undefined {
    const { shared } = vocabularyOf(this.policy);
    const allowed = ({ words }: ValuePhrase): boolean => words.length > 1 && !shared.has(words);
    return this.takeBest(
      this.lists.filter((list) => list.bare),
      allowed,
    )
      ? true
      : undefined;
  }

  /** Reads the list whose first value is the longest that fits. */
  private takeBest(lists: readonly ListVocabulary[], allowed: (phrase: ValuePhrase) => boolean): boolean {
    const start = this.rest;
    let best: { list: ListVocabulary; length: number } | undefined;
    for (const list of lists) {
      const first = this.next(list, allowed);
      if (first !== undefined && first.length > (best?.length ?? 0)) best = { list, length: first.length };
      this.rest = start;
    }
    if (best === undefined) return false;
    this.found.set(best.list, this.values(best.list, allowed));
    return true;
  }

  /** Every value of a tag set that stands next. */
  private values(list: ListVocabulary, allowed: (phrase: ValuePhrase) => boolean = () => true): string[] {
    const found: string[] = [];
    for (;;) {
      const start = this.rest;
      // Between values may stand a dash (`CTS-A-B`) or a word, if a value follows.
      if (found.length > 0) this.rest = this.rest.replace(/^(?:-(?=[A-Z])|(?:AND|ET) )/, '');
      const next = this.next(list, allowed);
      if (next === undefined) {
        this.rest = start;
        return found;
      }
      found.push(next.value);
    }
  }

  private next(
    list: ListVocabulary,
    allowed: (phrase: ValuePhrase) => boolean,
  ): { value: string; length: number } | undefined {
    const phrase = list.phrases.find((each) => allowed(each) && this.take(each.words));
    if (phrase !== undefined) return { value: phrase.value, length: phrase.words.length };
    const quoted = list.takesText ? /^"(\d{1,4})"/.exec(this.rest) : null;
    const text = quoted === null ? undefined : this.texts[Number(quoted[1])];
    if (quoted === null || text === undefined || entriesOf(list.tagSet, text).length === 0) return undefined;
    return this.take(quoted[0]) ? { value: text, length: quoted[0].length } : undefined;
  }

  /** Takes a phrase from the left, if it stands there as whole words, and the blank or sign after it. */
  private take(words: string): boolean {
    if (!this.rest.startsWith(words)) return false;
    const after = this.rest.slice(words.length);
    if (after !== '' && !/^[ ,;/+&-]/.test(after)) return false;
    this.rest = after.replace(/^[ ,;/+&]+/, '');
    return true;
  }

  private quoted(words: string): string {
    return JSON.stringify(words.replace(/"(\d{1,4})"/g, (_all, number: string) => this.texts[Number(number)] ?? ''));
  }
}
