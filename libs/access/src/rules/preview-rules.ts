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
  const lines = Object.entries(VOCABULARY).flatMap(([kind, actions]) => {
    const subject = kind as Subject;
    const things = thingsOf(subject, population);
    return actions
      .filter((action) => assurance || !sameRules(old, new_, action, subject))
      .map((action) => new Line({ action, subject, things, old, new_ }, examples));
  });
  for (const actor of population.actors) {
    // What somebody reaches is worked out once for all lines.
    const reach = new Reach(actor, population.now, { old, new_, assurance });
    for (const line of lines) line.meet(reach);
  }
  return lines.map((line) => line.told()).filter(({ gain, lose }) => gain.decisions + lose.decisions > 0);
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

/** One action and kind of thing, and what changes for those whom it meets. */
class Line {
  private readonly groups: readonly ThingGroup[];
  private readonly heldAsked: readonly (keyof Actor)[];
  private readonly rulings = new Map<string, readonly Ruling[]>();
  private readonly gain: Side;
  private readonly lose: Side;

  constructor(
    private readonly change: Change,
    examples: number,
  ) {
    const { action, subject, things, old, new_ } = change;
    const asked = [...rulesAbout(old, action, subject), ...rulesAbout(new_, action, subject)];
    this.groups = groupThings(things, attributesAsked([old, new_], asked));
    this.heldAsked = [...new Set(asked.flatMap((rule) => conditionsIn([old, new_], rule).flatMap(heldBy)))];
    [this.gain, this.lose] = [new Side(examples), new Side(examples)];
  }

  meet(reach: Reach): void {
    const { actor } = reach;
    const key = JSON.stringify([[...actor.roles].sort(), ...this.heldAsked.map((name) => actor[name])]);
    const known = this.rulings.get(key) ?? rulingsOf(actor, this.change, this.groups);
    this.rulings.set(key, known);
    this.groups.forEach((group, place) => {
      const ruling = known[place];
      if (ruling !== undefined) compare(reach, group, ruling, { gain: this.gain, lose: this.lose });
    });
  }

  told(): PreviewLine {
    const { action, subject } = this.change;
    return { action, subject, gain: this.gain.told(), lose: this.lose.told() };
  }
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
    private readonly change: { readonly old: CompiledRules; readonly new_: CompiledRules; readonly assurance: boolean },
  ) {
    this.prepared = prepareActor(actor);
  }

  /** Whether the versions ask for assurance differently: only then may somebody reach by one what they do not by the other. */
  get differs(): boolean {
    return this.change.assurance;
  }

  of(under: string, { protections }: Thing): { readonly before: boolean; readonly after: boolean } {
    const known = this.known.get(under);
    if (known !== undefined) return known;
    const standing = this.prepared.at(this.now.getTime());
    const covers = (rules: CompiledRules): boolean =>
      standing.isOpen && protections.every((each) => this.prepared.covers(standing, each, rules));
    const before = covers(this.change.old);
    const made = { before, after: this.differs ? covers(this.change.new_) : before };
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
  // What the rules leave as it was, only another assurance changes.
  if (before.lets === after.lets && (!before.lets || !reach.differs)) return;
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
  /** Things that are told apart by nothing, counted as the group that they are: everybody meets the same groups. */
  private readonly groups = new Set<readonly Thing[]>();
  private readonly examples: PreviewExample[] = [];
  private decisions = 0;

  constructor(private readonly most: number) {}

  add(actor: Actor, things: readonly Thing[], by: Pick<PreviewExample, 'before' | 'after'>): void {
    const isNew = !this.people.has(actor.personId);
    this.people.add(actor.personId);
    this.decisions += things.length;
    this.groups.add(things);
    // An example for each person tells more than many of one.
    if (!isNew || this.examples.length >= this.most) return;
    const { personId, office } = actor;
    const id = things[0]?.['id'];
    this.examples.push({ personId, office, thing: typeof id === 'string' ? id : null, ...by });
  }

  told(): PreviewSide {
    return {
      people: this.people.size,
      things: [...this.groups].reduce((sum, { length }) => sum + length, 0),
      decisions: this.decisions,
      examples: this.examples,
    };
  }
}
