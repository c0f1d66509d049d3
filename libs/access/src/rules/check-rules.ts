import type { z } from 'zod';
import { Decider } from '../decide';
import { Lexicon } from '../decision/lexicon';
import type { Thing } from '../thing';
import { type AccessRules, accessRulesSchema } from './access-rules';
import { compileRules } from './compiled-rules';
import { type RuleWorld, type WorldReason, actorOf, ruleWorldSchema, thingOf, worldReason } from './rule-world';

/** A rules file or a world that cannot be read, and where. */
export interface RulesFault {
  /** `rules`, or which of the worlds, from 1; `worlds` for all of them together. */
  readonly file: string;
  readonly place: string;
  readonly fault: string;
}

/** A verdict of a world that the rules do not give. Both are empty for yes, and else every reason why not. */
export interface WorldDifference {
  readonly world: string;
  readonly person: string;
  readonly action: string;
  readonly thing: string;
  readonly expected: readonly WorldReason[];
  readonly found: readonly WorldReason[];
  /** The rule that decided, or what there was instead. */
  readonly by: string;
}

export interface RulesCheck {
  /** Whether the rules are well formed and give every verdict. */
  readonly ok: boolean;
  readonly version: string | undefined;
  readonly faults: readonly RulesFault[];
  readonly verdicts: number;
  readonly differences: readonly WorldDifference[];
  /** Rules that decided no verdict of any world: nobody would notice if they were gone. */
  readonly untried: readonly string[];
}

/** How many verdicts are tried in one check: each is asked of every rule. */
const MOST_VERDICTS = 2_000;

/** How many faults are told. Whoever has more has handed in something else. */
const MOST_FAULTS = 200;

/** Checks rules, as parsed from JSON, against the worlds that stand beside them, as parsed from YAML. */
export function checkRules(rules: unknown, worlds: readonly unknown[]): RulesCheck {
  const read = accessRulesSchema.safeParse(rules);
  const told = worlds.map((world) => ruleWorldSchema.safeParse(world));
  const worldsRead = told.flatMap(({ data }) => data ?? []);
  const tooMany = tooManyVerdicts(worldsRead);
  const faults = [
    ...faultsOf('rules', read),
    ...told.flatMap((world, place) => faultsOf(`world ${String(place + 1)}`, world)),
    ...tooMany,
  ].slice(0, MOST_FAULTS);
  const found = new Findings();
  if (read.success && tooMany.length === 0) for (const world of worldsRead) tryWorld(read.data, world, found);
  return {
    ok: faults.length === 0 && found.differences.length === 0,
    version: read.data?.version,
    faults,
    verdicts: found.verdicts,
    differences: found.differences,
    untried: (read.data?.rules ?? []).map(({ id }) => id).filter((id) => !found.tried.has(id)),
  };
}

class Findings {
  verdicts = 0;
  readonly differences: WorldDifference[] = [];
  readonly tried = new Set<string>();
}

const faultsOf = (file: string, read: { readonly error?: z.ZodError | undefined }): RulesFault[] =>
  (read.error?.issues ?? []).map(({ path, message }) => ({ file, place: path.map(String).join('.'), fault: message }));

function tooManyVerdicts(worlds: readonly RuleWorld[]): RulesFault[] {
  let count = 0;
  for (const { verdicts } of worlds)
    for (const actions of Object.values(verdicts))
      for (const answers of Object.values(actions)) count += Object.keys(answers).length;
  const fault = `${String(count)} verdicts: at most ${String(MOST_VERDICTS)} are tried at a time`;
  return count > MOST_VERDICTS ? [{ file: 'worlds', place: 'verdicts', fault }] : [];
}

function tryWorld(rules: AccessRules, world: RuleWorld, found: Findings): void {
  // INVARIANT: what a world makes up is forgotten with the check of it.
  const lexicon = new Lexicon();
  const things = new Map(Object.entries(world.things).map(([name, thing]) => [name, thingOf(thing, world)] as const));
  const environment = { now: new Date(world.at), rules: compileRules(rules) };
  for (const [person, actions] of Object.entries(world.verdicts)) {
    const named = world.people[person];
    if (named === undefined) continue;
    const decider = new Decider(actorOf(person, named, world), environment, lexicon);
    for (const [action, answers] of Object.entries(actions))
      for (const [thing, expected] of Object.entries(answers)) {
        const about = things.get(thing);
        if (about === undefined) continue;
        found.verdicts += 1;
        const given = answerOf(decider, action, about);
        found.tried.add(given.by);
        if (!sameReasons(expected, given.reasons))
          found.differences.push({
            world: world.world,
            person,
            action,
            thing,
            expected,
            found: given.reasons,
            by: given.by,
          });
      }
  }
}

function answerOf(decider: Decider, action: string, thing: Thing): { reasons: WorldReason[]; by: string } {
  const { checks } = decider.decide(action, thing);
  const failed = checks.filter(({ outcome }) => !outcome).flatMap(({ rule }) => worldReason(rule) ?? []);
  return {
    reasons: [...new Set(failed)],
    by: checks.find(({ rule }) => rule === 'rules')?.have ?? 'an error',
  };
}

const sameReasons = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
