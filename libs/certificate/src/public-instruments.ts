import { type SignedStatement, payloadOf } from '#signing';
import { type Authority, type Decision, type Instrument, type InstrumentOf, type Outgoing } from '#workflow';

/** What of the authority a certificate has to carry. */
export interface PublicNeeds {
  readonly outgoing: Outgoing;
  /** The counted decisions of the public stages. */
  readonly decisions: readonly Decision[];
  /** The keys that signed them, and the guard's. */
  readonly kids: readonly string[];
}

/**
 * The instruments that the public stages need and no others: procedure, bodies, holders and delegations of those who decided,
 * their persons and keys, the guard's key, and every revocation of any of these. No clearance is ever among them, and nobody of a
 * stage that is not public.
 */
export function publicInstruments(
  statements: readonly SignedStatement[],
  authority: Authority,
  needs: PublicNeeds,
): SignedStatement[] {
  const wanted = wantedOf(authority, needs);
  const chosen = new Set(
    authority
      .all()
      .filter((instrument) => isWanted(instrument, wanted))
      .map((instrument) => instrument.id),
  );
  for (const revocation of authority.ofKind('revocation')) {
    if (chosen.has(revocation.body.instrument)) chosen.add(revocation.id);
  }
  // The first statement of an id only: another copy would say the same.
  const left = new Set(chosen);
  return statements.filter((statement) => left.delete(idOf(statement)));
}

interface Wanted {
  readonly procedure: string | undefined;
  readonly bodies: ReadonlySet<string>;
  readonly seats: ReadonlySet<string>;
  readonly people: ReadonlySet<string>;
  readonly kids: ReadonlySet<string>;
  readonly delegations: ReadonlySet<string>;
}

function wantedOf(authority: Authority, { outgoing, decisions, kids }: PublicNeeds): Wanted {
  const named = new Set(
    decisions.flatMap(({ capacity }) => (capacity.kind === 'delegate' ? [capacity.delegation] : [])),
  );
  const delegations = authority.ofKind('delegation').filter((each) => named.has(each.id));
  return {
    procedure: authority.procedureInstrument(outgoing.procedure.id, outgoing.procedure.version)?.id,
    bodies: new Set(decisions.flatMap((decision) => decision.body ?? [])),
    seats: new Set(decisions.map(seatOf)),
    people: new Set([
      ...decisions.map((decision) => decision.person),
      ...delegations.map((each) => each.body.fromPerson),
    ]),
    kids: new Set([...kids, ...delegations.flatMap((each) => authority.signersOf(each.id))]),
    delegations: named,
  };
}

function isWanted(instrument: Instrument, wanted: Wanted): boolean {
  switch (instrument.kind) {
    case 'procedure':
      return instrument.id === wanted.procedure;
    case 'body':
      return wanted.bodies.has(instrument.body.body);
    case 'person':
      return wanted.people.has(instrument.body.person);
    case 'key':
    case 'service-key':
      return wanted.kids.has(instrument.body.kid);
    case 'holder':
      return wanted.seats.has(seatOf(instrument.body)) && wanted.people.has(instrument.body.person);
    case 'delegation':
      return wanted.delegations.has(instrument.id);
    case 'clearance':
    case 'clearance-withdrawal':
    case 'access-list':
    case 'access-grant':
    case 'access-withdrawal':
    case 'access-rules':
    case 'revocation':
      return false;
  }
}

const seatOf = ({
  body,
  seat,
}: { body: string | null; seat: string | null } | InstrumentOf<'holder'>['body']): string =>
  JSON.stringify([body, seat]);

function idOf(statement: SignedStatement): string {
  try {
    return (payloadOf(statement) as { id?: string } | null)?.id ?? '';
  } catch {
    return '';
  }
}
