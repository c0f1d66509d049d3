import type { PublicJwk } from '#signing';
import type { Instrument, InstrumentKind, InstrumentOf } from './instrument';
import type { Procedure } from './procedure';

/** A verified instrument and the keys that signed it. */
export interface VerifiedInstrument {
  readonly instrument: Instrument;
  readonly kids: readonly string[];
}

const during = (span: { from: string; until: string }, at: string): boolean =>
  Date.parse(span.from) <= Date.parse(at) && Date.parse(at) < Date.parse(span.until);

function putUnder<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

/**
 * What the verified instruments say, as of a moment (ISO, with Z). Built by `verifyInstruments` alone.
 *
 * Nothing counts before the moment at which it was issued. A revocation for compromise voids the instrument, and what its
 * key signed or its seat gave, at every time; any other revocation from its date on. A moment that is none answers nothing.
 */
export class Authority {
  private readonly byKind = new Map<InstrumentKind, Instrument[]>();
  private readonly revocations = new Map<string, InstrumentOf<'revocation'>[]>();

  constructor(private readonly verified: readonly VerifiedInstrument[]) {
    for (const { instrument } of verified) putUnder(this.byKind, instrument.kind, instrument);
    for (const revocation of this.ofKind('revocation'))
      putUnder(this.revocations, revocation.body.instrument, revocation);
  }

  all(): Instrument[] {
    return this.verified.map(({ instrument }) => instrument);
  }

  /** The keys that signed an instrument. */
  signersOf(id: string): readonly string[] {
    return this.verified.find(({ instrument }) => instrument.id === id)?.kids ?? [];
  }

  /** Whether an instrument stood at a moment: issued by then, and not taken back. */
  stands(instrument: Instrument, at: string): boolean {
    const issued = Date.parse(instrument.issuedAt) <= Date.parse(at);
    return (
      issued &&
      !this.isVoid(instrument.id) &&
      this.revocationsOf(instrument.id).every(({ body }) => Date.parse(at) < Date.parse(body.from))
    );
  }

  revocationsOf(id: string): readonly InstrumentOf<'revocation'>[] {
    return this.revocations.get(id) ?? [];
  }

  /** The person's newest instrument: office, nation, roles. */
  person(id: string, at: string): InstrumentOf<'person'> | undefined {
    return this.newest(
      this.ofKind('person').filter((each) => each.body.person === id),
      at,
    );
  }

  /** The key of that name, if it was at that moment the key of a person who is known under the key's identity. */
  key(kid: string, at: string): InstrumentOf<'key'> | undefined {
    const stated = this.ofKind('key').filter((each) => each.body.kid === kid);
    // INVARIANT: a key that was compromised once is burnt, whoever states it anew.
    if (stated.some((each) => this.isVoid(each.id))) return undefined;
    const key = stated.find((each) => during(each.body, at) && this.stands(each, at));
    if (key === undefined) return undefined;
    return this.person(key.body.person, at)?.body.identity === key.body.identity ? key : undefined;
  }

  /** Whether somebody can sign at a moment: a known person with a key that stands. */
  canSign(person: string, at: string): boolean {
    return this.ofKind('key').some(
      ({ body }) => body.person === person && this.key(body.kid, at)?.body.person === person,
    );
  }

  guardKey(kid: string, at: string): InstrumentOf<'service-key'> | undefined {
    const stated = this.ofKind('service-key').filter((each) => each.body.kid === kid);
    if (stated.some((each) => this.isVoid(each.id))) return undefined;
    return stated.find((each) => during(each.body, at) && this.stands(each, at));
  }

  /** Every key that was ever stated, for checking signatures; whether it counted is asked of `key` and `serviceKey`. */
  jwkOf(kid: string): PublicJwk | undefined {
    return (
      this.ofKind('key').find((each) => each.body.kid === kid)?.body.jwk ??
      this.ofKind('service-key').find((each) => each.body.kid === kid)?.body.jwk
    );
  }

  /** The newest statement of a body: its seats. */
  body(id: string, at: string): InstrumentOf<'body'> | undefined {
    return this.newest(
      this.ofKind('body').filter((each) => each.body.body === id),
      at,
    );
  }

