import { Injectable } from '@nestjs/common';
import {
  type AccessDecision,
  AccessPolicy,
  type Actor,
  type Check,
  Decider,
  type Environment,
  type Thing,
} from '#access';
import { type RecordedDecision, digestOfDecision } from '#audit';
import { ProblemError, type ReplayedView } from '#contracts';
import type { Tx } from '#database';
import { protectionsOf } from '#records';
import { canonicalJson, sha256Hex } from '#signing';
import { EXAMINES, Examiner } from './examiner';
import { rightsAt, rulesOfVersion } from './rights-at';
import { type RecordedRow, recordedDecision } from './store/recorded-decision.store';
import { clearancesById, rightsFacts } from './store/rights.store';

/** How many checks are told of a decision about many labels. */
const TOLD = 100;

/** One decision for each set of protections, in their order. */
type Decisions = readonly AccessDecision[];

/**
 * Makes a recorded decision again, from what was recorded and by the rules that were in force, and once more as of today.
 *
 * INVARIANT (fail_closed): inputs whose digest is not the one in the record, or whose record is not what was sealed, are not replayed.
 */
@Injectable()
export class ReplayDecision {
  constructor(
    private readonly examiner: Examiner,
    private readonly access: AccessPolicy,
  ) {}

  async run(actor: Actor, id: string): Promise<ReplayedView> {
    const event = { action: 'rights.replay', thing: { kind: 'AuditEvent', id } };
    const asks = [EXAMINES, ['replay', { kind: 'AuditEvent', protections: [] }]] as const;
    return this.examiner.run(actor, { event, asks }, async (tx) => {
      const row = await recordedDecision(tx, id);
      if (row === undefined) throw new ProblemError('not-found');
      const { decision, action, personId, documentId, caseId } = row;
      const verified = verify(row);
      const holds = verified.digest && verified.ledger !== 'altered';
      return {
        event: id,
        action,
        person: personId,
        document: documentId,
        case: caseId,
        recorded: { effect: decision.effect, at: decision.at, rulesVersion: decision.rules },
        verified,
        ...(holds ? await this.replay(tx, decision) : { replayed: null, today: null }),
      };
    });
  }

  private async replay(tx: Tx, recorded: RecordedDecision): Promise<Pick<ReplayedView, 'replayed' | 'today'>> {
    const things = await thingsOf(tx, recorded);
    const then = decideAll(await actorOf(tx, recorded), recorded.action, things, {
      now: new Date(recorded.at),
      rules: rulesOfVersion(await rightsFacts(tx), recorded.rules, this.access),
    });
    const rights = await rightsAt(tx, this.access);
    const person = rights.actor(recorded.actor.personId, recorded.actor.steppedUpUntil !== null);
    const now =
      person === undefined
        ? []
        : decideAll({ ...person, kind: recorded.actor.kind }, recorded.action, things, rights.environment);
    const [effectThen, effectNow] = [effectOf(then), effectOf(now)];
    return {
      replayed: { effect: effectThen, agrees: effectThen === recorded.effect, checks: distinctChecks(then) },
      today: {
        effect: effectNow,
        differs: effectNow !== effectThen,
        at: rights.moment.at.toISOString(),
        rulesVersion: rights.rules.version,
        changes: changesBetween(then, now),
      },
    };
  }
}

function verify({ decision, record, salt, leafData, sealed }: RecordedRow): ReplayedView['verified'] {
  const said = JSON.parse(record) as { details?: { decision?: unknown } };
  const leaf = Buffer.from(sha256Hex(Buffer.concat([salt, Buffer.from(record)])), 'hex');
  const isWhole = leaf.equals(leafData) && (sealed === null || leaf.equals(sealed));
  return {
    digest: said.details?.decision === digestOfDecision(canonicalJson(decision)),
    ledger: isWhole ? (sealed === null ? 'pending' : 'sealed') : 'altered',
  };
}

async function actorOf(tx: Tx, { actor, at, rules }: RecordedDecision): Promise<Actor> {
  const clearances = await clearancesById(tx, actor.clearances);
  return {
    ...actor,
    clearances: clearances.map(({ id, policy, classifications, categories, from, until }) => ({
      id,
      policy,
      classifications,
      categories,
      from: from.toISOString(),
      until: until.toISOString(),
    })),
    sid: '',
    requestId: '',
    scopes: null,
    enteredAt: at,
    rulesVersion: rules,
  };
}

/** The thing under each of the sets of protections that it was decided about. One that is not kept any more leaves none. */
async function thingsOf(tx: Tx, { thing, protections }: RecordedDecision): Promise<Thing[]> {
  const known = await protectionsOf(tx, protections.flat());
  return protections.map((ids): Thing => {
    const found = ids.flatMap((id) => known.get(id) ?? []);
    return { ...thing, kind: thing.kind as Thing['kind'], protections: found.length === ids.length ? found : [] };
  });
}

const decideAll = (actor: Actor, action: string, things: readonly Thing[], environment: Environment): Decisions => {
  const decider = new Decider(actor, environment);
  return things.map((thing) => decider.decide(action, thing));
};

/** Something was given when all of it was permitted. None at all is no. */
const effectOf = (decisions: Decisions): 'permit' | 'deny' =>
  decisions.length > 0 && decisions.every(({ effect }) => effect === 'permit') ? 'permit' : 'deny';

function distinctChecks(decisions: Decisions): Check[] {
  const checks = decisions.flatMap((each) => each.checks);
  return [...new Map(checks.map((check) => [JSON.stringify(check), check] as const)).values()].slice(0, TOLD);
}

type Change = NonNullable<ReplayedView['today']>['changes'][number];

/** The checks whose answer is another one, label by label, each told once. */
function changesBetween(then: Decisions, now: Decisions): Change[] {
  const changes = then.flatMap(({ checks }, place): Change[] => {
    const later = now[place]?.checks ?? [];
    const rules = new Set([...checks, ...later].map(({ rule }) => rule));
    return [...rules].flatMap((rule) => {
      const [was, is] = [worst(checks, rule), worst(later, rule)];
      return was?.outcome === is?.outcome ? [] : [{ rule, then: told(was), now: told(is) }];
    });
  });
  return [...new Map(changes.map((change) => [JSON.stringify(change), change] as const)).values()].slice(0, TOLD);
}

/** Of several checks of one rule the one that says no, if one does. */
const worst = (checks: readonly Check[], rule: string): Check | undefined => {
  const asked = checks.filter((each) => each.rule === rule);
  return asked.find(({ outcome }) => !outcome) ?? asked[0];
};

const told = (check: Check | undefined): Change['then'] =>
  check === undefined ? null : { outcome: check.outcome, need: check.need, have: check.have };
