import {
  type AccessPolicy,
  type Actor,
  type CompiledRules,
  type Environment,
  accessRulesSchema,
  compileRules,
} from '#access';
import { ProblemError } from '#contracts';
import type { Tx } from '#database';
import { type Moment, actorAsOf, peopleAsOf, rulesAsOf } from './actor-as-of';
import type { RightsFacts } from './rights-facts';
import { presentMoment, rightsFacts } from './store/rights.store';

/** Everybody's rights at one moment, with the rules that were in force at it. */
export class RightsAt {
  readonly environment: Environment;

  constructor(
    private readonly facts: RightsFacts,
    readonly moment: Moment,
    readonly rules: CompiledRules,
  ) {
    this.environment = { now: moment.at, rules };
  }

  /** The person as they were then, in a supposed session; undefined when nobody was known under that id. */
  actor(personId: string, steppedUp: boolean): Actor | undefined {
    return actorAsOf(this.facts, personId, this.moment, { steppedUp, rulesVersion: this.rules.version });
  }

  /** Everybody who was known then. */
  everybody(steppedUp: boolean): Actor[] {
    return peopleAsOf(this.facts, this.moment).flatMap((id) => this.actor(id, steppedUp) ?? []);
  }
}

/** Reads everybody's rights as of a moment that has come; of this very one when none is named. */
export async function rightsAt(tx: Tx, access: AccessPolicy, at?: string): Promise<RightsAt> {
  const now = await presentMoment(tx);
  const moment = at === undefined ? { at: now, isPresent: true } : { at: new Date(at), isPresent: false };
  if (moment.at > now)
    throw new ProblemError('bad-request', { detail: 'nobody can tell of a moment that has not come' });
  const facts = await rightsFacts(tx);
  return new RightsAt(facts, moment, rulesInForce(facts, moment, access));
}

/** The rules of a version, whether this process has met it or not. */
export function rulesOfVersion(
  { rules }: Pick<RightsFacts, 'rules'>,
  version: string,
  access: AccessPolicy,
): CompiledRules {
  const known = access.rulesOf(version);
  if (known !== undefined) return known;
  const read = accessRulesSchema.safeParse(rules.find((each) => each.version === version)?.body);
  // INVARIANT (fail_closed): rules that cannot be read answer nothing.
  if (!read.success) throw new ProblemError('unavailable', { detail: `the rules ${version} cannot be read` });
  return compileRules(read.data);
}

const rulesInForce = (facts: RightsFacts, moment: Moment, access: AccessPolicy): CompiledRules =>
  rulesOfVersion(facts, rulesAsOf(facts, moment)?.version ?? access.shippedVersion, access);
