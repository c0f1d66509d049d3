import { type SignedStatement, payloadOf } from '#signing';
import { type Authority, type Decision, type Instrument, type Outgoing } from '#workflow';

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
export function publicInstruments(statements: readonly SignedStatement[], authority: Authority, needs: PublicNeeds): SignedStatement[] {
  const people = new Set(needs.decisions.map((decision) => decision.person));
  const seats = new Set(needs.decisions.map((decision) => `${decision.body ?? ''}/${decision.seat ?? ''}`));
  const procedure = authority.procedureInstrument(needs.outgoing.procedure.id, needs.outgoing.procedure.version);
  const bodies = new Set(needs.decisions.map((decision) => decision.body));
  for (const delegation of authority.ofKind('delegation')) {
    if (seats.has(`${delegation.body.body}/${delegation.body.seat}`) && people.has(delegation.body.toPerson)) people.add(delegation.body.fromPerson);
  }
  const wanted = (instrument: Instrument): boolean => {
    switch (instrument.kind) {
      case 'procedure':
        return instrument.id === procedure?.id;
      case 'body':
        return bodies.has(instrument.body.body);
      case 'person':
        return people.has(instrument.body.person);
      case 'key':
        return needs.kids.includes(instrument.body.kid) || delegatorKey(instrument.body.kid);
      case 'service-key':
        return needs.kids.includes(instrument.body.kid);
      case 'holder':
        return seats.has(`${instrument.body.body}/${instrument.body.seat}`) && people.has(instrument.body.person);
      case 'delegation':
        return seats.has(`${instrument.body.body}/${instrument.body.seat}`) && people.has(instrument.body.toPerson);
      default:
        return false;
    }
  };
  const delegatorKids = new Set(authority.ofKind('delegation').flatMap((each) => (people.has(each.body.toPerson) ? authority.signersOf(each.id) : [])));
  const delegatorKey = (kid: string): boolean => delegatorKids.has(kid);
  const chosen = new Set(authority.all().filter(wanted).map((each) => each.id));
  for (const revocation of authority.ofKind('revocation')) {
    if (chosen.has(revocation.body.instrument)) chosen.add(revocation.id);
  }
  return statements.filter((statement) => chosen.has((payloadOf(statement) as { id?: string }).id ?? ''));
}
