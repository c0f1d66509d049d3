import type { Actor } from '../actor';
import { type PreparedActor, prepareActor } from '../decision/standing';
import type { Thing } from '../thing';
import { type Subject, VOCABULARY, carriesText } from '../vocabulary';
import type { AccessRule, AccessRules } from './access-rules';
import { type CompiledRules, compileRules } from './compiled-rules';
import { type RuleCondition, attributesOf, heldBy } from './condition';
import { type Attributes, saidOf } from './matching';
import { RuleBook } from './rule-book';

/** Those who act, and the things that there are: labels and attributes, never text. */
export interface Population {
  readonly actors: readonly Actor[];
  /** Each with an `id` if examples are to name it. */
  readonly things: readonly Thing[];
  readonly now: Date;
}

/** One of those who gain or lose, and by which rule: before and after. */
export interface PreviewExample {
  readonly personId: string;
  readonly office: string;
  readonly thing: string | null;
  readonly before: string;
  readonly after: string;
}

/** Those who gain, or those who lose. */
export interface PreviewSide {
  readonly people: number;
  readonly things: number;
  /** How many decisions become another: person by person, thing by thing. */
  readonly decisions: number;
  readonly examples: readonly PreviewExample[];
}

/** What another version of the rules would change for one action and kind of thing. */
export interface PreviewLine {
  readonly action: string;
  readonly subject: Subject;
  readonly gain: PreviewSide;
  readonly lose: PreviewSide;
}

/** How many examples of each side are given, where nobody asks for more. */
const EXAMPLES = 5;

/**
 * Who would gain and who would lose if other rules came into force, in the population as it stands: only where something changes.
 *
 * The lattice and need-to-know stay what they are, so that a rule which opens what they close changes nothing. A kind of thing
 * without text that the population has none of is asked about as such, without attributes.
 */
export function previewRules(
  before: AccessRules,
  after: AccessRules,
  population: Population,
  examples = EXAMPLES,
): PreviewLine[] {
  const [old, new_] = [compileRules(before), compileRules(after)];
  const assurance = !sameSet(old.assured, new_.assured);
  return Object.entries(VOCABULARY).flatMap(([kind, actions]) => {
    const subject = kind as Subject;
    const things = thingsOf(subject, population);
    return actions
      .filter((action) => assurance || !sameRules(old, new_, action, subject))
      .map((action) => lineOf({ action, subject, things, old, new_, examples }, population))
      .filter(({ gain, lose }) => gain.decisions + lose.decisions > 0);
  });
}

const sameSet = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((each) => other.has(each));

const rulesAbout = ({ source }: CompiledRules, action: string, subject: string): AccessRule[] =>
  source.rules.filter((rule) => rule.action === action && rule.subject === subject);

const sameRules = (old: CompiledRules, new_: CompiledRules, action: string, subject: string): boolean =>
  JSON.stringify(rulesAbout(old, action, subject)) === JSON.stringify(rulesAbout(new_, action, subject));

function thingsOf(subject: Subject, { things }: Population): readonly Thing[] {
  const found = things.filter(({ kind }) => kind === subject);
  return found.length > 0 || carriesText(subject) ? found : [{ kind: subject, protections: [] }];
}

interface Change {
  readonly action: string;
  readonly subject: Subject;
  readonly things: readonly Thing[];
  readonly old: CompiledRules;
  readonly new_: CompiledRules;
  readonly examples: number;
}

/** Things that the rules cannot tell apart, by the protections that they stand under. */
interface ThingGroup {
  readonly first: Thing;
  readonly members: ReadonlyMap<string, readonly Thing[]>;
}

/** What the rules say to a group of people about a group of things. */
interface Ruling {
  readonly before: { readonly lets: boolean; readonly by: string };
  readonly after: { readonly lets: boolean; readonly by: string };
}

function lineOf(change: Change, { actors, now }: Population): PreviewLine {
  const { action, subject, old, new_ } = change;
  const asked = [...rulesAbout(old, action, subject), ...rulesAbout(new_, action, subject)];
  const groups = groupThings(change.things, attributesAsked([old, new_], asked));
  const heldAsked = [...new Set(asked.flatMap((rule) => conditionsIn([old, new_], rule).flatMap(heldBy)))];
  const rulings = new Map<string, readonly Ruling[]>();
  const [gain, lose] = [new Side(change.examples), new Side(change.examples)];
  for (const actor of actors) {
    const key = JSON.stringify([[...actor.roles].sort(), ...heldAsked.map((name) => actor[name])]);
    const known = rulings.get(key) ?? rulingsOf(actor, change, groups);
    rulings.set(key, known);
    const reach = new Reach(actor, now, change);
    groups.forEach((group, place) => {
      const ruling = known[place];
      if (ruling !== undefined) compare(reach, group, ruling, { gain, lose });
    });
  }
  return { action, subject, gain: gain.told(), lose: lose.told() };
}

