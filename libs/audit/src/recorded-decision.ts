import type { Actor, Thing } from '#access';

/**
 * What a decision was made from, so that it can be made again: who acted, as what, at which moment and by which rules, and under
 * which protections what was given stands. Ids, names of roles and tokens; never text.
 */
export interface RecordedDecision {
  readonly effect: 'permit';
  readonly rules: string;
  readonly at: string;
  readonly action: string;
  /** The kind of thing and the attributes that rules may ask about. */
  readonly thing: Readonly<Record<string, unknown>> & { readonly kind: string };
  /** For each distinct decision the protections that it was made about. */
  readonly protections: readonly (readonly number[])[];
  readonly actor: Omit<Actor, 'sid' | 'requestId' | 'rulesVersion' | 'enteredAt' | 'clearances' | 'scopes'> & {
    /** The clearances by their ids; each one never changes. */
    readonly clearances: readonly string[];
  };
}

/** What permits are recorded as: one action on one thing, under each of these sets of protections. */
export function decisionOf(
  actor: Actor,
  action: string,
  thing: Thing,
  protections: readonly (readonly number[])[],
): RecordedDecision {
  const { personId, identity, kind, office, nation, organisation, roles, tokens, unacknowledged, lifted } = actor;
  return {
    effect: 'permit',
    rules: actor.rulesVersion,
    at: actor.enteredAt,
    action,
    thing: attributesOf(thing),
    protections: distinct(protections),
    actor: {
      personId,
      identity,
      kind,
      office,
      nation,
      organisation,
      roles,
      tokens,
      unacknowledged,
      lifted,
      clearances: actor.clearances.flatMap(({ id }) => id ?? []),
      expiresAt: actor.expiresAt,
      steppedUpUntil: actor.steppedUpUntil,
    },
  };
}

function attributesOf(thing: Thing): RecordedDecision['thing'] {
  const attributes = Object.entries(thing).filter(([name]) => name !== 'protections');
  return { ...Object.fromEntries(attributes), kind: thing.kind };
}

function distinct(protections: readonly (readonly number[])[]): (readonly number[])[] {
  return [...new Map(protections.map((each) => [each.join(' '), each] as const)).values()];
}
