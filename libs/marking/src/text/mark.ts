import { type CategoryType, type Label, type LabelCategory, normalLabel, valuesOf } from '../label';
import { CONTEXT, ONLY, RELEASABLE, RELEASABLE_TO, hasContext, ownersOf } from '../nato-form';
import { type PolicySet, type SecurityPolicy, classificationOf, phraseFor, tagSetOf } from '../policy';
import { type MarkForm, type ListStyle, entryFor, levelBanner, levelCode, phraseIn, styleOf } from './phrases';
import { folded, listOf, vocabularyOf } from './vocabulary';

/** What a mark says of a label that no clearance can hold (an empty intersection); no mark that is read says it. */
const NOBODY = 'NOBODY';

/** In which form a mark is written, and in which of the policy's languages (`en` and `fr` under NATO). */
export interface MarkOptions {
  readonly form?: MarkForm;
  readonly language?: string;
}

/**
 * A label as text, from the policy's own marking data (ADatP-4774.1 section 3.5): the banner unless another form is asked for.
 * What `parseMark` reads of it is the label again. Throws on an unknown policy.
 *
 * INVARIANT: a category that decides is always printed; where its words could be read as another's, under its tag set's name.
 */
export function marking(policies: PolicySet, label: Label, options: MarkOptions = {}): string {
  const policy = policies.get(label.policy);
  if (policy === undefined) throw new Error(`the policy ${label.policy} is not known`);
  return new Marking(policy, normalLabel(label), options).text();
}

/** The portion mark: `(CTS)`, `(NS REL UKR)`, `(CTS-A)`, `(KFOR NC ONLY IRL SWE)`, `(NU STAFF)`, `(PUBLIC)`. Throws on an unknown policy. */
export const portionMark = (policies: PolicySet, label: Label): string => marking(policies, label, { form: 'portion' });

/**
 * The banner: `COSMIC TOP SECRET`, `NATO SECRET Releasable to Ukraine`, `NATO/KFOR CONFIDENTIAL Ireland, Sweden Only`,
 * `NATO UNCLASSIFIED - STAFF`, `PUBLIC`. Throws on an unknown policy.
 */
export const banner = (policies: PolicySet, label: Label, language = 'en'): string =>
  marking(policies, label, { form: 'banner', language });

class Marking {
  private readonly form: MarkForm;
  private readonly language: string;

  constructor(
    private readonly policy: SecurityPolicy,
    private readonly label: Label,
    { form = 'banner', language = 'en' }: MarkOptions,
  ) {
    this.form = form;
    // `fr-CA` is read as French: policies name languages, not countries.
    this.language = language.split('-')[0]?.toLowerCase() ?? 'en';
  }

  text(): string {
    const [special, informative] = [this.groups('RESTRICTIVE'), this.groups('INFORMATIVE')];
    const lists = this.groups('PERMISSIVE');
    const nobody = this.forNobody() ? [NOBODY] : [];
    if (this.form === 'full') return [this.level(), ...special, ...lists, ...informative, ...nobody].join('; ');
    const [hanging, standing] = [
      special.filter((each) => each.startsWith('-')),
      special.filter((each) => !each.startsWith('-')),
    ];
    const words = [this.level() + hanging.join(''), ...standing, ...lists, ...informative, ...nobody].join(' ');
    return this.form === 'portion' ? `(${words})` : words;
  }

  private level(): string {
    const owner = ownersOf(this.label).find((each) => each !== this.policy.name);
    const classification = classificationOf(this.policy, this.label.classification);
    if (classification === undefined) return this.label.classification;
    if (this.form !== 'portion')
      return levelBanner(this.policy, classification, {
        owner: hasContext(this.policy) ? owner : undefined,
        language: this.language,
      });
    const code = levelCode(this.policy, classification, this.language);
    return hasContext(this.policy) && owner !== undefined ? `${this.words(CONTEXT, owner)} ${code}` : code;
  }

  /** One text for each tag set of a type that the label carries; under NATO the context is in the level, and `Only` leads in a banner. */
  private groups(type: CategoryType): string[] {
    const rank = ({ tagSet }: LabelCategory): number =>
      [ONLY, RELEASABLE_TO].indexOf(tagSet) * (this.form === 'portion' ? -1 : 1);
    return this.label.categories
      .filter((category) => category.type === type && !(hasContext(this.policy) && category.tagSet === CONTEXT))
      .sort((a, b) => rank(a) - rank(b))
      .flatMap((category) => this.group(category));
  }

  private group({ tagSet, type, values }: LabelCategory): string[] {
    const known = tagSetOf(this.policy, tagSet, type);
    const owners = hasContext(this.policy) && tagSet === RELEASABLE_TO ? valuesOf(this.label, CONTEXT) : [];
    // The owner is in the level; that the list repeats it goes without saying.
    const said = values.filter((value) => !owners.includes(value));
    const words = said.map((value) => this.words(tagSet, value, type)).sort(byWords);
    if (words.length === 0) return [];
    const style =
      known === undefined
        ? { prefix: `${tagSet}:`, suffix: '', separator: ', ' }
        : styleOf(known, this.form, this.language);
    return [
      together(words, this.isUnclear(style, words) ? { prefix: `${tagSet}:`, suffix: '', separator: ', ' } : style),
    ];
  }

  /** Bare words that are also values of another tag set would be read as either. */
  private isUnclear({ prefix, suffix }: ListStyle, words: readonly string[]): boolean {
    if ((prefix !== '' && prefix !== '-') || suffix !== '') return false;
    const { shared } = vocabularyOf(this.policy);
    return words.some((each) => shared.has(folded(each)));
  }

  private words(tagSetName: string, value: string, type?: CategoryType): string {
    const tagSet = tagSetOf(this.policy, tagSetName, type);
    const entry = tagSet === undefined ? undefined : entryFor(tagSet, value, this.label);
    if (tagSet === undefined || entry === undefined) return value;
    if (entry.userInput !== undefined) return `"${value.replaceAll('"', '""')}"`;
    const phrase =
      this.form === 'portion'
        ? phraseFor(entry.markings, 'portionMarking', this.language)
        : phraseIn(entry.markings, this.form, this.language);
    return phrase === undefined || listOf(this.policy, tagSet)?.ambiguous.has(folded(phrase)) === true ? value : phrase;
  }

  private forNobody(): boolean {
    return this.label.categories.some(
      ({ type, tagSet, values }) =>
        type === 'PERMISSIVE' &&
        (values.length === 0 ||
          (hasContext(this.policy) && tagSet === CONTEXT && values.every((each) => each === RELEASABLE))),
    );
  }
}

const byWords = (a: string, b: string): number => (folded(a) < folded(b) ? -1 : folded(a) > folded(b) ? 1 : 0);

function together(words: readonly string[], { prefix, suffix, separator }: ListStyle): string {
  const list = words.join(separator.trim() === '' ? ' ' : separator);
  if (prefix === '-' && separator === '-') return `-${list}`;
  return [prefix, list, suffix].filter((each) => each !== '').join(' ');
}