  /** Who holds a seat: where two statements overlap, the one issued last. */
  holderOf(body: string, seat: string, at: string): InstrumentOf<'holder'> | undefined {
    return this.newest(
      this.ofKind('holder').filter(
        (each) => each.body.body === body && each.body.seat === seat && during(each.body, at),
      ),
      at,
    );
  }

  /** The delegations of a seat that stand: by the one who holds it now and held it when they delegated, with a key that stood then. */
  delegationsOf(body: string, seat: string, at: string): InstrumentOf<'delegation'>[] {
    const holder = this.holderOf(body, seat, at)?.body.person;
    if (holder === undefined) return [];
    return this.ofKind('delegation').filter(
      (each) =>
        each.body.body === body &&
        each.body.seat === seat &&
        each.body.fromPerson === holder &&
        during(each.body, at) &&
        this.stands(each, at) &&
        delegationFault(each, this.signersOf(each.id), this) === null,
    );
  }

  /** A procedure in force at a moment; the newest version when none is named. */
  procedure(id: string, version?: number, at?: string): Procedure | undefined {
    return this.procedureInstrument(id, version, at)?.body.procedure;
  }

  procedureInstrument(id: string, version?: number, at?: string): InstrumentOf<'procedure'> | undefined {
    return this.ofKind('procedure')
      .filter(({ body }) => body.procedure.id === id && (version === undefined || body.procedure.version === version))
      .filter((each) => this.stands(each, at ?? each.issuedAt))
      .sort((a, b) => b.body.procedure.version - a.body.procedure.version)[0];
  }

  /** The newest statement of an access list: who approves, and for how long at most. */
  accessList(list: string, at: string): InstrumentOf<'access-list'> | undefined {
    return this.newest(
      this.ofKind('access-list').filter((each) => each.body.list === list),
      at,
    );
  }

  /** The attribute rules in force: the newest version that stands. */
  accessRules(at: string): InstrumentOf<'access-rules'> | undefined {
    return this.newest(this.ofKind('access-rules'), at);
  }

  /** Roles that anybody holds. */
  roles(at: string): string[] {
    return [...new Set(this.people(at).flatMap((each) => each.body.roles))];
  }

  /** Everybody, each with their newest instrument. */
  people(at: string): InstrumentOf<'person'>[] {
    const ids = new Set(this.ofKind('person').map((each) => each.body.person));
    return [...ids].flatMap((id) => this.person(id, at) ?? []);
  }

  bodies(at: string): InstrumentOf<'body'>[] {
    const ids = new Set(this.ofKind('body').map((each) => each.body.body));
    return [...ids].flatMap((id) => this.body(id, at) ?? []);
  }

  ofKind<Kind extends InstrumentKind>(kind: Kind): InstrumentOf<Kind>[] {
    return (this.byKind.get(kind) ?? []) as InstrumentOf<Kind>[];
  }

  private isVoid(id: string): boolean {
    return this.revocationsOf(id).some(({ body }) => body.reason === 'compromise');
  }

  private newest<Each extends Instrument>(candidates: readonly Each[], at: string): Each | undefined {
    return candidates
      .filter((each) => this.stands(each, at))
      .sort((a, b) => Date.parse(b.issuedAt) - Date.parse(a.issuedAt) || (a.id < b.id ? 1 : -1))[0];
  }
}

/** Why a delegation gives nothing, by an authority's word; null when it gives. */
export function delegationFault(
  delegation: InstrumentOf<'delegation'>,
  kids: readonly string[],
  authority: Authority,
): string | null {
  const { body, issuedAt } = delegation;
  const [kid, ...others] = kids;
  if (kid === undefined || others.length > 0) return 'one key signs a delegation';
  if (authority.key(kid, issuedAt)?.body.person !== body.fromPerson)
    return 'it is not signed by a key of the one who delegates';
  // INVARIANT: only the holder delegates; a delegate hands nothing on.
  if (authority.holderOf(body.body, body.seat, issuedAt)?.body.person !== body.fromPerson)
    return 'the one who delegates did not hold the seat';
  if (authority.person(body.toPerson, issuedAt) === undefined) return 'the delegate is not a known person';
  return body.fromPerson === body.toPerson ? 'nobody delegates to themselves' : null;
}