const conditionsIn = (versions: readonly CompiledRules[], rule: AccessRule): RuleCondition[] =>
  versions.flatMap((version) => version.conditionOf(rule) ?? []);

const attributesAsked = (versions: readonly CompiledRules[], asked: readonly AccessRule[]): string[] => [
  ...new Set(asked.flatMap((rule) => conditionsIn(versions, rule).flatMap(attributesOf))),
];

function groupThings(things: readonly Thing[], asked: readonly string[]): ThingGroup[] {
  const readers = asked.map(saidOf);
  const groups = new Map<string, { first: Thing; members: Map<string, Thing[]> }>();
  for (const thing of things) {
    const said = JSON.stringify(readers.map((read) => typedValue(read(thing as Attributes))));
    const group = groups.get(said) ?? { first: thing, members: new Map<string, Thing[]>() };
    groups.set(said, group);
    const under = JSON.stringify(thing.protections);
    const alike = group.members.get(under);
    if (alike === undefined) group.members.set(under, [thing]);
    else alike.push(thing);
  }
  return [...groups.values()];
}

/** Nothing, a number, a moment and its text are four things. */
const typedValue = (value: unknown): unknown =>
  value instanceof Date ? [value.getTime()] : value === undefined ? null : { value };

function rulingsOf(actor: Actor, { action, old, new_ }: Change, groups: readonly ThingGroup[]): Ruling[] {
  const [before, after] = [new RuleBook(actor, old), new RuleBook(actor, new_)];
  const ruled = (book: RuleBook, thing: Thing): Ruling['before'] => {
    const { outcome, have } = book.check(action, thing);
    return { lets: outcome, by: have };
  };
  return groups.map(({ first }) => ({ before: ruled(before, first), after: ruled(after, first) }));
}

/** What an actor reaches by lattice, need-to-know and assurance, asked once for each set of protections. */
class Reach {
  private readonly prepared: PreparedActor;
  private readonly known = new Map<string, { readonly before: boolean; readonly after: boolean }>();

  constructor(
    readonly actor: Actor,
    private readonly now: Date,
    private readonly change: Change,
  ) {
    this.prepared = prepareActor(actor);
  }

  of(under: string, { protections }: Thing): { readonly before: boolean; readonly after: boolean } {
    const known = this.known.get(under);
    if (known !== undefined) return known;
    const standing = this.prepared.at(this.now.getTime());
    const covers = (rules: CompiledRules): boolean =>
      standing.isOpen && protections.every((each) => this.prepared.covers(standing, each, rules));
    const made = { before: covers(this.change.old), after: covers(this.change.new_) };
    this.known.set(under, made);
    return made;
  }
}

function compare(
  reach: Reach,
  { members }: ThingGroup,
  { before, after }: Ruling,
  sides: { gain: Side; lose: Side },
): void {
  if (!before.lets && !after.lets) return;
  for (const [under, things] of members) {
    const [thing] = things;
    if (thing === undefined || (thing.protections.length === 0 && carriesText(thing.kind))) continue;
    const reached = reach.of(under, thing);
    const [was, is] = [before.lets && reached.before, after.lets && reached.after];
    if (was !== is) (is ? sides.gain : sides.lose).add(reach.actor, things, { before: before.by, after: after.by });
  }
}

class Side {
  private readonly people = new Set<string>();
  private readonly things = new Set<Thing>();
  private readonly examples: PreviewExample[] = [];
  private decisions = 0;

  constructor(private readonly most: number) {}

  add(actor: Actor, things: readonly Thing[], by: Pick<PreviewExample, 'before' | 'after'>): void {
    const isNew = !this.people.has(actor.personId);
    this.people.add(actor.personId);
    this.decisions += things.length;
    for (const thing of things) this.things.add(thing);
    // An example for each person tells more than many of one.
    if (!isNew || this.examples.length >= this.most) return;
    const { personId, office } = actor;
    const id = things[0]?.['id'];
    this.examples.push({ personId, office, thing: typeof id === 'string' ? id : null, ...by });
  }

  told(): PreviewSide {
    return {
      people: this.people.size,
      things: this.things.size,
      decisions: this.decisions,
      examples: this.examples,
    };
  }
}
