import type { Clearance } from '#marking';

const LEVELS = ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET'] as const;

export type Level = (typeof LEVELS)[number];

/** A person of a test's world, before their instruments are made. EXERCISE. */
export interface PersonPlan {
  readonly identity: string;
  readonly office: string;
  readonly nation: string | null;
  readonly organisation: string;
  readonly roles: readonly string[];
  readonly communities: readonly string[];
  readonly clearances: readonly Clearance[];
  readonly seats: readonly { readonly body: string; readonly seat: string }[];
}

/** Builds a person as one would say it: `aPerson('planner').from('DEU').clearedTo('SECRET').inRole('planner')`. */
export class PersonBuilder {
  constructor(readonly plan: PersonPlan) {}

  from(nation: string): PersonBuilder {
    return this.with({ nation });
  }

  at(organisation: string): PersonBuilder {
    return this.with({ organisation });
  }

  inRole(...roles: string[]): PersonBuilder {
    return this.with({ roles: [...this.plan.roles, ...roles] });
  }

  inCommunity(...communities: string[]): PersonBuilder {
    return this.with({ communities: [...this.plan.communities, ...communities] });
  }

  /** Cleared for NATO information up to a level, with the designators named: what a NATO nation grants. */
  clearedTo(level: Level, ...designators: string[]): PersonBuilder {
    return this.holding(
      natoClearance(level, {
        releasedTo: ['NATO', ...(this.plan.nation === null ? [] : [this.plan.nation])],
        designators,
      }),
    );
  }

  /** Cleared as a partner nation's person: only for what is released to that nation. */
  clearedAsPartner(level: Level, nation: string): PersonBuilder {
    return this.with({ nation }).holding(
      natoClearance(level, { context: 'Releasable', releasedTo: [nation], designators: [] }),
    );
  }

  holding(...clearances: Clearance[]): PersonBuilder {
    return this.with({ clearances: [...this.plan.clearances, ...clearances] });
  }

  inSeat(body: string, seat: string): PersonBuilder {
    return this.with({ seats: [...this.plan.seats, { body, seat }] });
  }

  private with(changes: Partial<PersonPlan>): PersonBuilder {
    return new PersonBuilder({ ...this.plan, ...changes });
  }
}

/** A person without nation, role, community or clearance. */
export const aPerson = (identity: string): PersonBuilder =>
  new PersonBuilder({
    identity,
    office: `Office of ${identity} (EXERCISE)`,
    nation: null,
    organisation: 'EXERCISE',
    roles: [],
    communities: [],
    clearances: [],
    seats: [],
  });

/** A clearance under the NATO policy. The context is `NATO` for an ally and `Releasable` for a partner. */
export function natoClearance(
  level: Level,
  held: {
    readonly context?: 'NATO' | 'Releasable';
    readonly releasedTo: readonly string[];
    readonly designators: readonly string[];
  },
): Clearance {
  return {
    policy: 'NATO',
    classifications: LEVELS.slice(0, LEVELS.indexOf(level) + 1),
    categories: [
      { tagSet: 'Context', type: 'PERMISSIVE', values: [held.context ?? 'NATO'] },
      { tagSet: 'Releasable To', type: 'PERMISSIVE', values: held.releasedTo },
      ...(held.designators.length === 0
        ? []
        : [{ tagSet: 'Special Category Designators', type: 'RESTRICTIVE' as const, values: held.designators }]),
    ],
  };
}
