import { randomUUID } from 'node:crypto';
import {
  type PrivateJwk,
  type PublicJwk,
  type SignedStatement,
  addSignature,
  generateKey,
  publicPart,
  signStatement,
  thumbprint,
} from '#signing';
import type { InstrumentBody, InstrumentKind } from '#workflow';
import type { PlannedAccessList, PlannedPerson, WorldPlan } from './read-world';

/** A registry officer and their private key, which in life never leaves them. */
export interface Officer {
  readonly officer: string;
  readonly key: PrivateJwk;
}

/** Somebody of the world with an id, and with a key if they ever sign. */
export interface EnrolledPerson {
  readonly plan: PlannedPerson;
  readonly person: string;
  readonly key: PrivateJwk | undefined;
}

/** When something holds, as ISO moments. */
export interface Span {
  readonly from: string;
  readonly until: string;
}

const YEAR_MS = 365 * 24 * 3_600_000;

/** A statement of authority, signed by everybody in `by`. */
export async function signInstrument<Kind extends InstrumentKind>(
  stated: { readonly kind: Kind; readonly body: InstrumentBody<Kind>; readonly issuedAt: string },
  by: readonly PrivateJwk[],
  installation: string,
): Promise<SignedStatement> {
  const [first, ...others] = by;
  if (first === undefined) throw new Error(`somebody signs a ${stated.kind}`);
  let statement = await signStatement('instrument', { installation, id: randomUUID(), ...stated }, first);
  for (const key of others) statement = await addSignature('instrument', statement, key);
  return statement;
}

/** Gives everybody an id, and a signing key to those who ever decide. */
export async function enrolPeople(plan: WorldPlan): Promise<EnrolledPerson[]> {
  return Promise.all(
    plan.people.map(async (person) => ({
      plan: person,
      person: randomUUID(),
      key: signs(person) ? (await generateKey()).privateJwk : undefined,
    })),
  );
}

const signs = ({ seats, delegations, roles }: PlannedPerson): boolean =>
  seats.length > 0 || delegations.length > 0 || roles.includes('disclosure-reviewer');

/**
 * Every instrument of the world, signed by two officers; delegations by the one who delegates. Issued at `now` less a minute,
 * so that no clock finds them in the future; they hold for ten years.
 */
export async function signWorld(
  plan: WorldPlan,
  people: readonly EnrolledPerson[],
  by: {
    readonly installation: string;
    readonly officers: readonly Officer[];
    readonly guardKey: PublicJwk;
    readonly now: Date;
  },
): Promise<SignedStatement[]> {
  const from = new Date(by.now.getTime() - 60_000).toISOString();
  const span = { from, until: new Date(by.now.getTime() + 10 * YEAR_MS).toISOString() };
  const keys = by.officers.map((officer) => officer.key);
  const state: State = (kind, body, signers = keys) =>
    signInstrument({ kind, body, issuedAt: from }, signers, by.installation);
  const delegated = plan.people.flatMap((person) =>
    person.delegations.map((each) => ({ ...each, to: person.identity })),
  );
  return Promise.all([
    state('service-key', { service: 'guard', kid: thumbprint(by.guardKey), jwk: publicPart(by.guardKey), ...span }),
    ...plan.bodies.map(({ id, name, seats }) => state('body', { body: id, name, seats: [...seats] })),
    ...people.flatMap((person) => statePerson(person, span, state)),
    state('procedure', { procedure: plan.procedure }),
    ...plan.accessLists.flatMap((each) => stateAccessList(each, people, span, state)),
    ...delegated.map(({ body, seat, to }) => {
      const holder = people.find((each) => each.plan.seats.some((held) => held.body === body && held.seat === seat));
      const delegate = people.find((each) => each.plan.identity === to);
      if (holder?.key === undefined || delegate === undefined) throw new Error(`nobody can delegate ${body}/${seat}`);
      return state('delegation', { body, seat, fromPerson: holder.person, toPerson: delegate.person, ...span }, [
        holder.key,
      ]);
    }),
  ]);
}

const DAY_MS = 24 * 3_600_000;

/** A list, and those who are on it from the start: its first approver lets them in, for as long as the list allows. */
function stateAccessList(
  planned: PlannedAccessList,
  people: readonly EnrolledPerson[],
  { from }: Span,
  state: State,
): Promise<SignedStatement>[] {
  const who = (identity: string): EnrolledPerson => {
    const found = people.find(({ plan }) => plan.identity === identity);
    if (found === undefined) throw new Error(`access-lists.yaml names ${identity}, who is nobody of the world`);
    return found;
  };
  const [approver] = planned.approvers.map(who);
  if (approver?.key === undefined) throw new Error(`the first approver of ${planned.list} has no key`);
  const { list, name, kind, listed, members } = planned;
  const [readIn, longestDays] = [planned['read-in'], planned['longest-days']];
  const until = new Date(Date.parse(from) + longestDays * DAY_MS).toISOString();
  const approvers = planned.approvers.map((identity) => who(identity).person);
  const signer = approver.key;
  return [
    state('access-list', { list, name, kind, listed, approvers, readIn, longestDays }),
    ...members.map((member) =>
      state('access-grant', { grant: randomUUID(), list, person: who(member).person, request: null, from, until }, [
        signer,
      ]),
    ),
  ];
}

type State = <Kind extends InstrumentKind>(
  kind: Kind,
  body: InstrumentBody<Kind>,
  signers?: readonly PrivateJwk[],
) => Promise<SignedStatement>;

function statePerson({ plan, person, key }: EnrolledPerson, span: Span, state: State): Promise<SignedStatement>[] {
  const { identity, office, nation, organisation, roles, communities, clearance, seats } = plan;
  return [
    state('person', { person, identity, office, nation, organisation, roles, communities }),
    ...(key === undefined
      ? []
      : [state('key', { person, identity, kid: thumbprint(key), jwk: publicPart(key), ...span })]),
    ...(clearance === null ? [] : [state('clearance', clearanceBody(person, clearance, span))]),
    ...seats.map(({ body, seat }) => state('holder', { body, seat, person, ...span })),
  ];
}

/** A clearance as an instrument says it, with an id of its own. */
export const clearanceBody = (
  person: string,
  held: NonNullable<PlannedPerson['clearance']>,
  span: Span,
): InstrumentBody<'clearance'> => ({
  clearance: randomUUID(),
  person,
  policy: held.policy,
  classifications: [...held.classifications],
  categories: held.categories.map((each) => ({ ...each, values: [...each.values] })),
  ...span,
});
