import type { Actor } from '#access';
import {
  type ActivatedRules,
  type Dated,
  type ListStatement,
  type PersonStatement,
  type Revocation,
  type RightsFacts,
  factsOf,
} from './rights-facts';

/**
 * A moment that is asked about. At the present one everything that stands counts, whatever the clocks of those who wrote it said; at
 * a past one what had been taken by then.
 */
export interface Moment {
  readonly at: Date;
  readonly isPresent: boolean;
}

/** The session that is supposed: what assurance it has, and by which rules it is answered. */
export interface SupposedSession {
  readonly steppedUp: boolean;
  readonly rulesVersion: string;
}

const HOUR = 3_600_000;

/** Who may break glass. */
const WATCH = 'watch-officer';

/**
 * The person as the database would have let them in at that moment; undefined when nobody was known under that id.
 *
 * INVARIANT: it answers as `sec.enter` does, from dated statements and rows instead of what stands: a test holds the two together.
 * The secret of a session is no part of it: nothing can be asked of a database with this actor.
 */
export function actorAsOf(
  facts: RightsFacts,
  personId: string,
  moment: Moment,
  { steppedUp, rulesVersion }: SupposedSession,
): Actor | undefined {
  const person = personAsOf(facts, personId, moment);
  if (person === undefined) return undefined;
  const { liftings, clearances } = factsOf(facts, personId);
  const lists = listsAsOf(facts, personId, moment);
  const ends = new Date(moment.at.getTime() + HOUR).toISOString();
  return {
    sid: '',
    kind: 'session',
    personId,
    identity: person.identity,
    office: person.office,
    nation: person.nation,
    organisation: person.organisation,
    roles: person.roles,
    tokens: [
      'everyone',
      `person:${personId}`,
      `organisation:${person.organisation}`,
      ...(person.nation === null ? [] : [`nation:${person.nation}`]),
      ...person.communities.map((each) => `community:${each}`),
      ...lists.filter(({ acknowledged }) => acknowledged).map(({ list }) => `list:${list}`),
    ],
    unacknowledged: lists.filter(({ acknowledged }) => !acknowledged).map(({ list }) => `list:${list}`),
    // What was opened ends with the role: it is asked here too, as the database does.
    lifted: person.roles.includes(WATCH)
      ? liftings.filter((each) => isHeld(each, moment)).map(({ needToKnow }) => needToKnow)
      : [],
    clearances: clearances
      .filter((each) => isHeld(each, moment))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, policy, classifications, categories, from, until }) => ({
        id,
        policy,
        classifications,
        categories,
        from: from.toISOString(),
        until: until.toISOString(),
      })),
    scopes: null,
    expiresAt: ends,
    steppedUpUntil: steppedUp ? ends : null,
    enteredAt: moment.at.toISOString(),
    rulesVersion,
    requestId: '',
  };
}

/** Everybody who was known at that moment. */
export function peopleAsOf({ people }: RightsFacts, moment: Moment): string[] {
  const known = people.filter(({ acceptedAt }) => isTaken(acceptedAt, moment)).map(({ body }) => body.person);
  return [...new Set(known)].sort();
}

/** The rules that were in force; undefined before any were activated: then those that the product ships with were. */
export function rulesAsOf({ rules }: RightsFacts, moment: Moment): ActivatedRules | undefined {
  return rules
    .filter((each) => isTaken(each.acceptedAt, moment) && !isTakenAway(each.withdrawnAt, moment))
    .sort((a, b) => b.issuedAt.getTime() - a.issuedAt.getTime() || (a.version < b.version ? 1 : -1))[0];
}

const isTaken = (acceptedAt: Date, { at, isPresent }: Moment): boolean => isPresent || acceptedAt <= at;

const isTakenAway = (withdrawnAt: Date | null, { at, isPresent }: Moment): boolean =>
  withdrawnAt !== null && (isPresent || withdrawnAt <= at);

const isHeld = ({ from, until, withdrawnAt, acceptedAt }: Dated, moment: Moment): boolean =>
  isTaken(acceptedAt, moment) && !isTakenAway(withdrawnAt, moment) && from <= moment.at && moment.at < until;

/** What the registrar does with statements, one after the other: the newest that stands counts, and a revoked one leaves nothing. */
function effective<Statement extends PersonStatement | ListStatement>(
  stated: readonly Statement[],
  revocations: readonly Revocation[],
  moment: Moment,
): { readonly statement: Statement; readonly isRevoked: boolean } | undefined {
  const steps = [
    ...stated.map((statement) => ({ at: statement.acceptedAt, issued: statement.issuedAt, statement })),
    ...revocations.map((revocation) => ({ at: revocation.acceptedAt, issued: revocation.issuedAt, revocation })),
  ]
    .filter(({ at }) => isTaken(at, moment))
    .sort((a, b) => a.at.getTime() - b.at.getTime() || a.issued.getTime() - b.issued.getTime());
  const seen: Statement[] = [];
  const revoked: Revocation[] = [];
  let current: { statement: Statement; isRevoked: boolean } | undefined;
  for (const step of steps) {
    if ('revocation' in step) {
      revoked.push(step.revocation);
      if (current?.statement.id === step.revocation.body.instrument) current = { ...current, isRevoked: true };
      continue;
    }
    seen.push(step.statement);
    if (newestStanding(seen, revoked, step.at) !== step.statement) continue;
    const isRevoked = revoked.some(({ body }) => body.instrument === step.statement.id);
    current = { statement: step.statement, isRevoked };
  }
  return current;
}

function newestStanding<Statement extends PersonStatement | ListStatement>(
  seen: readonly Statement[],
  revoked: readonly Revocation[],
  at: Date,
): Statement | undefined {
  const fell = (id: string): boolean =>
    revoked.some(({ body }) => body.instrument === id && (body.reason === 'compromise' || new Date(body.from) <= at));
  return seen
    .filter(({ id }) => !fell(id))
    .sort((a, b) => b.issuedAt.getTime() - a.issuedAt.getTime() || (a.id < b.id ? 1 : -1))[0];
}

function personAsOf(facts: RightsFacts, personId: string, moment: Moment): PersonStatement['body'] | undefined {
  const stated = factsOf(facts, personId).people;
  const current = effective(stated, facts.revocations, moment);
  if (current === undefined) return undefined;
  const { body } = current.statement;
  return current.isRevoked ? { ...body, roles: [], communities: [] } : body;
}

/** The lists that the person was on, and whether the text that was read in there then had been acknowledged. */
function listsAsOf(facts: RightsFacts, personId: string, moment: Moment): { list: string; acknowledged: boolean }[] {
  const { entries, acknowledgements } = factsOf(facts, personId);
  const names = new Set(entries.filter((each) => isHeld(each, moment)).map(({ list }) => list));
  return [...names].sort().flatMap((list) => {
    const stated = facts.lists.filter(({ body }) => body.list === list);
    const current = effective(stated, facts.revocations, moment);
    if (current === undefined || current.isRevoked) return [];
    const { readInSha256 } = current.statement.body;
    const acknowledged =
      readInSha256 === null ||
      acknowledgements.some(
        (each) => each.list === list && each.readInSha256 === readInSha256 && isTaken(each.at, moment),
      );
    return [{ list, acknowledged }];
  });
}
